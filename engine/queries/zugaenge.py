"""What the screen of accesses shows: a person's tokens, and the service accounts."""

from __future__ import annotations

from sqlalchemy import select

from engine.store.session import FallSession
from engine.store.tables import Dienstkonto, Zugangstoken


def own_tokens(session: FallSession) -> list[Zugangstoken]:
    """The person's tokens that still count, the newest first."""
    query = select(Zugangstoken).where(Zugangstoken.login == session.access.konto, Zugangstoken.revoked_at.is_(None))
    return list(session.scalars(query.where(Zugangstoken.expires_at > session.now).order_by(Zugangstoken.id.desc())))


def dienstkonten(session: FallSession) -> list[Dienstkonto]:
    """All service accounts, those in use first."""
    return list(session.scalars(select(Dienstkonto).order_by(Dienstkonto.revoked_at.is_not(None), Dienstkonto.name, Dienstkonto.client_id)))
