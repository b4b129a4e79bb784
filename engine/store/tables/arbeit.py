"""How people share their work: teams, absences and who stands in, saved lists, comments, and what reaches them outside."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Boolean, Date, ForeignKey, Identity, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.tables.base import Base, Key, RegionOwned


class Team(RegionOwned, Base):
    """People of one Sozialregion who work side by side."""

    __tablename__ = "team"
    __table_args__ = (UniqueConstraint("region", "name"),)

    id: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))


class Teammitglied(RegionOwned, Base):
    """``pensum`` is the percentage of a full-time post, by which the Falllast is measured."""

    __tablename__ = "teammitglied"

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), primary_key=True)
    login: Mapped[str] = mapped_column(String(80), primary_key=True, index=True)
    pensum: Mapped[int] = mapped_column(default=100, server_default="100")


class Abwesenheit(Base):
    """Somebody is away from ``von`` to ``bis``, both days included; ``aufgehoben_am`` ends it early and keeps the row."""

    __tablename__ = "abwesenheit"
    __table_args__ = (Index("ix_abwesenheit_bis", "bis"),)

    id: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    login: Mapped[str] = mapped_column(String(80), index=True)
    von: Mapped[date] = mapped_column(Date)
    bis: Mapped[date] = mapped_column(Date)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))
    aufgehoben_am: Mapped[datetime | None]
    aufgehoben_von: Mapped[str | None] = mapped_column(String(80))


class Stellvertretung(Base):
    """Who stands in during an absence; several people may."""

    __tablename__ = "stellvertretung"

    abwesenheit_id: Mapped[int] = mapped_column(ForeignKey("abwesenheit.id"), primary_key=True)
    login: Mapped[str] = mapped_column(String(80), primary_key=True, index=True)


class Ansicht(Base):
    """A list of tasks somebody keeps under a name: ``filter`` is its address' query, never a search for a name.

    Shared with everybody of ``region`` or of the team ``team_id``; with neither it is the owner's alone.
    """

    __tablename__ = "ansicht"

    id: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    login: Mapped[str] = mapped_column(String(80), index=True)
    name: Mapped[str] = mapped_column(String(80))
    filter: Mapped[str] = mapped_column(Text)
    region: Mapped[str | None] = mapped_column(String(16), index=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    at: Mapped[datetime]


class Aufgabenkommentar(RegionOwned, Base):
    """What somebody wrote to a task, append-only; it goes with the case, not into its state."""

    __tablename__ = "aufgabenkommentar"

    id: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    aufgabe_key: Mapped[int] = mapped_column(ForeignKey("aufgabe.key"), index=True)
    fall_id: Mapped[int] = mapped_column(ForeignKey("fall.id"), index=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(Text)


class Benachrichtigung(Base):
    """How somebody wants to be told: a mail each working day, a calendar feed under a secret address (kept as its hash only)."""

    __tablename__ = "benachrichtigung"

    login: Mapped[str] = mapped_column(String(80), primary_key=True)
    mail: Mapped[str | None] = mapped_column(String(200))
    tagesmail: Mapped[bool] = mapped_column(Boolean, default=False)
    kalender_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    kalender_seit: Mapped[datetime | None]


class Tagesmail(Base):
    """That somebody's mail of that day is taken care of: the row is there before it is sent, so that nobody sends it twice.

    ``zustand`` is angefangen, gesendet or leer (nothing to tell).
    """

    __tablename__ = "tagesmail"

    login: Mapped[str] = mapped_column(String(80), primary_key=True)
    tag: Mapped[date] = mapped_column(Date, primary_key=True)
    at: Mapped[datetime]
    zustand: Mapped[str] = mapped_column(String(12))
