"""What is kept until when: cases whose retention is over, forms begun before there is a case, and how often somebody tried."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Identity, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.tables.base import Base, Key, RegionOwned


class Aufbewahrung(RegionOwned, Base):
    """A case whose retention is over, as the scheduler found it: proposed, offered to the archive, answered by it. It goes with the case."""

    __tablename__ = "aufbewahrung"

    fall_id: Mapped[int] = mapped_column(ForeignKey("fall.id"), primary_key=True, autoincrement=False)
    abgelaufen_am: Mapped[date] = mapped_column(Date)
    vorgeschlagen_am: Mapped[datetime]
    angeboten_am: Mapped[datetime | None]
    angeboten_von: Mapped[str | None] = mapped_column(String(80))
    antwort_bis: Mapped[date | None] = mapped_column(Date)
    archiv: Mapped[str | None] = mapped_column(String(20))
    zeichen: Mapped[str] = mapped_column(String(200), default="")
    entschieden_am: Mapped[datetime | None]
    entschieden_von: Mapped[str | None] = mapped_column(String(80))


class Startentwurf(RegionOwned, Base):
    """A form somebody began that opens a case or reports a move: ``wozu`` says which, ``fall_id`` of which case, if there is one already."""

    __tablename__ = "startentwurf"
    __table_args__ = (UniqueConstraint("login", "region", "wozu"),)

    id: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    login: Mapped[str] = mapped_column(String(80))
    wozu: Mapped[str] = mapped_column(String(140))
    fall_id: Mapped[int | None] = mapped_column(ForeignKey("fall.id"), index=True)
    daten: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(index=True)


class Anfragezaehler(Base):
    """How often one caller did one thing until ``bis``, counted for all processes together. The caller is a digest."""

    __tablename__ = "anfragezaehler"

    schluessel: Mapped[str] = mapped_column(String(64), primary_key=True)
    anzahl: Mapped[int]
    bis: Mapped[datetime] = mapped_column(index=True)
