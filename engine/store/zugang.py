"""Secrets of programs: made, hashed and checked. They are random enough that a plain hash suffices."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta

from sqlalchemy import select

from engine.model.access import Access
from engine.store.audit import log
from engine.store.session import FallSession
from engine.store.tables import Dienstkonto, Konto, Zugangstoken

PREFIX = "fft"
# Use is noted at most this often: not every request of a program shall write.
NOTED_EVERY = timedelta(hours=1)

Zugang = Zugangstoken | Dienstkonto


def new_secret() -> str:
    """256 random bits as text."""
    return secrets.token_urlsafe(32)


def hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def token_text(kennung: str, secret: str) -> str:
    """What the person copies into their program."""
    return f"{PREFIX}_{kennung}_{secret}"


def find_token(session: FallSession, login: str, text: str) -> tuple[Konto, Zugangstoken] | None:
    """Whose token this is; None when it is unknown, of somebody else, over, taken back, or its account is out of use."""
    if "\0" in login + text:  # no database keeps it
        return None
    prefix, _, rest = text.partition("_")
    kennung, _, secret = rest.partition("_")
    found = session.scalar(select(Zugangstoken).where(Zugangstoken.kennung == kennung)) if prefix == PREFIX else None
    konto = session.get(Konto, found.login) if found is not None else None
    if found is None or konto is None or not hmac.compare_digest(found.secret_hash, hashed(secret)):
        return None
    return (konto, found) if konto.is_active and konto.login == login.strip().lower() and is_usable(session, found) else None


def find_dienst(session: FallSession, client_id: str, secret: str) -> Dienstkonto | None:
    """The service account, if the secret is right and the account usable."""
    found = session.get(Dienstkonto, client_id) if "\0" not in client_id and len(client_id) <= 60 else None
    is_right = found is not None and hmac.compare_digest(found.secret_hash, hashed(secret))
    return found if found is not None and is_right and is_usable(session, found) else None


def is_usable(session: FallSession, zugang: Zugang) -> bool:
    """Neither over nor taken back."""
    return zugang.revoked_at is None and session.now < zugang.expires_at


def access_of_dienst(dienst: Dienstkonto) -> Access:
    """What the service account may see and do."""
    return Access(dienst.client_id, {region: frozenset(rollen) for region, rollen in dienst.rollen.items()}, is_dienst=True)


def is_use_to_note(session: FallSession, zugang: Zugang) -> bool:
    return zugang.last_used_at is None or session.now - zugang.last_used_at >= NOTED_EVERY


def note_use(session: FallSession, zugang: Zugang) -> None:
    """Remember when the access was used last."""
    held = session.merge(zugang, load=True)
    held.last_used_at = session.now
    log(session, "anmeldung", f"Schnittstelle: {zugang.name}")
