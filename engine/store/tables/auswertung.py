"""What evaluations keep: what happened in each instance in short, alignments already found, and logs of other systems under pseudonyms."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Identity, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.tables.base import Base, Key, RegionOwned


class Spur(RegionOwned, Base):
    """What happened in one instance, folded from its history up to the row ``bis_verlauf``; made anew when more has happened.

    ``schritte`` are ``[element, process, type, from, to, claimed, end]``: moments in seconds since 1970 (None: not yet, or never), ``end``
    c (completed), x (cancelled) or o (still open). The completed stand first, in the order in which they were. ``altersklasse`` is the
    applicant's at the beginning, ``segment`` theirs now, ``einstieg`` anmeldung, bestand or uebernahme. ``angaben`` holds geschlecht,
    personengruppe, gemeinde (a class of size), hauptgrund and stand_6m, each only where it is known.
    """

    __tablename__ = "spur"
    __table_args__ = (Index("ix_spur_process", "process", "version"),)

    instanz_nummer: Mapped[int] = mapped_column(ForeignKey("instanz.nummer"), primary_key=True, autoincrement=False)
    fall_id: Mapped[int] = mapped_column(ForeignKey("fall.id"), index=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    process: Mapped[str] = mapped_column(String(120))
    version: Mapped[int]
    zustand: Mapped[str] = mapped_column(String(12))
    begonnen_am: Mapped[datetime]
    beendet_am: Mapped[datetime | None]
    altersklasse: Mapped[str] = mapped_column(String(12))
    segment: Mapped[str] = mapped_column(String(20))
    einstieg: Mapped[str] = mapped_column(String(12))
    bis_verlauf: Mapped[int] = mapped_column(Key, index=True)
    schritte: Mapped[list[Any]] = mapped_column(JSON)
    angaben: Mapped[dict[str, str]] = mapped_column(JSON, default=dict, nullable=True)


class Ausrichtung(Base):
    """The best explanation of one variant on one model, found once. It names neither case nor region.

    ``art`` says how: id or name, whether logs show events, whether the case may go on, by which search. ``variante`` is a digest of the activities.
    ``abweichungen`` are ``[element or activity, name, deviation, position]``. Without ``cost`` it is not decided within ``budget``.
    """

    __tablename__ = "ausrichtung"

    model_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    art: Mapped[str] = mapped_column(String(24), primary_key=True)
    variante: Mapped[str] = mapped_column(String(64), primary_key=True)
    cost: Mapped[int | None]
    lower: Mapped[int]
    upper: Mapped[int | None]
    budget: Mapped[int]
    abweichungen: Mapped[list[Any]] = mapped_column(JSON)


class AkzeptierteAbweichung(Base):
    """A deviation that is not counted against a region any more (``*``: against none), with the reason; given up, never deleted."""

    __tablename__ = "akzeptierte_abweichung"
    __table_args__ = (Index("ix_akzeptierte_abweichung_process", "process"),)

    id: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    process: Mapped[str] = mapped_column(String(120))
    element: Mapped[str] = mapped_column(String(200))
    abweichung: Mapped[str] = mapped_column(String(20))
    gilt_in: Mapped[str] = mapped_column(String(16))
    grund: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))
    aufgehoben_am: Mapped[datetime | None]
    aufgehoben_von: Mapped[str | None] = mapped_column(String(80))


class Modelldatei(Base):
    """A diagram that is only replayed on: an edited one before it is deployed, or one that belongs to a foreign log."""

    __tablename__ = "modelldatei"

    id: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    prozess: Mapped[str] = mapped_column(String(120))
    content: Mapped[bytes]
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))


class Protokoll(Base):
    """A log of another system. ``zustand`` is hochgeladen (its file waits for its columns), wartet, gelesen, unlesbar or
    verfallen (nobody chose in time, the file is gone).

    ``meldung`` says of a log that waits how many bytes of its file were read so far, of one that is unreadable why; such a row goes
    as soon as its owner was told.

    Of its file nothing stays but what ``Protokollteil`` holds: pseudonyms, activities and moments. ``kopf`` is a digest of the headings,
    by which a person's choice of columns is found again. ``zuordnung`` maps activities to elements by hand. ``nur_menschen``: whether
    automatic steps that the log never names count as skipped; None leaves it to what the log names. ``zustaende`` counts the events whose
    state nobody knows, by that state.
    """

    __tablename__ = "protokoll"

    id: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80), index=True)
    zustand: Mapped[str] = mapped_column(String(16))
    meldung: Mapped[str] = mapped_column(Text, default="")
    kopf: Mapped[str] = mapped_column(String(64), default="")
    spalten: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    faelle: Mapped[int] = mapped_column(default=0)
    ereignisse: Mapped[int] = mapped_column(default=0)
    aktivitaeten: Mapped[list[Any]] = mapped_column(JSON, default=list)
    fehler: Mapped[list[Any]] = mapped_column(JSON, default=list)
    fehler_anzahl: Mapped[int] = mapped_column(default=0)
    modelldatei_id: Mapped[int | None] = mapped_column(ForeignKey("modelldatei.id"))
    prozess: Mapped[str] = mapped_column(String(120), default="")
    version: Mapped[int | None]
    zuordnung: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    nur_menschen: Mapped[bool | None]
    zustaende: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class Protokolldatei(Base):
    """A piece of the uploaded file itself, until its columns are known and it was read; then the rows are gone."""

    __tablename__ = "protokolldatei"

    protokoll_id: Mapped[int] = mapped_column(ForeignKey("protokoll.id"), primary_key=True, autoincrement=False)
    nr: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[bytes]


class Protokollteil(Base):
    """Some hundred cases of a log, as compressed JSON: ``[[pseudonym, [[activity, seconds or None], …]], …]``, activities by their number."""

    __tablename__ = "protokollteil"

    protokoll_id: Mapped[int] = mapped_column(ForeignKey("protokoll.id"), primary_key=True, autoincrement=False)
    nr: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[bytes]


class Ausfuhr(Base):
    """The history of some regions as a file, made for one person. ``zustand`` is wartet, bereit, misslungen (``meldung`` says why) or vernichtet.

    ``einsichten`` are the permissions it rests on, by region; the file goes with the first of them, at the latest at ``verfaellt_am``. ``von``
    and ``bis`` (both included) are about when an instance began. ``ablaeufe`` instances are to be written, ``fertig`` are.
    """

    __tablename__ = "ausfuhr"

    id: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80), index=True)
    format: Mapped[str] = mapped_column(String(8))
    von: Mapped[date | None]
    bis: Mapped[date | None]
    einsichten: Mapped[dict[str, int]] = mapped_column(JSON)
    zustand: Mapped[str] = mapped_column(String(16))
    meldung: Mapped[str] = mapped_column(Text, default="")
    ablaeufe: Mapped[int] = mapped_column(default=0)
    fertig: Mapped[int] = mapped_column(default=0)
    bytes: Mapped[int] = mapped_column(Key, default=0)
    verfaellt_am: Mapped[datetime | None]


class Ausfuhrteil(Base):
    """A piece of the file, packed by itself."""

    __tablename__ = "ausfuhrteil"

    ausfuhr_id: Mapped[int] = mapped_column(ForeignKey("ausfuhr.id"), primary_key=True, autoincrement=False)
    nr: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[bytes]
