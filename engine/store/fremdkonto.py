"""Accounts of an OpenID provider: which account here belongs to an issuer's subject, and which roles its claims give."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from engine.model.access import ROLLEN
from engine.store.errors import KontoInvalid
from engine.store.konten import check_role, note_success
from engine.store.session import FallSession
from engine.store.tables import Fremdkonto, Konto, KontoRolle

# What no password hash looks like: nobody signs in to such an account with a password.
NO_PASSWORD = "-"


@dataclass(frozen=True)
class Zuordnung:
    """Which value of which claim gives which roles: configuration, as the provider's groups are named everywhere differently.

    ``rollen`` maps a value of ``claim`` to pairs of role and region (``*`` for cantonal ones).
    """

    claim: str = "groups"
    rollen: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> Zuordnung:
        """From ``{"claim": "groups", "rollen": {"FF-Intake-Olten": ["intake@SRO"]}}``.

        Raises:
            ValueError: it is not of that form, or names an unknown role.
        """
        found = {str(value): tuple(_pair(one) for one in rollen) for value, rollen in dict(content.get("rollen") or {}).items()}
        unknown = {rolle for pairs in found.values() for rolle, _ in pairs} - set(ROLLEN)
        if unknown:
            raise ValueError(f"unknown roles: {', '.join(sorted(unknown))}")
        return cls(str(content.get("claim") or "groups"), found)

    def of(self, claims: Mapping[str, Any]) -> frozenset[tuple[str, str]]:
        """The roles that these claims give."""
        given = claims.get(self.claim)
        values: Iterable[Any] = given if isinstance(given, list) else [given]
        return frozenset(pair for value in values for pair in self.rollen.get(str(value), ()))


def sign_in(session: FallSession, issuer: str, claims: Mapping[str, Any], zuordnung: Zuordnung) -> Konto | None:
    """The account of whoever the provider says it is, with the roles its claims give today; made on the first visit.

    An account is known by issuer and subject alone. It is never taken over by its name: whoever could choose a name at the provider could
    otherwise choose whose account to have. None: no roles, or the account was disabled here.
    """
    subject, rollen = str(claims["sub"]), zuordnung.of(claims)
    link = session.get(Fremdkonto, (issuer, subject))
    if link is None and not rollen:
        return None
    konto = session.get_one(Konto, link.login) if link else _new(session, issuer, subject, claims)
    konto.name = str(claims.get("name") or konto.name)
    _set_rollen(session, konto, rollen)
    if not konto.is_active or not rollen:
        return None
    note_success(session, konto)
    return konto


def is_foreign(session: FallSession, login: str) -> bool:
    """Whether this account signs in at a provider; it then has neither password nor codes here."""
    return session.scalar(select(Fremdkonto.login).where(Fremdkonto.login == login)) is not None


def _new(session: FallSession, issuer: str, subject: str, claims: Mapping[str, Any]) -> Konto:
    login = _free_login(session, str(claims.get("preferred_username") or claims.get("email") or subject))
    konto = Konto(login=login, name=str(claims.get("name") or login), password_hash=NO_PASSWORD, created_at=session.now, rollen=[])
    session.add(konto)
    session.flush()
    session.add(Fremdkonto(issuer=issuer, subject=subject, login=login, verbunden_am=session.now))
    return konto


def _free_login(session: FallSession, wanted: str) -> str:
    base = re.sub(r"[^a-z0-9._@-]", "", wanted.lower()).lstrip("._@-")[:70] or "konto"
    base = base if len(base) > 1 else f"{base}-1"
    taken = set(session.scalars(select(Konto.login).where(Konto.login.startswith(base, autoescape=True))))
    return next(login for login in (base, *(f"{base}-{number}" for number in range(2, 10_000))) if login not in taken)


def _set_rollen(session: FallSession, konto: Konto, rollen: frozenset[tuple[str, str]]) -> None:
    """Exactly these: who leaves a group at the provider loses its role here at the next sign-in, and the sessions of before at once."""
    held = {(one.rolle, one.region) for one in konto.rollen}
    if held == rollen:
        return
    for rolle, region in rollen - held:
        check_role(session, rolle, region)
    if held - rollen:
        konto.session_epoch += 1
    konto.rollen = [one for one in konto.rollen if (one.rolle, one.region) in rollen]
    konto.rollen += [KontoRolle(rolle=rolle, region=region) for rolle, region in sorted(rollen - held)]
    session.flush()


def _pair(text: str) -> tuple[str, str]:
    rolle, _, region = str(text).partition("@")
    return rolle, region or "*"


def refuse_foreign(session: FallSession, login: str) -> None:
    """Raises:
    KontoInvalid: this account signs in elsewhere.
    """
    if is_foreign(session, login):
        raise KontoInvalid("Dieses Konto meldet sich beim Anmeldedienst an; Passwort und Code werden dort geführt.")
