"""Accounts: who may sign in, and which roles they hold in which region."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select
from sqlalchemy.orm import object_session

from engine.model.access import ROLLEN, Access, room_of
from engine.model.errors import NotFound
from engine.store.errors import KontoInvalid
from engine.store.session import FallSession
from engine.store.tables import Konto, KontoRolle, Region, Sitzungsende, Zugriff, Zweitfaktor

CANTONAL = "*"
# These see no case data, or only figures (process description, chapter 3); a region would open its cases to them.
CANTONAL_ROLLEN = frozenset({"koordination", "aufsicht", "evaluation", "prozess", "umsetzung", "betrieb"})
# Partners work for one region or for all.
ROLLEN_OF_BOTH = frozenset({"vpe_stelle", "partner_rav", "partner_alk", "partner_iv", "partner_massnahme", "partner_ewk"})

MAX_FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)
PASSWORD_LENGTH = range(12, 201)

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{1,79}")
_hasher = PasswordHasher()


def create_konto(session: FallSession, login: str, name: str, password: str) -> Konto:
    """Add an active account without roles.

    Raises:
        KontoInvalid: the login is taken or unusable, or the password too short or too long.
    """
    login = _normalized(login)
    if not _LOGIN.fullmatch(login):
        raise KontoInvalid("Ein Login besteht aus 2 bis 80 Zeichen: Buchstaben ohne Umlaute, Ziffern, Punkt, Bindestrich, Unterstrich und @.")
    if session.get(Konto, login) is not None:
        raise KontoInvalid(f"Das Login «{login}» gibt es schon.")
    konto = Konto(login=login, name=name.strip() or login, password_hash=_hashed(password), created_at=session.now, rollen=[])
    session.add(konto)
    session.flush()
    return konto


def set_password(session: FallSession, login: str, password: str) -> None:
    """Give an account a new password, open its lock and end all its sessions (``session_epoch``).

    Raises:
        NotFound: no such account.
        KontoInvalid: the password is too short or too long.
    """
    konto = _konto(session, login)
    konto.password_hash = _hashed(password)
    konto.failed_logins, konto.locked_until = 0, None
    konto.session_epoch += 1


def disable(session: FallSession, login: str) -> None:
    """Take an account out of use and end its sessions. It stays, because the history names it.

    Raises:
        NotFound: no such account.
    """
    konto = _konto(session, login)
    konto.is_active = False
    konto.session_epoch += 1


def enable(session: FallSession, login: str) -> None:
    """Take an account into use again and open its lock.

    Raises:
        NotFound: no such account.
    """
    konto = _konto(session, login)
    konto.is_active, konto.failed_logins, konto.locked_until = True, 0, None


def end_sessions(session: FallSession, login: str) -> None:
    """End all sessions of an account, on every machine, including the one that asks.

    Raises:
        NotFound: no such account.
    """
    _konto(session, login).session_epoch += 1


def end_session(session: FallSession, nummer: str, until: datetime) -> None:
    """End one session in a browser for good; after ``until`` (UTC) its cookie is void anyway. What is over that long is forgotten."""
    session.execute(delete(Sitzungsende).where(Sitzungsende.until < session.now))
    session.merge(Sitzungsende(nummer=nummer, until=until))


def has_ended(session: FallSession, nummer: str) -> bool:
    """Whether a session in a browser was signed out."""
    return session.get(Sitzungsende, nummer) is not None


def change_password(session: FallSession, login: str, old: str, new: str) -> bool:
    """A new password for somebody who knows the old one; all sessions end. False: the old one is wrong, which counts as a failure.

    Raises:
        KontoInvalid: the new password is too short, too long, or the old one.
    """
    konto = session.scalars(select(Konto).where(Konto.login == _normalized(login)).with_for_update()).one()
    if _is_locked(session, konto) or not _matches(konto.password_hash, old):
        note_failure(session, konto)
        return False
    if new == old:
        raise KontoInvalid("Das neue Passwort ist das alte.")
    set_password(session, konto.login, new)
    return True


def all_konten(session: FallSession) -> list[Konto]:
    """Every account, by login."""
    return list(session.scalars(select(Konto).order_by(Konto.login)))


def verify(session: FallSession, login: str, password: str) -> Konto | None:
    """The account, if the password is right and the account neither locked nor inactive; None says nothing about the reason.

    After five failures in a row the account is locked for 15 minutes. An unknown login costs as much time as a known one. Success and
    failure go to the access log, so the caller must let the transaction commit.
    """
    # The row stays locked while the password is checked: guesses sent at the same moment are counted one by one.
    konto = session.scalars(select(Konto).where(Konto.login == _normalized(login)).with_for_update()).one_or_none()
    is_right = _matches(konto.password_hash if konto else _hash_of_nobody(), password)
    if konto is None or not konto.is_active or _is_locked(session, konto) or not is_right:
        _refuse(session, konto)
        return None
    if _hasher.check_needs_rehash(konto.password_hash):
        konto.password_hash = _hasher.hash(password)
    # With a second factor the failures stand until its code is right, too: otherwise each right password would allow five more guesses.
    if not has_second_factor(session, konto.login):
        note_success(session, konto)
    return konto


def has_second_factor(session: FallSession, login: str) -> bool:
    """Whether a code is asked for besides the password."""
    factor = session.get(Zweitfaktor, login)
    return factor is not None and factor.bestaetigt_am is not None


def note_success(session: FallSession, konto: Konto) -> None:
    """Somebody proved to be the account's owner."""
    konto.failed_logins, konto.locked_until = 0, None
    _log(session, konto.login, "anmeldung")


