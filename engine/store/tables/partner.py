"""What goes beyond the region: messages to and from partners, and how far each region is with the introduction."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, Date, ForeignKey, Identity, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.tables.base import Base, Key, RegionOwned


class Austausch(RegionOwned, Base):
    """One message to or from a partner, append-only (process description, chapters 9 and 11).

    ``angaben`` names the data that went, never their values; ``weg`` is aufgabe (letter, telephone) or schnittstelle.
    """

    __tablename__ = "austausch"

    id: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    fall_id: Mapped[int] = mapped_column(ForeignKey("fall.id"), index=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))
    richtung: Mapped[str] = mapped_column(String(12))
    partner: Mapped[str] = mapped_column(String(20))
    meldung: Mapped[str] = mapped_column(String(60))
    kategorie: Mapped[str] = mapped_column(String(40))
    grundlage: Mapped[str] = mapped_column(String(300))
    angaben: Mapped[list[str]] = mapped_column(JSON)
    weg: Mapped[str] = mapped_column(String(16))


class Einfuehrungsstand(Base):
    """How far a region is with the introduction of the process, and its funds in whole francs (process description, chapter 15b).

    About a public body, not about cases; the whole canton may see it, so it is not bound to regions. ``stand`` is vorbereitet,
    freigegeben, abgeschlossen or nicht_umgesetzt.
    """

    __tablename__ = "einfuehrungsstand"

    region: Mapped[str] = mapped_column(ForeignKey("region.kuerzel"), primary_key=True)
    stand: Mapped[str] = mapped_column(String(20))
    start_am: Mapped[date | None] = mapped_column(Date)
    pauschale: Mapped[int | None]
    verwendet: Mapped[int | None]
    zurueckbezahlt: Mapped[int | None]
    at: Mapped[datetime]
