"""Releases as people decide on them: proposed by one, approved by another, and in force in a region from an instant on."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, Identity, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.tables.base import Base, Key


class Freigabe(Base):
    """A proposal to release a set of versions, and what became of it: ``offen``, ``erteilt``, ``abgelehnt`` or ``zurueckgezogen``.

    ``regionen`` empty: everywhere. ``gueltig_ab`` empty: as soon as it is approved. ``release_id`` is the release it gave, or from
    the beginning the earlier one that is to hold again; ``entwurf_id`` the draft whose files are proposed.
    """

    __tablename__ = "freigabe"
    # Two people: the last line of defence below the command that says so politely.
    __table_args__ = (CheckConstraint("zustand <> 'erteilt' OR entschieden_von <> vorgeschlagen_von", name="vier_augen"),)

    id: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    release_id: Mapped[int | None] = mapped_column(ForeignKey("release.id"))
    entwurf_id: Mapped[int | None] = mapped_column(ForeignKey("entwurf_anwendung.id"))
    note: Mapped[str] = mapped_column(Text)
    version_tag: Mapped[str | None] = mapped_column(String(60))
    gueltig_ab: Mapped[date | None] = mapped_column(Date)
    regionen: Mapped[list[str]] = mapped_column(JSON)
    zustand: Mapped[str] = mapped_column(String(16), default="offen")
    vorgeschlagen_von: Mapped[str] = mapped_column(String(80))
    vorgeschlagen_am: Mapped[datetime]
    entschieden_von: Mapped[str | None] = mapped_column(String(80))
    entschieden_am: Mapped[datetime | None]
    grund: Mapped[str] = mapped_column(Text, default="")


class Freigabeteil(Base):
    """A version that a proposal is about."""

    __tablename__ = "freigabeteil"

    freigabe_id: Mapped[int] = mapped_column(ForeignKey("freigabe.id"), primary_key=True)
    definition_key: Mapped[int] = mapped_column(ForeignKey("definition_version.key"), primary_key=True)


class Geltung(Base):
    """From ``von`` on new cases in ``region`` (``*``: everywhere) begin on that release; of several the latest counts.

    ``next_attempt_at`` is set until the scheduler has let the release's start events wait instead of those before.
    """

    __tablename__ = "geltung"
    __table_args__ = (UniqueConstraint("freigabe_id", "region"), Index("ix_geltung_due", "next_attempt_at"), Index("ix_geltung_von", "region", "von"))

    key: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    region: Mapped[str] = mapped_column(String(16))
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    freigabe_id: Mapped[int | None] = mapped_column(ForeignKey("freigabe.id"))
    von: Mapped[datetime]
    next_attempt_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
