"""The running process: its state, and one row for everything it waits for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, ForeignKey, Identity, Index, String, Text, false, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.store.tables.base import Base, Key, RegionOwned
from engine.store.tables.case import Fall


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


# To be written into a statement, not handed along: SQLite, which keeps an index of what is open, otherwise plans anew each time it is asked.
OFFEN = literal_column("'CREATED'", String)
_OPEN, _TAKEN = "zustand = 'CREATED'", "assignee IS NOT NULL"
_OFFERED = ["candidate_groups", "candidate_users"]


class Aufgabe(Waiting, RegionOwned, Base):
    """A user task. ``zustand`` is CREATED, COMPLETED or CANCELED. ``faellig_am`` and ``wiedervorlage_am`` are instants.

    ``person_id`` says for whom of the household the task is, when its process runs for one person.
    """

    __tablename__ = "aufgabe"
    # A case of many years has thousands of tasks, of which a step asks for the few that are open. Lists begin with a region's open ones that
    # nobody has, and see in the index whom they are offered to. Most tasks have no assignee, which is therefore no way to find any.
    # PostgreSQL does not sort by JSON, only carries it along.
    __table_args__ = (
        Index("ix_aufgabe_open", "region", "zustand", "faellig_am"),
        Index("ix_aufgabe_offen", "region", "assignee", "fall_id", *_OFFERED, sqlite_where=text(_OPEN)).ddl_if(dialect="sqlite"),
        Index("ix_aufgabe_offen_json", "region", "assignee", "fall_id", postgresql_include=_OFFERED, postgresql_where=text(_OPEN)).ddl_if(dialect="postgresql"),
        Index("ix_aufgabe_assignee", "assignee", sqlite_where=text(_TAKEN), postgresql_where=text(_TAKEN)),
        Index("ix_aufgabe_instanz", "instanz_nummer", "zustand"),
    )

    instanz_nummer: Mapped[int] = mapped_column(ForeignKey("instanz.nummer"))
    region: Mapped[str] = mapped_column(String(16))
    fall_id: Mapped[int] = mapped_column(ForeignKey("fall.id"), index=True)
    fall_nr: Mapped[str] = mapped_column(String(20))
    name: Mapped[str]
    process_version: Mapped[int]
    person_id: Mapped[str | None] = mapped_column(String(20))
    person_name: Mapped[str | None]
    form_id: Mapped[str | None] = mapped_column(String(120))
    form_tag: Mapped[str | None] = mapped_column(String(120))
    assignee: Mapped[str | None] = mapped_column(String(80))
    candidate_groups: Mapped[list[str]] = mapped_column(JSON)
    candidate_users: Mapped[list[str]] = mapped_column(JSON)
    priority: Mapped[int] = mapped_column(default=50)
    faellig_am: Mapped[datetime | None]
    wiedervorlage_am: Mapped[datetime | None]
    zustand: Mapped[str] = mapped_column(String(12), default="CREATED")
    completed_at: Mapped[datetime | None]
    completed_by: Mapped[str | None]


class Entwurf(RegionOwned, Base):
    """What somebody has typed into a task's form but not submitted: per task and person.

    ``fenster`` is the page that saved it, so that a page never takes its own text for somebody else's. ``stand`` is a digest of what the
    case knew when that page was made. A draft outlives its task when somebody else completes it: nothing typed is lost.
    """

    __tablename__ = "entwurf"

    aufgabe_key: Mapped[int] = mapped_column(ForeignKey("aufgabe.key"), primary_key=True)
    login: Mapped[str] = mapped_column(String(80), primary_key=True)
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    revision: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[datetime]
    fenster: Mapped[str] = mapped_column(String(32), default="", server_default="")
    stand: Mapped[str] = mapped_column(String(64), default="", server_default="")


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
