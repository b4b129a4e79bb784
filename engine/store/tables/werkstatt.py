"""The studio's drafts: a whole process application under change, who looks at it, and every version of each file that was kept.

No case data: drafts belong to the canton, to the role ``prozess``.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Identity, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.tables.base import Base, Key


class EntwurfAnwendung(Base):
    """A draft, begun from a release or empty. ``verworfen_am`` hides it; nothing of it is lost.

    ``fassungen`` are the keys of the definition versions that its last deployment gave or kept.
    """

    __tablename__ = "entwurf_anwendung"

    id: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    release_id: Mapped[int | None] = mapped_column(ForeignKey("release.id"))
    begonnen_am: Mapped[datetime]
    begonnen_von: Mapped[str] = mapped_column(String(80))
    verworfen_am: Mapped[datetime | None]
    verworfen_von: Mapped[str | None] = mapped_column(String(80))
    abgelegt_am: Mapped[datetime | None]
    abgelegt_von: Mapped[str | None] = mapped_column(String(80))
    fassungen: Mapped[list[int]] = mapped_column(JSON)


class EntwurfDatei(Base):
    """A file of a draft as it is now. ``revision`` settles races; ``basis`` is the digest it had in the release, empty when new."""

    __tablename__ = "entwurf_datei"
    __table_args__ = (UniqueConstraint("entwurf_id", "name"),)

    id: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    entwurf_id: Mapped[int] = mapped_column(ForeignKey("entwurf_anwendung.id"))
    name: Mapped[str] = mapped_column(String(200))
    inhalt: Mapped[bytes]
    sha256: Mapped[str] = mapped_column(String(64))
    basis: Mapped[str] = mapped_column(String(64))
    revision: Mapped[int]
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))


class EntwurfStand(Base):
    """A version of a file that was kept. ``art``: angelegt, geaendert, zurueckgeholt, zweite (refused because stale), geloescht.

    Consecutive autosaves of one person within some minutes share a row.
    """

    __tablename__ = "entwurf_stand"
    __table_args__ = (Index("ix_entwurf_stand_datei", "entwurf_id", "name"),)

    id: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    entwurf_id: Mapped[int] = mapped_column(ForeignKey("entwurf_anwendung.id"))
    name: Mapped[str] = mapped_column(String(200))
    art: Mapped[str] = mapped_column(String(16))
    revision: Mapped[int]
    begonnen_am: Mapped[datetime]
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))
    sha256: Mapped[str] = mapped_column(String(64))
    inhalt: Mapped[bytes]


class EntwurfBesuch(Base):
    """Somebody's browser window on a draft; old rows mean that it was closed."""

    __tablename__ = "entwurf_besuch"

    entwurf_id: Mapped[int] = mapped_column(ForeignKey("entwurf_anwendung.id"), primary_key=True)
    fenster: Mapped[str] = mapped_column(String(32), primary_key=True)
    login: Mapped[str] = mapped_column(String(80))
    datei: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]
