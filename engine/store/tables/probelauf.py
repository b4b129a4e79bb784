"""Trial runs: instances that process owners start with made-up data, outside every region."""

from __future__ import annotations

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.tables.base import Base, RegionOwned


class Probelauf(RegionOwned, Base):
    """What a trial run knows besides its instance: who started it, the client's labels, and after which element it ends."""

    __tablename__ = "probelauf"

    instanz_nummer: Mapped[int] = mapped_column(ForeignKey("instanz.nummer"), primary_key=True, autoincrement=False)
    by: Mapped[str] = mapped_column(String(80))
    business_id: Mapped[str | None] = mapped_column(String(256))
    tags: Mapped[list[str]] = mapped_column(JSON)
    ends_after: Mapped[str | None] = mapped_column(String(120))
