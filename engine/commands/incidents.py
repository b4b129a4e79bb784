"""Elements that cannot go on: correct the variables, try again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from engine.commands.stepping import advance, instance_number, lock
from engine.model.errors import NotAllowed, NotFound
from engine.runtime import resolve
from engine.runtime import set_variables as write
from engine.store import library
from engine.store.audit import log
from engine.store.everywhere import everywhere
from engine.store.parameter import KANTON
from engine.store.session import FallSession
from engine.store.steps import Act
from engine.store.tables import Incident, Instanz, Job

RETRIES_OF_A_JOB = 3
CORRECTS = ("leitung",)
OPERATES = "betrieb"
RETRIES = ("leitung", "teamleitung", OPERATES)


def resolve_incident(session: FallSession, key: int) -> bool:
    """Repeat the stage that failed; True when the element went on, False when it failed again (a new incident says why).

    A job that ran out of retries, and was given none since, gets the usual three.

    Raises:
        NotFound: there is no such incident any more.
        NotAllowed: neither Leitung, Teamleitung nor Betrieb.
    """
    instanz = lock(session, instance_number(key))
    incident = session.scalar(select(Incident).where(Incident.key == key).execution_options(populate_existing=True))
    if incident is None:
        raise NotFound("Die Störung")
    _may(session, instanz, RETRIES, "Störung beheben")
    drawn = library.contents(session, instanz.release_id).element(incident.process, incident.element)
    act = Act("resolve_incident", key, incident.element, drawn.label if drawn else incident.element, values={"kind": incident.kind, "message": incident.message})
    job = session.get(Job, key)
    if job is not None:
        job.retries, job.next_attempt_at = job.retries or RETRIES_OF_A_JOB, session.now
    step = advance(session, instanz, resolve(key), act)
    log(session, "write", "resolve_incident", fall_id=instanz.fall_id, region=instanz.region)
    return all(open_one.key != key for open_one in step.incidents)


def retry_as_operator(session: FallSession, key: int) -> bool:
    """As ``resolve_incident``, by operators of the canton: in every region, and without seeing the case.

    Raises:
        NotAllowed: not in the canton's role ``betrieb``.
        NotFound: there is no such incident any more.
    """
    if OPERATES not in session.access.rollen_in(KANTON):
        raise NotAllowed("Störungen anderer wiederholen (nur Betrieb)")
    with everywhere(session):
        return resolve_incident(session, key)


def set_variables(session: FallSession, scope: int, values: Mapping[str, Any], *, local: bool = False, grund: str = "") -> None:
    """Correct variables of a case, as seen from ``scope`` (an element's key, or the instance's). Before and after are kept, and why.

    Raises:
        NotAllowed: only the Leitung of the region may.
    """
    instanz = lock(session, instance_number(scope))
    _may(session, instanz, CORRECTS, "Werte berichtigen (nur Leitung)")
    advance(session, instanz, write(scope, values, local=local), Act("set_variables", scope, name=grund, values=dict(values)))
    log(session, "write", f"set_variables {', '.join(sorted(values))}", fall_id=instanz.fall_id, region=instanz.region)


def _may(session: FallSession, instanz: Instanz, rollen: tuple[str, ...], what: str) -> None:
    if not session.access.everywhere and not session.access.rollen_in(instanz.region) & set(rollen):
        raise NotAllowed(what)
