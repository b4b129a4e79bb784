"""Who works where."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Boolean, Date, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.store.tables.base import Base


class Region(Base):
    __tablename__ = "region"

    kuerzel: Mapped[str] = mapped_column(String(16), primary_key=True)
    name: Mapped[str]
    sitz: Mapped[str]
    rechtsform: Mapped[str]
    pilot: Mapped[bool]


class Gemeinde(Base):
    """A commune as the Federal Statistical Office numbers it; its days and ``aufgegangen_in_bfs`` record mergers. Without ``gueltig_von`` it has always been."""

    __tablename__ = "gemeinde"

    bfs_nr: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    region: Mapped[str] = mapped_column(ForeignKey("region.kuerzel"))
    aufgegangen_in_bfs: Mapped[int | None]
    gueltig_von: Mapped[date | None] = mapped_column(Date)
    gueltig_bis: Mapped[date | None] = mapped_column(Date)


class Konto(Base):
    __tablename__ = "konto"

    login: Mapped[str] = mapped_column(String(80), primary_key=True)
    name: Mapped[str]
    password_hash: Mapped[str]
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    failed_logins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    session_epoch: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    rollen: Mapped[list[KontoRolle]] = relationship(back_populates="konto", cascade="all, delete-orphan", lazy="selectin")


class KontoRolle(Base):
    """A role held in a region; cantonal roles are held in ``*``."""

    __tablename__ = "konto_rolle"

    login: Mapped[str] = mapped_column(ForeignKey("konto.login"), primary_key=True)
    region: Mapped[str] = mapped_column(String(16), primary_key=True)
    rolle: Mapped[str] = mapped_column(String(40), primary_key=True)
    konto: Mapped[Konto] = relationship(back_populates="rollen")
