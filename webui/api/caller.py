"""Who calls the interface: a person's program with a token (basic), or a service account with an access token (bearer). No cookies.

A program never sees more than the person would on the screens: cases and tasks of the regions in which a role for them is held, and
trial runs for process owners.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from flask import Flask, current_app, g, request
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from limits import RateLimitItemPerMinute
from limits.strategies import FixedWindowRateLimiter
from werkzeug.datastructures import Authorization

from engine.cases.feldgruppen import sicht
from engine.model.access import PROBELAUF, SCOPES, Access, system, with_trials
from engine.queries import konten
from engine.store import zugang
from engine.store.audit import log
from engine.store.konten import access_of
from engine.store.session import FallSession
from engine.store.tables import Dienstkonto
from webui.api.problems import Problem
from webui.grenzen import storage
from webui.rules import AUFGABENROLLEN, FALLROLLEN
from webui.transactions import database

PERSON_PER_MINUTE = 1200
REFUSALS_PER_MINUTE = 60
TOKEN_SECONDS = 3600
ISSUER = "fallfluss"
_CHALLENGE = {"WWW-Authenticate": 'Basic realm="Fallfluss", charset="UTF-8"'}
_REFUSED = (
    "Die Anmeldung stimmt nicht. Als Benutzername gilt Ihr Anmeldename, als Passwort ein Token; Tokens erstellen Sie in Fallfluss unter "
    "«Zugänge». Das Passwort Ihres Kontos gilt hier nicht. Vielleicht ist das Token abgelaufen oder zurückgezogen."
)
# Some libraries that get no access token for a wrong secret go on without any authorization, and show only this answer.
_MISSING = (
    "Diese Anfrage kam ohne Anmeldung. Eine Person gibt ihren Anmeldenamen und statt des Passworts ein Token an, das sie in Fallfluss unter "
    "«Zugänge» erstellt. Ein Dienstkonto holt sich an /oauth/token ein Zugriffstoken; kam keines, stimmt sein Geheimnis nicht, oder es ist "
    "abgelaufen oder zurückgezogen."
)


@dataclass(frozen=True)
class Caller:
    """``access`` holds everything the caller may see; ``scopes`` is what a service account is limited to."""

    access: Access
    scopes: frozenset[str]
    is_dienst: bool
    per_minute: int


def current() -> Caller:
    """Who sent this request."""
    return cast(Caller, g.caller)


def identify() -> None:
    """Find out who calls.

    Raises:
        Problem: 401 without or with a wrong authorization; 429 when too many requests came.
    """
    given = request.authorization
    if given is None:
        raise Problem(401, _MISSING, _CHALLENGE)
    count_refusals(is_test=True)
    with database().read(system("schnittstelle")) as session:
        found, used = _person(session, given) if given.type == "basic" else _dienst(session, given)
    if found is None:
        count_refusals()
        raise Problem(401, _REFUSED, _CHALLENGE)
    _count(found.access.konto, found.per_minute)
    g.caller = found
    if used is not None:
        with database().begin(found.access) as session:
            zugang.note_use(session, used)


def require_scope(scope: str) -> None:
    """Raises:
    Problem: 403, the service account is not set up for this.
    """
    if scope not in current().scopes:
        raise Problem(403, f"Dieses Dienstkonto darf das nicht: Ihm fehlt der Bereich «{scope}» ({SCOPES[scope]}). Es wurde nichts geändert.")


@contextmanager
def reading(rollen: Collection[str] = FALLROLLEN) -> Iterator[FallSession]:
    """A reading transaction over the regions in which the caller holds one of ``rollen``, and trial runs."""
    with database().read(narrowed(current().access, rollen)) as session:
        yield session


@contextmanager
def writing(rollen: Collection[str] = FALLROLLEN) -> Iterator[FallSession]:
    """The same for a command: all of it or nothing."""
    with database().begin(narrowed(current().access, rollen)) as session:
        yield session


@contextmanager
def reading_states() -> Iterator[FallSession]:
    """Where cases stand: process owners see it in every region. What is read here must not tell a variable of a case.

    ``named_regions`` says in which regions the caller may know cases by their number and messages.
    """
    access = narrowed(current().access, FALLROLLEN)
    if "prozess" in access.rollen_in("*"):
        with database().read(system("schnittstelle")) as session:
            everywhere = {region: access.rollen.get(region, frozenset()) for region in konten.regionen(session)}
        access = replace(access, rollen={**everywhere, **access.rollen})
    with database().read(access) as session:
        yield session


def named_regions() -> frozenset[str]:
    """Regions in which the caller works with cases, and where trial runs are."""
    return narrowed(current().access, FALLROLLEN).regionen


def is_named(region: str) -> bool:
    return region in named_regions()


def sees_all(region: str) -> bool:
    """Whether nothing of a case of that region is hidden from the caller; a message of the runtime may quote any variable."""
    return is_named(region) and sicht(current().access, region).is_whole


def only_trials(access: Access) -> Access:
    """The access without any region of the canton."""
    return replace(access, rollen={place: held for place, held in access.rollen.items() if place in ("*", PROBELAUF)})


def narrowed(access: Access, rollen: Collection[str]) -> Access:
    """The access without regions in which none of these roles is held."""
    kept = {place: held for place, held in access.rollen.items() if place in ("*", PROBELAUF) or held & set(rollen)}
    return replace(access, rollen=kept)


def note(art: str, was: str) -> None:
    """Record what a caller read, or was refused, where cases of a region are in reach."""
    access = current().access
    with database().begin(access) as session:
        log(session, art, was)


def _person(session: FallSession, given: Authorization) -> tuple[Caller | None, zugang.Zugang | None]:
    found = zugang.find_token(session, given.username or "", given.password or "")
    if found is None:
        return None, None
    konto, token = found
    caller = Caller(with_trials(access_of(konto)), frozenset(SCOPES), False, PERSON_PER_MINUTE)
    return caller, token if zugang.is_use_to_note(session, token) else None


def _dienst(session: FallSession, given: Authorization) -> tuple[Caller | None, zugang.Zugang | None]:
    client_id = _subject(given.token or "") if given.type == "bearer" else None
    dienst = session.get(Dienstkonto, client_id) if client_id else None
    # Asked each time, so that taking an account back ends its running tokens too.
    if dienst is None or not zugang.is_usable(session, dienst):
        return None, None
    caller = Caller(with_trials(zugang.access_of_dienst(dienst)), frozenset(dienst.scopes), True, dienst.requests_per_minute)
    return caller, dienst if zugang.is_use_to_note(session, dienst) else None


def issue(dienst: Dienstkonto, now: datetime) -> str:
    """An access token: a JWT that says who, and until when."""
    issued = int(now.timestamp())
    claims = {"iss": ISSUER, "aud": ISSUER, "sub": dienst.client_id, "iat": issued, "exp": issued + TOKEN_SECONDS, "scope": " ".join(dienst.scopes)}
    return jwt.encode({"alg": "HS256", "typ": "JWT"}, claims, _key(current_app))


def _subject(token: str) -> str | None:
    now = int(database().clock.now().timestamp())
    try:
        claims = jwt.decode(token, _key(current_app), algorithms=["HS256"]).claims
        jwt.JWTClaimsRegistry(
            now=now, iss={"essential": True, "value": ISSUER}, aud={"essential": True, "value": ISSUER}, exp={"essential": True}
        ).validate(claims)
    except (JoseError, ValueError):
        return None
    return str(claims.get("sub"))


def _key(app: Flask) -> OctKey:
    """Derived from the application's secret, so that a session's signature never passes for an access token."""
    secret = app.config["SECRET_KEY"].encode()
    return OctKey.import_key(hmac.digest(secret, b"fallfluss access tokens", hashlib.sha256))


def count_refusals(*, is_test: bool = False) -> None:
    """Count a refused attempt from this address, or look whether there were too many.

    Raises:
        Problem: 429
    """
    _count(f"refused {request.remote_addr}", REFUSALS_PER_MINUTE, is_test=is_test)


def _count(whom: str, per_minute: int, *, is_test: bool = False) -> None:
    """Raises:
    Problem: 429, ``whom`` has used up this minute.
    """
    if not current_app.config["RATELIMIT_ENABLED"]:
        return
    if "fallfluss-anfragen" not in current_app.extensions:
        current_app.extensions["fallfluss-anfragen"] = FixedWindowRateLimiter(storage(database()))
    counter = current_app.extensions["fallfluss-anfragen"]
    ask = counter.test if is_test else counter.hit
    if not ask(RateLimitItemPerMinute(per_minute), whom):
        raise Problem(429, f"Mehr als {per_minute} Anfragen in einer Minute. Bitte eine Minute warten.", {"Retry-After": "60"})


# Tasks are also worked on by people who see no case lists.
TASKS = (*AUFGABENROLLEN, "vpe_stelle")
