"""All tables. Instants are UTC; a row that concerns a case carries its region (``RegionOwned``), which every query is bound to."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator


class Instant(TypeDecorator[datetime]):
    """A point in time: goes in with a zone, is stored in UTC, comes out in UTC. SQLite would silently drop the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"An instant needs a time zone: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# SQLite only numbers a column of its own type INTEGER by itself.
Key = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    # A constraint without a name cannot be changed later on SQLite.
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: Instant, dict[str, Any]: JSON, list[str]: JSON, bytes: LargeBinary, int: Key}


class RegionOwned:
    """Mixed into every table with case data; ``engine.store.session`` adds the region to each query or refuses it."""

    region: Mapped[str] = mapped_column(String(16), index=True)


# Who works where


class Region(Base):
    __tablename__ = "region"

    kuerzel: Mapped[str] = mapped_column(String(16), primary_key=True)
    name: Mapped[str]
    sitz: Mapped[str]
    rechtsform: Mapped[str]
    pilot: Mapped[bool]


class Gemeinde(Base):
    """A commune as the Federal Statistical Office numbers it; ``gueltig_bis`` and ``aufgegangen_in_bfs`` record mergers."""

    __tablename__ = "gemeinde"

    bfs_nr: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    region: Mapped[str] = mapped_column(ForeignKey("region.kuerzel"))
    aufgegangen_in_bfs: Mapped[int | None]
    gueltig_bis: Mapped[date | None] = mapped_column(Date)


class Konto(Base):
    __tablename__ = "konto"

    login: Mapped[str] = mapped_column(String(80), primary_key=True)
    name: Mapped[str]
    password_hash: Mapped[str]
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    failed_logins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    session_epoch: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    rollen: Mapped[list[KontoRolle]] = relationship(back_populates="konto", cascade="all, delete-orphan", lazy="selectin")


class KontoRolle(Base):
    """A role held in a region; cantonal roles are held in ``*``."""

    __tablename__ = "konto_rolle"

    login: Mapped[str] = mapped_column(ForeignKey("konto.login"), primary_key=True)
    region: Mapped[str] = mapped_column(String(16), primary_key=True)
    rolle: Mapped[str] = mapped_column(String(40), primary_key=True)
    konto: Mapped[Konto] = relationship(back_populates="rollen")


# What is drawn


class Deployment(Base):
    __tablename__ = "deployment"

    key: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str]


class DefinitionVersion(Base):
    """One immutable version of a process, decision (file) or form. ``kind`` is ``process``, ``decision`` or ``form``.

    ``content`` is the uploaded file; a file with several decisions gives one row for each.
    """

    __tablename__ = "definition_version"
    __table_args__ = (UniqueConstraint("kind", "id", "version"),)

    key: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    id: Mapped[str] = mapped_column(String(120))
    version: Mapped[int]
    name: Mapped[str]
    version_tag: Mapped[str | None]
    resource_name: Mapped[str]
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes]
    deployment_key: Mapped[int] = mapped_column(ForeignKey("deployment.key"))


class Release(Base):
    """A fixed set of definition versions. A case stays on the release it began with until it is migrated."""

    __tablename__ = "release"

    id: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str]
    note: Mapped[str]


class ReleaseItem(Base):
    """What a release holds. With ``version_tag`` it is an older version, held only for diagrams that bind to this tag."""

    __tablename__ = "release_item"

    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"), primary_key=True)
    definition_key: Mapped[int] = mapped_column(ForeignKey("definition_version.key"), primary_key=True)
    version_tag: Mapped[str | None] = mapped_column(String(120))


class Ausloeser(Base):
    """A start event of a released process that waits outside any case; a newer release replaces it.

    ``kind`` is message, date, duration or cycle; ``value`` the message's name or the timer's text. A timer opens its case in
    ``start_region`` and is over when ``next_attempt_at`` is empty. It belongs to no region: a message may open a case in any.
    """

    __tablename__ = "ausloeser"
    __table_args__ = (Index("ix_ausloeser_due", "next_attempt_at"),)

    key: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    process: Mapped[str] = mapped_column(String(120))
    version: Mapped[int]
    element: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(12))
    value: Mapped[str]
    start_region: Mapped[str | None] = mapped_column(String(16))
    fired: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    next_attempt_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)


# The case


