"""Taking running cases to another release, and interventions into single cases that need a second person."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, ForeignKey, Identity, Index, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.tables.base import Base, Key, RegionOwned


class Umstellung(Base):
    """A plan to take the cases of one release to another. It belongs to no region and holds nothing of any case.

    ``zustand`` is entwurf, pruefung, vorgelegt, laeuft, pausiert or verworfen; whether examining or running is over follows from its cases.
    ``regionen`` limits it; empty means all. ``abbildung`` holds for each process ``{"nach": {old: new}, "verlegt": {old: {"nach", "grund"}},
    "endet": [old], "fristen": {old: "neu" or "behalten"}}``; where ``fristen`` says nothing of a timer ``fristen_neu`` counts.
    """

    __tablename__ = "umstellung"

    id: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))
    quelle: Mapped[int] = mapped_column(ForeignKey("release.id"))
    ziel: Mapped[int] = mapped_column(ForeignKey("release.id"))
    note: Mapped[str] = mapped_column(Text)
    regionen: Mapped[list[str]] = mapped_column(JSON)
    abbildung: Mapped[dict[str, Any]] = mapped_column(JSON)
    fristen_neu: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    zustand: Mapped[str] = mapped_column(String(12), default="entwurf")
    vorgelegt_am: Mapped[datetime | None]
    gestartet_am: Mapped[datetime | None]
    gestartet_von: Mapped[str | None] = mapped_column(String(80))


class Umstellungsfall(RegionOwned, Base):
    """One instance of a plan. ``urteil`` is what examining said: gut, entscheid, unmoeglich, or vorbei when it has ended meanwhile.

    ``zustand`` is geprueft, wartet, umgestellt or abgelehnt. ``next_attempt_at`` says when the scheduler takes it up; empty: not at all.
    ``gruende`` are obstacles, ``[code, process, element, message]``, without anything of the case's variables.
    """

    __tablename__ = "umstellungsfall"
    __table_args__ = (UniqueConstraint("umstellung_id", "instanz_nummer"), Index("ix_umstellungsfall_due", "next_attempt_at"))

    key: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    umstellung_id: Mapped[int] = mapped_column(ForeignKey("umstellung.id"), index=True)
    instanz_nummer: Mapped[int] = mapped_column(ForeignKey("instanz.nummer"), index=True)
    urteil: Mapped[str] = mapped_column(String(12), default="")
    gruende: Mapped[list[Any]] = mapped_column(JSON)
    zustand: Mapped[str] = mapped_column(String(12), default="")
    next_attempt_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    at: Mapped[datetime | None]


class Eingriff(RegionOwned, Base):
    """A token moved or an instance cancelled: proposed by one person with a reason, done when another one approves.

    ``art`` is verlegen or abbrechen; ``key`` the element instance, ``element`` and ``nach`` the elements' ids.
    """

    __tablename__ = "eingriff"

    id: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    fall_id: Mapped[int] = mapped_column(ForeignKey("fall.id"), index=True)
    instanz_nummer: Mapped[int] = mapped_column(ForeignKey("instanz.nummer"))
    art: Mapped[str] = mapped_column(String(12))
    key: Mapped[int | None]
    element: Mapped[str | None] = mapped_column(String(120))
    nach: Mapped[str | None] = mapped_column(String(120))
    grund: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))
    entschieden_am: Mapped[datetime | None]
    entschieden_von: Mapped[str | None] = mapped_column(String(80))
    ist_bewilligt: Mapped[bool | None] = mapped_column(Boolean)
