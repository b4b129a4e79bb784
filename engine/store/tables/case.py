"""The case and what happened in it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Identity, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.tables.base import Base, Key, RegionOwned
from engine.store.verschluss import Verschlossen

_GEFUEHRT = "abgeschlossen_am IS NULL AND uebergeben_am IS NULL AND fallfuehrung IS NOT NULL"
_GILT = "bis IS NULL"


class Fall(RegionOwned, Base):
    """The accompaniment of one Unterstützungseinheit over time (process description, chapter 4).

    A case that is handed over to another region keeps its number there as a new row, made from the released package alone; the old
    row stays in its region, over but readable. So a number has any number of past rows and one that is not handed over.
    ``herkunft`` is the region such a case came from; ``fallfuehrung`` the login of who is responsible for the case. ``vorfall_id`` is the
    closed case of the same people in the region before this one (P11): a number and no key, because that case may be destroyed meanwhile.
    """

    __tablename__ = "fall"
    __table_args__ = (
        Index(
            "uq_fall_fall_nr",
            "fall_nr",
            unique=True,
            sqlite_where=text("uebergeben_am IS NULL"),
            postgresql_where=text("uebergeben_am IS NULL"),
        ),
        Index("ix_fall_gefuehrt", "region", "id", "fallfuehrung", sqlite_where=text(_GEFUEHRT), postgresql_where=text(_GEFUEHRT)),
        {"sqlite_autoincrement": True},  # the seals remember its ids
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
    fallfuehrung: Mapped[str | None] = mapped_column(String(80), index=True)
    vorfall_id: Mapped[int | None] = mapped_column(Key)


class Dossier(RegionOwned, Base):
    """Fall × commune × period; a change of commune closes one and opens the next (BFS, chapter 4)."""

    __tablename__ = "dossier"

    id: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    fall_id: Mapped[int] = mapped_column(ForeignKey("fall.id"), index=True)
    gemeinde_bfs: Mapped[int | None]
    von: Mapped[date] = mapped_column(Date)
    bis: Mapped[date | None] = mapped_column(Date)


class Person(RegionOwned, Base):
    """``ahvn13`` is sealed in the column; ``ahv_kennzeichen`` is its keyed digest, by which alone it is looked for (``engine.store.dubletten``)."""

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("fall_id", "person_id"),)

    id: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    fall_id: Mapped[int] = mapped_column(ForeignKey("fall.id"), index=True)
    person_id: Mapped[str] = mapped_column(String(20))
    name: Mapped[str]
    vorname: Mapped[str]
    geburtsdatum: Mapped[date | None] = mapped_column(Date)
    rolle_ue: Mapped[str]
    ahvn13: Mapped[str | None] = mapped_column(Verschlossen("ahv"))
    ahv_kennzeichen: Mapped[str | None] = mapped_column(String(64), index=True)
    von: Mapped[date] = mapped_column(Date)
    bis: Mapped[date | None] = mapped_column(Date)


class Segmentzuordnung(RegionOwned, Base):
    """One segment of one person from a day on: proposal, rule and decision (chapter 4: historised)."""

    __tablename__ = "segmentzuordnung"
    __table_args__ = (Index("ix_segmentzuordnung_gilt", "fall_id", "region", "segment", sqlite_where=text(_GILT), postgresql_where=text(_GILT)),)

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


class Verlauf(RegionOwned, Base):
    """History of a case, append-only: one row for each command, enough to replay the case.

    ``command`` names it (open_case, complete_task, fire_timer, claim …), ``values`` are what it brought along. ``im_namen_von`` is whom
    ``by`` stood in for. ``events`` are the
    runtime's in their order, ``[what, key, element, type, process, version]``; ``changes`` the variables written,
    ``[scope, name, before, after, created]``.
    """

    __tablename__ = "verlauf"
    __table_args__ = (
        Index("ix_verlauf_fall", "fall_id", "id"),
        Index("ix_verlauf_instanz", "instanz_nummer", "id"),
        {"sqlite_autoincrement": True},  # the seals remember its ids
    )

    id: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    fall_id: Mapped[int] = mapped_column(ForeignKey("fall.id"))
    instanz_nummer: Mapped[int | None]
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))
    im_namen_von: Mapped[str | None] = mapped_column(String(80))
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
    # Lists show the newest that nobody has dealt with, however many there were.
    __table_args__ = (Index("ix_hinweis_offen", "region", "at", "id", sqlite_where=text("erledigt_am IS NULL"), postgresql_where=text("erledigt_am IS NULL")),)

    id: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    fall_id: Mapped[int] = mapped_column(ForeignKey("fall.id"), index=True)
    at: Mapped[datetime]
    an_rolle: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(Text)
    erledigt_am: Mapped[datetime | None]
    erledigt_von: Mapped[str | None]