def note_failure(session: FallSession, konto: Konto) -> None:
    """Somebody failed to; after five failures in a row the account is locked."""
    _refuse(session, konto)


def revoke(session: FallSession, login: str, rolle: str, region: str) -> None:
    """Take a role away; harmless when the account does not have it.

    Raises:
        NotFound: no such account.
    """
    konto = _konto(session, login)
    konto.rollen = [held for held in konto.rollen if (held.rolle, held.region) != (rolle, region)]
    session.flush()


def grant(session: FallSession, login: str, rolle: str, region: str) -> None:
    """Give an account a role in a region (its Kürzel) or, for cantonal roles, in ``*``; harmless when it has it.

    Raises:
        NotFound: no such account.
        KontoInvalid: unknown role or region, or a role that is not held there.
    """
    konto = _konto(session, login)
    check_role(session, rolle, region)
    if not any(held.rolle == rolle and held.region == region for held in konto.rollen):
        konto.rollen.append(KontoRolle(region=region, rolle=rolle))
        session.flush()


def access_of(konto: Konto) -> Access:
    """What the account may see and do; an inactive one nothing."""
    held: dict[str, set[str]] = {}
    for rolle in konto.rollen if konto.is_active else ():
        # Never a region for a cantonal role, whatever was stored: it would open all its cases.
        held.setdefault(CANTONAL if rolle.rolle in CANTONAL_ROLLEN else rolle.region, set()).add(rolle.rolle)
    rooms = _rooms(konto, held)
    return Access(konto.login, {**{place: frozenset(rollen) for place, rollen in held.items()}, **rooms})


def _rooms(konto: Konto, held: Mapping[str, set[str]]) -> dict[str, frozenset[str]]:
    """Introductions: the Leitung sees that of its region, the Koordinationsstelle all of them."""
    rooms = {room_of(region): {"leitung"} for region, rollen in held.items() if "leitung" in rollen}
    session = object_session(konto)
    if "koordination" in held.get(CANTONAL, ()) and session is not None:
        for kuerzel in session.scalars(select(Region.kuerzel)):
            rooms.setdefault(room_of(kuerzel), set()).add("koordination")
    return {room: frozenset(rollen) for room, rollen in rooms.items()}


def check_role(session: FallSession, rolle: str, region: str) -> None:
    """Raises:
    KontoInvalid: unknown role or region, or a role that is not held there.
    """
    if rolle not in ROLLEN:
        raise KontoInvalid(f"Die Rolle «{rolle}» gibt es nicht. Möglich sind: {', '.join(ROLLEN)}.")
    if region == CANTONAL:
        if rolle not in CANTONAL_ROLLEN | ROLLEN_OF_BOTH:
            raise KontoInvalid(f"Die Rolle «{rolle}» gilt in einer Sozialregion; bitte deren Kürzel angeben.")
        return
    if rolle in CANTONAL_ROLLEN:
        raise KontoInvalid(f"Die Rolle «{rolle}» gilt für den ganzen Kanton; bitte als Region «{CANTONAL}» angeben.")
    if session.get(Region, region) is None:
        known = ", ".join(session.scalars(select(Region.kuerzel).order_by(Region.kuerzel))) or "keine (zuerst die Regionen laden)"
        raise KontoInvalid(f"Die Region «{region}» gibt es nicht. Erfasst sind: {known}.")


def _konto(session: FallSession, login: str) -> Konto:
    konto = session.get(Konto, _normalized(login))
    if konto is None:
        raise NotFound(f"Das Konto «{login}»")
    return konto


def _normalized(login: str) -> str:
    return login.strip().lower()


def _hashed(password: str) -> str:
    if len(password) not in PASSWORD_LENGTH:
        raise KontoInvalid(f"Ein Passwort hat mindestens {PASSWORD_LENGTH.start} Zeichen und höchstens {PASSWORD_LENGTH.stop - 1}.")
    return _hasher.hash(password)


def _matches(password_hash: str, password: str) -> bool:
    # Made before it is needed, so that the first unknown login does not take longer.
    _hash_of_nobody()
    try:
        return _hasher.verify(password_hash, password[: PASSWORD_LENGTH.stop])
    except (VerificationError, InvalidHashError):
        return False


@cache
def _hash_of_nobody() -> str:
    return _hasher.hash("nobody has this password")


def _is_locked(session: FallSession, konto: Konto) -> bool:
    return konto.locked_until is not None and session.now < konto.locked_until


def _refuse(session: FallSession, konto: Konto | None) -> None:
    # What was typed as an unknown login is not stored: it may be somebody's password.
    _log(session, konto.login if konto else "unbekannt", "anmeldung abgelehnt")
    if konto is None or _is_locked(session, konto):
        return
    konto.failed_logins, konto.locked_until = konto.failed_logins + 1, None
    if konto.failed_logins >= MAX_FAILURES:
        konto.failed_logins, konto.locked_until = 0, session.now + LOCKED_FOR


def _log(session: FallSession, login: str, art: str) -> None:
    session.add(Zugriff(at=session.now, konto=login, art=art, was="Konto"))
