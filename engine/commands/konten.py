"""Accounts and their roles. Passwords are kept as argon2id hashes only."""

from __future__ import annotations

from collections.abc import Iterable

from argon2 import PasswordHasher
from sqlalchemy import select

from engine.model.access import ROLLEN
from engine.model.errors import FallflussError, NotFound
from engine.store.session import FallSession
from engine.store.tables import Konto, KontoRolle, Region

# Long rather than complicated (NIST SP 800-63B, 5.1.1.2).
SHORTEST_PASSWORD = 12

_hasher = PasswordHasher()


class KontoInvalid(FallflussError):
    """The account cannot be made or changed like this; nothing was saved."""

    def __init__(self, reason: str):
        super().__init__(f"{reason} Es wurde nichts gespeichert.")


def add_konto(session: FallSession, login: str, name: str, *, password: str, rollen: Iterable[tuple[str, str]]) -> Konto:
    """Create an active account. ``rollen`` are pairs of role and region's Kürzel; cantonal roles have the region ``*``.

    Raises:
        KontoInvalid: the login exists, a role or region does not, or the password is too short.
    """
    if session.get(Konto, login):
        raise KontoInvalid(f"Das Konto «{login}» gibt es schon.")
    held = sorted(set(rollen))
    for rolle, region in held:
        _check_rolle(session, rolle, region)
    konto = Konto(login=login, name=name, password_hash=password_hash(password), created_at=session.now)
    konto.rollen = [KontoRolle(login=login, region=region, rolle=rolle) for rolle, region in held]
    session.add(konto)
    session.flush()
    return konto


def set_password(session: FallSession, login: str, password: str) -> None:
    """Replace the password, unlock the account and end all its sessions."""
    konto = find_konto(session, login)
    konto.password_hash = password_hash(password)
    konto.failed_logins, konto.locked_until = 0, None
    konto.session_epoch += 1


def disable(session: FallSession, login: str) -> None:
    """Take the account out of use and end its sessions. It stays, because the history names it."""
    konto = find_konto(session, login)
    konto.is_active = False
    konto.session_epoch += 1


def find_konto(session: FallSession, login: str) -> Konto:
    """Raises:
    NotFound: no such login.
    """
    konto = session.get(Konto, login)
    if konto is None:
        raise NotFound(f"Das Konto «{login}»")
    return konto


def all_konten(session: FallSession) -> list[Konto]:
    """Every account, by login."""
    return list(session.scalars(select(Konto).order_by(Konto.login)))


def password_hash(password: str) -> str:
    """Raises:
    KontoInvalid: the password is too short.
    """
    if len(password) < SHORTEST_PASSWORD:
        raise KontoInvalid(f"Das Passwort ist zu kurz: Es braucht mindestens {SHORTEST_PASSWORD} Zeichen.")
    return _hasher.hash(password)


def _check_rolle(session: FallSession, rolle: str, region: str) -> None:
    if rolle not in ROLLEN:
        raise KontoInvalid(f"Die Rolle «{rolle}» gibt es nicht. Möglich sind: {', '.join(ROLLEN)}.")
    if region != "*" and session.get(Region, region) is None:
        known = ", ".join(session.scalars(select(Region.kuerzel).order_by(Region.kuerzel))) or "noch keine"
        raise KontoInvalid(f"Die Region «{region}» gibt es nicht. Erfasst sind: {known}.")
