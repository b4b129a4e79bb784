"""Messages that came before anybody waited for them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Identity, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.tables.base import Base, Key, RegionOwned


class Nachricht(RegionOwned, Base):
    """A message that waits for somebody who waits for it, until ``bis``. It belongs to no case yet, but to the regions of its sender:
    one row for each, with the same ``message_key``, of which the first that is wanted takes the others with it.
    """

    __tablename__ = "nachricht"
    __table_args__ = (Index("ix_nachricht_lookup", "name", "correlation"),)

    key: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    message_key: Mapped[int] = mapped_column(Key, index=True)
    name: Mapped[str] = mapped_column(String(200))
    correlation: Mapped[str] = mapped_column(String(200))
    variables: Mapped[dict[str, Any]] = mapped_column(JSON)
    by: Mapped[str] = mapped_column(String(80))
    next_attempt_at: Mapped[datetime] = mapped_column(index=True)
    bis: Mapped[datetime] = mapped_column(index=True)
    attempts: Mapped[int] = mapped_column(default=0)
