"""What replaying all history on a diagram said before its release."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.tables.base import Base


class Nachspiel(Base):
    """The last result for a model, all cases taken together: shares of cases that fit before and after, and how many fit worse.

    Numbers are None where too few cases stand behind them. ``darf``: nothing that fits now would stop fitting. Names neither case nor region.
    """

    __tablename__ = "nachspiel"

    model_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    prozess: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))
    faelle: Mapped[int | None]
    vorher: Mapped[float | None]
    nachher: Mapped[float | None]
    schlechter: Mapped[int | None]
    darf: Mapped[bool]
