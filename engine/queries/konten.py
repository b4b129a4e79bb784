"""Names behind logins, and the regions behind their Kürzel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from engine.store.session import FallSession
from engine.store.tables import Konto, Region


@dataclass(frozen=True)
class KontoRow:
    """An account with its roles by region's Kürzel (``*``: the whole canton)."""

    login: str
    name: str
    rollen: Mapping[str, frozenset[str]]


def names(session: FallSession, logins: Iterable[str | None]) -> dict[str, str]:
    """The name of each login; whoever has no account, such as the scheduler, is missing."""
    asked = {login for login in logins if login}
    if not asked:
        return {}
    rows = session.execute(select(Konto.login, Konto.name).where(Konto.login.in_(asked)))
    return {login: name for login, name in rows}


def regionen(session: FallSession) -> dict[str, str]:
    """Every Sozialregion: Kürzel to name."""
    return {kuerzel: name for kuerzel, name in session.execute(select(Region.kuerzel, Region.name).order_by(Region.name))}


def active_accounts(session: FallSession, *, limit: int = 60) -> tuple[KontoRow, ...]:
    """Accounts that may log in, by login: for the start page of demo mode only."""
    rows = session.scalars(select(Konto).where(Konto.is_active).order_by(Konto.login).limit(limit))
    return tuple(_row(konto) for konto in rows)


def _row(konto: Konto) -> KontoRow:
    held: dict[str, set[str]] = {}
    for rolle in konto.rollen:
        held.setdefault(rolle.region, set()).add(rolle.rolle)
    return KontoRow(konto.login, konto.name, {region: frozenset(rollen) for region, rollen in sorted(held.items())})