class Fall(RegionOwned, Base):
    """The accompaniment of one Unterstützungseinheit over time (process description, chapter 4).

    A case that is handed over to another region keeps its number there as a new row, made from the released package alone; the old
    row stays in its region, over but readable. So a number has any number of past rows and one that is not handed over.
    ``herkunft`` is the region such a case came from.
    """

    __tablename__ = "fall"
    __table_args__ = (
        Index(
            "uq_fall_fall_nr", "fall_nr", unique=True, sqlite_where=text("uebergeben_am IS NULL"), postgresql_where=text("uebergeben_am IS NULL")
        ),
    )

    id: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    fall_nr: Mapped[str] = mapped_column(String(20), index=True)
    bezeichnung: Mapped[str] = mapped_column(default="")
    phase: Mapped[str] = mapped_column(String(40), default="")
    eroeffnet_am: Mapped[date] = mapped_column(Date)
    abgeschlossen_am: Mapped[date | None] = mapped_column(Date)
    herkunft: Mapped[str | None] = mapped_column(String(16))
    uebergeben_nach: Mapped[str | None] = mapped_column(String(16))
    uebergeben_am: Mapped[date | None] = mapped_column(Date)


class Dossier(RegionOwned, Base):
    """Fall × commune × period; a change of commune closes one and opens the next (BFS, chapter 4)."""

    __tablename__ = "dossier"

    id: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    fall_id: Mapped[int] = mapped_column(ForeignKey("fall.id"), index=True)
    gemeinde_bfs: Mapped[int | None]
    von: Mapped[date] = mapped_column(Date)
    bis: Mapped[date | None] = mapped_column(Date)


class Person(RegionOwned, Base):
    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("fall_id", "person_id"),)

    id: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    fall_id: Mapped[int] = mapped_column(ForeignKey("fall.id"), index=True)
    person_id: Mapped[str] = mapped_column(String(20))
    name: Mapped[str]
    vorname: Mapped[str]
    geburtsdatum: Mapped[date | None] = mapped_column(Date)
    rolle_ue: Mapped[str]
    ahvn13: Mapped[str | None]
    von: Mapped[date] = mapped_column(Date)
    bis: Mapped[date | None] = mapped_column(Date)


class Segmentzuordnung(RegionOwned, Base):
    """One segment of one person from a day on: proposal, rule and decision (chapter 4: historised)."""

    __tablename__ = "segmentzuordnung"

    id: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    fall_id: Mapped[int] = mapped_column(ForeignKey("fall.id"), index=True)
    person_id: Mapped[str] = mapped_column(String(20))
    segment: Mapped[str] = mapped_column(String(20))
    vorschlag: Mapped[str] = mapped_column(String(20))
    regel: Mapped[str] = mapped_column(String(20))
    begruendung: Mapped[str] = mapped_column(Text, default="")
    entschieden_von: Mapped[str]
    von: Mapped[date] = mapped_column(Date)
    bis: Mapped[date | None] = mapped_column(Date)


# The running process


class Instanz(RegionOwned, Base):
    """A process instance: its whole state in one row, guarded by ``revision``. ``key`` is the instance's number times 10⁹.

    ``zustand`` is active, completed or terminated. The state is text on purpose: JSONB would reorder its keys. ``neben`` marks an instance
    that runs beside the case's own, such as a handover: it neither describes the household nor ends the case.
    """

    __tablename__ = "instanz"

    nummer: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    fall_id: Mapped[int] = mapped_column(ForeignKey("fall.id"), index=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    process: Mapped[str] = mapped_column(String(120))
    version: Mapped[int]
    zustand: Mapped[str] = mapped_column(String(12), default="active")
    state: Mapped[str] = mapped_column(Text)
    has_incident: Mapped[bool] = mapped_column(Boolean, default=False)
    neben: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(nullable=False)
    fall: Mapped[Fall] = relationship(lazy="joined", innerjoin=True)

    __mapper_args__ = {"version_id_col": revision}

    @property
    def key(self) -> int:
        return self.nummer * 10**9


class Waiting:
    """What all rows share that stand for something a case waits for; ``key`` is the element instance's key."""

    key: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    instanz_nummer: Mapped[int] = mapped_column(ForeignKey("instanz.nummer"), index=True)
    process: Mapped[str] = mapped_column(String(120))
    element: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime]


