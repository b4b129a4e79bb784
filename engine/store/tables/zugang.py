"""How programs get in: personal tokens of people, and service accounts of their own. Secrets are only kept as hashes. And who got out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Identity, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.tables.base import Base, Key


class Zugangstoken(Base):
    """A personal token: a program acts as its owner, with the roles the owner holds at that moment.

    ``kennung`` is the public part by which it is found; ``secret_hash`` the SHA-256 of the secret part, which is too random to guess.
    """

    __tablename__ = "zugangstoken"

    id: Mapped[int] = mapped_column(Key, Identity(), primary_key=True)
    login: Mapped[str] = mapped_column(ForeignKey("konto.login"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    kennung: Mapped[str] = mapped_column(String(20), unique=True)
    secret_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]


class Dienstkonto(Base):
    """A service account: an identity of its own (``client_id``) that signs in with OAuth client credentials.

    ``rollen`` maps a region's Kürzel, or ``*`` for cantonal roles, to the roles held there; ``scopes`` limit what it may ask for at all.
    """

    __tablename__ = "dienstkonto"

    client_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    secret_hash: Mapped[str] = mapped_column(String(64))
    rollen: Mapped[dict[str, Any]] = mapped_column(JSON)
    scopes: Mapped[list[str]] = mapped_column(JSON)
    requests_per_minute: Mapped[int] = mapped_column(default=600)
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(80))
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]


class Sitzungsende(Base):
    """A session in a browser that was signed out: a copy of its cookie is worth nothing. ``until`` the cookie would have lasted."""

    __tablename__ = "sitzungsende"

    nummer: Mapped[str] = mapped_column(String(32), primary_key=True)
    until: Mapped[datetime] = mapped_column(index=True)
