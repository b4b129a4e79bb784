"""What the installation keeps about itself: accesses, settings, parameters."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, Identity, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.tables.base import Base, Key


class Zugriff(Base):
    """Who read or changed what: append-only (chapter 11). Not bound to regions, because it records every attempt."""

    __tablename__ = "zugriff"

    id: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    at: Mapped[datetime]
    konto: Mapped[str] = mapped_column(String(80))
    art: Mapped[str] = mapped_column(String(20))
    was: Mapped[str] = mapped_column(String(120))
    fall_id: Mapped[int | None] = mapped_column(index=True)
    region: Mapped[str | None] = mapped_column(String(16))
    request_id: Mapped[str | None] = mapped_column(String(40))


class Einstellung(Base):
    """A value of the installation, such as the demo clock's offset."""

    __tablename__ = "einstellung"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class Parameterwert(Base):
    """A value that the canton (region ``*``) or a region gave a parameter, append-only; None takes the own value back.

    From ``gueltig_von`` on (until ``gueltig_bis``, both days included) a newer row of the same key and region goes before every older
    one: what was set is never overwritten, it ends where the newer begins. Values and names are in ``engine.definitions.parameter``.
    """

    __tablename__ = "parameterwert"

    id: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    key: Mapped[str] = mapped_column(String(60))
    region: Mapped[str] = mapped_column(String(16))
    value: Mapped[str | None] = mapped_column(Text)
    gueltig_von: Mapped[date] = mapped_column(Date)
    gueltig_bis: Mapped[date | None] = mapped_column(Date)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))
    note: Mapped[str] = mapped_column(Text)