class Aufgabe(Waiting, RegionOwned, Base):
    """A user task. ``zustand`` is CREATED, COMPLETED or CANCELED. ``faellig_am`` and ``wiedervorlage_am`` are instants.

    ``person_id`` says for whom of the household the task is, when its process runs for one person.
    """

    __tablename__ = "aufgabe"
    __table_args__ = (Index("ix_aufgabe_open", "region", "zustand", "faellig_am"),)

    fall_id: Mapped[int] = mapped_column(ForeignKey("fall.id"), index=True)
    fall_nr: Mapped[str] = mapped_column(String(20))
    name: Mapped[str]
    process_version: Mapped[int]
    person_id: Mapped[str | None] = mapped_column(String(20))
    person_name: Mapped[str | None]
    form_id: Mapped[str | None] = mapped_column(String(120))
    form_tag: Mapped[str | None] = mapped_column(String(120))
    assignee: Mapped[str | None] = mapped_column(String(80), index=True)
    candidate_groups: Mapped[list[str]] = mapped_column(JSON)
    candidate_users: Mapped[list[str]] = mapped_column(JSON)
    priority: Mapped[int] = mapped_column(default=50)
    faellig_am: Mapped[datetime | None]
    wiedervorlage_am: Mapped[datetime | None]
    zustand: Mapped[str] = mapped_column(String(12), default="CREATED")
    completed_at: Mapped[datetime | None]
    completed_by: Mapped[str | None]


class Entwurf(RegionOwned, Base):
    """What somebody has typed into a task's form but not submitted: per task and person."""

    __tablename__ = "entwurf"

    aufgabe_key: Mapped[int] = mapped_column(ForeignKey("aufgabe.key"), primary_key=True)
    login: Mapped[str] = mapped_column(String(80), primary_key=True)
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    revision: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[datetime]


class Timer(Waiting, RegionOwned, Base):
    """A due time, computed once at activation. The row goes when it has fired or its element is gone.

    ``started_at`` is when a cycle began: its n-th due time is computed from there, so it never drifts.
    """

    __tablename__ = "timer"
    __table_args__ = (Index("ix_timer_due", "next_attempt_at"),)

    due_at: Mapped[datetime]
    started_at: Mapped[datetime]
    next_attempt_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    kind: Mapped[str] = mapped_column(String(12))
    value: Mapped[str]
    fired: Mapped[int] = mapped_column(default=0)


class Subscription(Waiting, RegionOwned, Base):
    """An open wait for a message or a signal (``kind``). Signals have no correlation."""

    __tablename__ = "subscription"
    __table_args__ = (Index("ix_subscription_lookup", "kind", "name", "correlation"),)

    kind: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(200))
    correlation: Mapped[str | None] = mapped_column(String(200))


class Job(Waiting, RegionOwned, Base):
    """Work for a handler of this server or a worker outside. It is due at ``next_attempt_at`` unless its retries are used up.

    ``kind`` is BPMN_ELEMENT, EXECUTION_LISTENER or TASK_LISTENER; ``listener_event`` START, END, CREATING, ASSIGNING or COMPLETING.
    ``attempts`` counts the failures so far.
    """

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_due", "next_attempt_at"),)

    kind: Mapped[str] = mapped_column(String(20), default="BPMN_ELEMENT", server_default="BPMN_ELEMENT")
    listener_event: Mapped[str | None] = mapped_column(String(12))
    type: Mapped[str] = mapped_column(String(120), index=True)
    retries: Mapped[int]
    headers: Mapped[dict[str, Any]] = mapped_column(JSON)
    next_attempt_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    worker: Mapped[str | None]
    locked_until: Mapped[datetime | None]


class Incident(RegionOwned, Base):
    """An incident: an element that cannot go on until somebody acts."""

    __tablename__ = "incident"

    key: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    instanz_nummer: Mapped[int] = mapped_column(ForeignKey("instanz.nummer"), index=True)
    process: Mapped[str] = mapped_column(String(120))
    element: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(60))
    message: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]


class Meldung(Base):
    """A message or a new case that came under an id of its sender, so that a repetition changes nothing."""

    __tablename__ = "meldung"

    message_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    fall_id: Mapped[int | None]
    at: Mapped[datetime]


# What happened


class Verlauf(RegionOwned, Base):
    """History of a case, append-only: one row for each command, enough to replay the case.

    ``command`` names it (open_case, complete_task, fire_timer, claim …), ``values`` are what it brought along. ``events`` are the
    runtime's in their order, ``[what, key, element, type, process, version]``; ``changes`` the variables written,
    ``[scope, name, before, after, created]``.
    """

    __tablename__ = "verlauf"
    __table_args__ = (Index("ix_verlauf_fall", "fall_id", "id"),)

    id: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    fall_id: Mapped[int] = mapped_column(ForeignKey("fall.id"))
    instanz_nummer: Mapped[int | None]
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))
    command: Mapped[str] = mapped_column(String(30))
    element: Mapped[str | None] = mapped_column(String(120))
    element_key: Mapped[int | None]
    name: Mapped[str] = mapped_column(default="")
    person_name: Mapped[str | None]
    values: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    events: Mapped[list[Any]] = mapped_column(JSON)
    changes: Mapped[list[Any]] = mapped_column(JSON)


