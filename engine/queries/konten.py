"""Names behind logins, and the regions behind their Kürzel."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from engine.store.session import FallSession
from engine.store.tables import Gemeinde, Konto, KontoRolle, Region


def names(session: FallSession, logins: Iterable[str | None]) -> dict[str, str]:
    """The name of each login; whoever has no account, such as the scheduler, is missing."""
    asked = {login for login in logins if login}
    if not asked:
        return {}
    return dict(session.execute(select(Konto.login, Konto.name).where(Konto.login.in_(asked))).all())


def regionen(session: FallSession) -> dict[str, str]:
    """Every Sozialregion: Kürzel to name."""
    return dict(session.execute(select(Region.kuerzel, Region.name).order_by(Region.name)).all())


def gemeinden(session: FallSession) -> dict[int, str]:
    """Every commune the canton has or had: BFS number to name."""
    return dict(session.execute(select(Gemeinde.bfs_nr, Gemeinde.name)).all())


def in_regions(session: FallSession, kuerzel: Iterable[str]) -> dict[str, str]:
    """Login to name of everybody who holds or held an account with a role in one of the regions."""
    held = select(KontoRolle.login).where(KontoRolle.region.in_(sorted(kuerzel)))
    return dict(session.execute(select(Konto.login, Konto.name).where(Konto.login.in_(held))).all())
