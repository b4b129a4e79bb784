"""What the Betrieb does to accounts (chapter 3: «Konten, Rollen»). Every act is recorded; nothing of it needs case data."""

from __future__ import annotations

import secrets

from engine.model.errors import NotAllowed
from engine.store import konten, zweitfaktor
from engine.store.audit import log
from engine.store.fremdkonto import refuse_foreign
from engine.store.session import FallSession

KEEPS = "betrieb"


def create(session: FallSession, login: str, name: str) -> str:
    """Add an account without roles; gives its first password, which is shown this once.

    Raises:
        NotAllowed, KontoInvalid
    """
    _may(session)
    password = secrets.token_urlsafe(15)
    konto = konten.create_konto(session, login, name, password)
    log(session, "konto", f"angelegt: {konto.login}")
    return password


def grant(session: FallSession, login: str, rolle: str, region: str) -> None:
    """Give a role. It counts from the next request on.

    Raises:
        NotAllowed: also for one's own account, so that nobody opens the cases to themselves.
        NotFound, KontoInvalid
    """
    _may(session, login)
    refuse_foreign(session, login)
    konten.grant(session, login, rolle, region)
    log(session, "konto", f"Rolle gegeben: {login}, {rolle}@{region}")


def revoke(session: FallSession, login: str, rolle: str, region: str) -> None:
    """Take a role away; it counts no more from the next request on.

    Raises:
        NotAllowed, NotFound
    """
    _may(session, login)
    refuse_foreign(session, login)
    konten.revoke(session, login, rolle, region)
    log(session, "konto", f"Rolle genommen: {login}, {rolle}@{region}")


def disable(session: FallSession, login: str) -> None:
    """Take an account out of use and end its sessions.

    Raises:
        NotAllowed: also for one's own, so that one keeper is always left.
    """
    _may(session, login)
    konten.disable(session, login)
    log(session, "konto", f"gesperrt: {login}")


def enable(session: FallSession, login: str) -> None:
    """Take an account into use again, and open the lock after wrong passwords."""
    _may(session, login)
    konten.enable(session, login)
    log(session, "konto", f"freigegeben: {login}")


def end_sessions(session: FallSession, login: str) -> None:
    """End all sessions of an account."""
    _may(session)
    konten.end_sessions(session, login)
    log(session, "konto", f"abgemeldet: {login}")


def reset_password(session: FallSession, login: str) -> str:
    """A new password for somebody who forgot it, shown this once; all sessions end."""
    _may(session, login)
    refuse_foreign(session, login)
    password = secrets.token_urlsafe(15)
    konten.set_password(session, login, password)
    log(session, "konto", f"Passwort neu: {login}")
    return password


def remove_second_factor(session: FallSession, login: str) -> None:
    """For somebody who lost telephone and recovery codes."""
    _may(session, login)
    zweitfaktor.remove(session, login)
    konten.end_sessions(session, login)
    log(session, "konto", f"Code entfernt: {login}")


def _may(session: FallSession, login: str | None = None) -> None:
    if session.access.everywhere:
        return
    if not session.access.has(KEEPS):
        raise NotAllowed("Konten führen (nur Betrieb)")
    if login == session.access.konto:
        raise NotAllowed("das eigene Konto ändern (vier Augen)")
