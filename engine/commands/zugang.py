"""Access for programs: people give themselves tokens, the Betrieb sets up service accounts; either can be taken back at once."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Mapping
from datetime import timedelta

from engine.model.access import SCOPES
from engine.model.errors import FormInvalid, NotAllowed, NotFound
from engine.store import zugang
from engine.store.audit import log
from engine.store.errors import KontoInvalid
from engine.store.konten import check_role
from engine.store.session import FallSession
from engine.store.tables import Dienstkonto, Konto, Zugangstoken

LONGEST_DAYS = 366
MANAGES = "betrieb"
REQUESTS_PER_MINUTE = range(1, 6001)


def create_token(session: FallSession, name: str, days: int) -> str:
    """Give the person a token of their own; this text is the only time it can be read.

    Raises:
        FormInvalid: no name, or it would last too long.
    """
    _check(name, days, {})
    konto = session.get(Konto, session.access.konto)
    if konto is None:
        raise NotAllowed("Token anlegen (nur Personen)")
    kennung, secret = secrets.token_hex(6), zugang.new_secret()
    session.add(
        Zugangstoken(
            login=konto.login,
            name=name.strip(),
            kennung=kennung,
            secret_hash=zugang.hashed(secret),
            created_at=session.now,
            expires_at=session.now + timedelta(days=days),
        )
    )
    log(session, "write", f"Token angelegt: {name.strip()}")
    return zugang.token_text(kennung, secret)


def revoke_token(session: FallSession, id: int) -> None:
    """Take a token back; harmless when it was already. The Betrieb may for everybody.

    Raises:
        NotFound: there is none of that number, or it belongs to somebody else.
    """
    found = session.get(Zugangstoken, id)
    if found is None or not (found.login == session.access.konto or session.access.has(MANAGES)):
        raise NotFound("Das Token")
    found.revoked_at = found.revoked_at or session.now
    log(session, "write", f"Token zurückgezogen: {found.name}")


def create_dienst(
    session: FallSession, name: str, rollen: Mapping[str, Collection[str]], scopes: Collection[str], *, days: int, requests_per_minute: int = 600
) -> tuple[str, str]:
    """Set up a service account; gives its ``client_id`` and its secret, which cannot be read again.

    ``rollen`` maps a region, or ``*``, to roles. It holds roles of regions or cantonal ones, never both: what reaches cases must not
    deploy diagrams.

    Raises:
        NotAllowed: only the Betrieb may.
        FormInvalid: something is missing, unknown or contradictory.
    """
    if not session.access.everywhere and not session.access.has(MANAGES):
        raise NotAllowed("Dienstkonto anlegen (nur Betrieb)")
    _check(name, days, _errors(session, rollen, scopes, requests_per_minute))
    client_id, secret = f"dienst-{_slug(name)}-{secrets.token_hex(3)}", zugang.new_secret()
    session.add(
        Dienstkonto(
            client_id=client_id,
            name=name.strip(),
            secret_hash=zugang.hashed(secret),
            rollen={region: sorted(held) for region, held in rollen.items()},
            scopes=sorted(scopes),
            requests_per_minute=requests_per_minute,
            created_at=session.now,
            created_by=session.access.konto,
            expires_at=session.now + timedelta(days=days),
        )
    )
    log(session, "write", f"Dienstkonto angelegt: {client_id}")
    return client_id, secret


def revoke_dienst(session: FallSession, client_id: str) -> None:
    """Take a service account out of use, its running access tokens included.

    Raises:
        NotAllowed: only the Betrieb may.
        NotFound: there is none.
    """
    if not session.access.everywhere and not session.access.has(MANAGES):
        raise NotAllowed("Dienstkonto zurückziehen (nur Betrieb)")
    found = session.get(Dienstkonto, client_id)
    if found is None:
        raise NotFound("Das Dienstkonto")
    found.revoked_at = found.revoked_at or session.now
    log(session, "write", f"Dienstkonto zurückgezogen: {client_id}")


def _check(name: str, days: int, errors: dict[str, str]) -> None:
    if not 0 < len(name.strip()) <= 80:
        errors["name"] = "Geben Sie einen Namen mit höchstens 80 Zeichen ein, an dem Sie den Zugang später erkennen."
    if not 0 < days <= LONGEST_DAYS:
        errors["tage"] = f"Ein Zugang gilt zwischen 1 und {LONGEST_DAYS} Tagen."
    if errors:
        raise FormInvalid(errors)


def _errors(session: FallSession, rollen: Mapping[str, Collection[str]], scopes: Collection[str], requests_per_minute: int) -> dict[str, str]:
    errors: dict[str, str] = {}
    if not any(rollen.values()):
        errors["rollen"] = "Geben Sie mindestens eine Rolle an."
    if "*" in rollen and len(rollen) > 1:
        errors["rollen"] = "Ein Dienstkonto hat Rollen in Regionen oder kantonale Rollen, nicht beides. Legen Sie zwei Dienstkonten an."
    try:
        for region, held in rollen.items():
            for rolle in held:
                check_role(session, rolle, region)
    except KontoInvalid as error:
        errors["rollen"] = str(error)
    if not scopes or set(scopes) - SCOPES.keys():
        errors["bereiche"] = "Wählen Sie mindestens einen Bereich, den das Dienstkonto nutzen darf."
    if requests_per_minute not in REQUESTS_PER_MINUTE:
        errors["anfragen"] = f"Zwischen {REQUESTS_PER_MINUTE.start} und {REQUESTS_PER_MINUTE.stop - 1} Anfragen je Minute."
    return errors


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower())[:30].strip("-") or "konto"