class Hinweis(RegionOwned, Base):
    """A notice such as an escalation: shown in lists, no task (chapter 5)."""

    __tablename__ = "hinweis"

    id: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    fall_id: Mapped[int] = mapped_column(ForeignKey("fall.id"), index=True)
    at: Mapped[datetime]
    an_rolle: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(Text)
    erledigt_am: Mapped[datetime | None]
    erledigt_von: Mapped[str | None]


# From region to region, and from other systems


class Uebergabe(RegionOwned, Base):
    """A handover as the region that gives sees it; ``paket`` is what it wrote for release (see ``engine.cases.uebergabe``)."""

    __tablename__ = "uebergabe"

    id: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    uebergabe_nr: Mapped[str] = mapped_column(String(20), unique=True)
    fall_id: Mapped[int] = mapped_column(ForeignKey("fall.id"), index=True)
    an_region: Mapped[str | None] = mapped_column(String(16))
    per: Mapped[date] = mapped_column(Date)
    paket: Mapped[dict[str, Any]] = mapped_column(JSON)
    angeboten_am: Mapped[datetime | None]
    vollzogen_am: Mapped[datetime | None]


class Uebergabeangebot(RegionOwned, Base):
    """The same handover as the region that receives sees it: a copy of the released package, the only thing that ever crosses.

    ``fall_id`` is the receiving row of the case, which bears the handover's number until the case is taken over.
    ``zustand`` is offen, angenommen, uebernommen or zurueckgezogen.
    """

    __tablename__ = "uebergabeangebot"

    id: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    uebergabe_nr: Mapped[str] = mapped_column(String(20), unique=True)
    fall_id: Mapped[int] = mapped_column(ForeignKey("fall.id"), index=True)
    von_region: Mapped[str] = mapped_column(String(16))
    paket: Mapped[dict[str, Any]] = mapped_column(JSON)
    version: Mapped[int] = mapped_column(default=1)
    zustand: Mapped[str] = mapped_column(String(16), default="offen")
    eingegangen_am: Mapped[datetime]


class Bestandsfall(RegionOwned, Base):
    """A running case that was imported: its number in the Fachapplikation, so that importing it again changes nothing."""

    __tablename__ = "bestandsfall"
    __table_args__ = (UniqueConstraint("region", "fachapplikation_nr"),)

    id: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    fachapplikation_nr: Mapped[str] = mapped_column(String(60))
    fall_id: Mapped[int] = mapped_column(ForeignKey("fall.id"), index=True)
    importiert_am: Mapped[datetime]
    importiert_von: Mapped[str] = mapped_column(String(80))
    ka_light_bis: Mapped[date] = mapped_column(Date)


class Bestandsdatei(RegionOwned, Base):
    """A file of running cases between its upload and its import; ``content`` is emptied as soon as it is no longer needed."""

    __tablename__ = "bestandsdatei"

    id: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    content: Mapped[bytes]
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))
    erledigt_am: Mapped[datetime | None]
    ergebnis: Mapped[str] = mapped_column(Text, default="")


class Zugriff(Base):
    """Who read or changed what: append-only (chapter 11). Not bound to regions, because it records every attempt."""

    __tablename__ = "zugriff"

    id: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    at: Mapped[datetime]
    konto: Mapped[str] = mapped_column(String(80))
    art: Mapped[str] = mapped_column(String(20))
    was: Mapped[str] = mapped_column(String(120))
    fall_id: Mapped[int | None] = mapped_column(index=True)
    region: Mapped[str | None] = mapped_column(String(16))
    request_id: Mapped[str | None] = mapped_column(String(40))


class Einstellung(Base):
    """A value of the installation, such as the demo clock's offset."""

    __tablename__ = "einstellung"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class Parameterwert(Base):
    """A value that the canton (region ``*``) or a region gave a parameter, append-only; None takes the own value back.

    From ``gueltig_von`` on (until ``gueltig_bis``, both days included) a newer row of the same key and region goes before every older
    one: what was set is never overwritten, it ends where the newer begins. Values and names are in ``engine.definitions.parameter``.
    """

    __tablename__ = "parameterwert"

    id: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    key: Mapped[str] = mapped_column(String(60))
    region: Mapped[str] = mapped_column(String(16))
    value: Mapped[str | None] = mapped_column(Text)
    gueltig_von: Mapped[date] = mapped_column(Date)
    gueltig_bis: Mapped[date | None] = mapped_column(Date)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))
    note: Mapped[str] = mapped_column(Text)
