"""Messages to and from partners: what went, on which legal ground."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Identity, String
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
