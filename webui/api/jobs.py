"""Jobs for workers outside: take, finish, fail. In real cases service accounts do them; in trial runs also whoever tries them out."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import timedelta
from threading import BoundedSemaphore
from typing import Any

from engine import commands
from engine.commands.jobs import activate_jobs, are_jobs_waiting, open_job, update_job
from engine.model.access import PROBELAUF
from engine.model.errors import NotAllowed
from engine.queries import definitionen, laufend
from engine.scheduling.handlers import HANDLERS, HARMLESS
from engine.store.session import FallSession
from engine.store.tables import Instanz, Job
from webui.api import caller, listing, show
from webui.api.operation import operation
from webui.api.schema import (
    ANY_OBJECT,
    INT,
    TENANT,
    TEXT,
    integer,
    list_of,
    nullable,
    record,
    search_request,
    search_result,
    text,
)
from webui.api.schema import (
    body as request_body,
)
from webui.rules import FALLROLLEN
from webui.transactions import database

POLL_SECONDS = 0.3
USUAL_WAIT, LONGEST_WAIT = 10_000, 20_000
# Each waiting worker holds a thread of this server: who comes when all places are taken gets its answer at once.
_places = BoundedSemaphore(4)
ACTIVATED = record(
    **show.WORK,
    worker=TEXT,
    deadline=INT,
    variables=ANY_OBJECT,
    processDefinitionVersion=INT,
    userTask=nullable(ANY_OBJECT),
    tags=list_of(TEXT),
    physicalTenantId=nullable(TEXT),
    leaseToken=nullable(TEXT),
    jobLeaseToken=nullable(TEXT),
)
ACTIVATE = request_body(
    "type",
    "timeout",
    "maxJobsToActivate",
    type=text(120, least=1),
    worker=nullable(text(80)),
    timeout=integer(1, 10**10),
    maxJobsToActivate=integer(1, 1000),
    requestTimeout=nullable(integer(-(10**9), 10**9)),
    fetchVariable=nullable(list_of(text(200), 200)),
    tenantIds=nullable(list_of(TENANT, 10)),
    tenantId=TENANT,
    tenantFilter=TEXT,
)
MILLISECONDS = nullable(integer(0, 10**12))


@operation(
    "POST",
    "/v2/jobs/search",
    "Offene Jobs suchen",
    scope="lesen",
    takes=search_request(laufend.JOBS),
    answers={200: search_result(show.JOB)},
    reads=True,
)
def search_jobs(body: dict[str, Any]) -> dict[str, Any]:
    with caller.reading() as session:
        return listing.page(laufend.jobs(session, listing.wanted(body, laufend.JOBS)), lambda row: show.job(*row))


@operation(
    "POST",
    "/v2/jobs/activation",
    "Jobs abholen; gibt es keine, wartet die Antwort eine Weile",
    scope="jobs",
    takes=ACTIVATE,
    answers={200: record(jobs=list_of(ACTIVATED))},
    needs_body=True,
)
def activate(body: dict[str, Any]) -> dict[str, Any]:
    until = time.monotonic() + _wait(body) / 1000
    jobs = _activated(body)
    if not jobs and time.monotonic() < until and _places.acquire(blocking=False):
        try:
            while not jobs and time.monotonic() < until:
                time.sleep(POLL_SECONDS)
                jobs = _activated(body)
        finally:
            _places.release()
    return {"jobs": jobs}


@operation(
    "POST",
    "/v2/jobs/{jobKey}/completion",
    "Einen Job abschliessen",
    scope="jobs",
    takes=request_body(variables=nullable(ANY_OBJECT), result=nullable(ANY_OBJECT)),
    answers={204: None},
)
def complete_job(jobKey: int, body: dict[str, Any]) -> None:
    with _on_jobs() as session:
        _require_outside(session, jobKey)
        commands.complete_job(session, jobKey, laufend.restored(session, jobKey, body.get("variables") or {}))


@operation(
    "POST",
    "/v2/jobs/{jobKey}/failure",
    "Melden, dass ein Job misslang; ohne Versuche übrig wird daraus eine Störung",
    scope="jobs",
    takes=request_body(
        retries=nullable(integer(-1, 10**6)), errorMessage=nullable(text(10_000)), retryBackOff=MILLISECONDS, variables=nullable(ANY_OBJECT)
    ),
    answers={204: None},
)
def fail_job(jobKey: int, body: dict[str, Any]) -> None:
    message = body.get("errorMessage") or "Der Worker hat keinen Grund genannt."
    with _on_jobs() as session:
        _require_outside(session, jobKey)
        back_off = timedelta(milliseconds=min(body.get("retryBackOff") or 0, 10**10))
        commands.fail_job(session, jobKey, message, retries=body.get("retries") or 0, back_off=back_off)


@operation(
    "POST",
    "/v2/jobs/{jobKey}/error",
    "Einen fachlichen Fehler melden, den ein Randereignis fängt",
    scope="jobs",
    takes=request_body("errorCode", errorCode=text(200, least=1), errorMessage=nullable(text(10_000)), variables=nullable(ANY_OBJECT)),
    answers={204: None},
    needs_body=True,
)
def throw_job_error(jobKey: int, body: dict[str, Any]) -> None:
    with _on_jobs() as session:
        _require_outside(session, jobKey)
        commands.throw_job_error(session, jobKey, body["errorCode"])


@operation(
    "PATCH",
    "/v2/jobs/{jobKey}",
    "Versuche oder Zeit eines Jobs ändern",
    scope="jobs",
    takes=request_body(
        "changeset", changeset=request_body(retries=nullable(integer(1, 10**6)), timeout=nullable(integer(0, 10**10))), operationReference=nullable(INT)
    ),
    answers={204: None},
    needs_body=True,
)
def change_job(jobKey: int, body: dict[str, Any]) -> None:
    timeout = body["changeset"].get("timeout")
    with _on_jobs() as session:
        _require_outside(session, jobKey)
        update_job(
            session, jobKey, retries=body["changeset"].get("retries"), timeout=None if timeout is None else timedelta(milliseconds=timeout)
        )


def _wait(body: Mapping[str, Any]) -> int:
    """Milliseconds: 0 asks for what is usual here, less for none at all."""
    wanted = body.get("requestTimeout") or 0
    return 0 if wanted < 0 else min(wanted or USUAL_WAIT, LONGEST_WAIT)


def _activated(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    if body["type"] in HARMLESS:
        return []
    with _on_jobs(body["type"], reads=True) as session:
        if not are_jobs_waiting(session, body["type"]):
            return []
    timeout = timedelta(milliseconds=body["timeout"])
    with _on_jobs(body["type"]) as session:
        found = activate_jobs(session, body["type"], body.get("worker") or "", timeout=timeout, most=body["maxJobsToActivate"])
        return [_shown(session, job, body.get("fetchVariable")) for job in found]


def _shown(session: FallSession, job: Job, fetch: list[str] | None) -> dict[str, Any]:
    instanz = session.get_one(Instanz, job.instanz_nummer)
    version = definitionen.newest(session, "process", instanz.process, instanz.version)
    visible = laufend.visible_to(session, instanz, job.key)
    return {
        **show.work(job, instanz, version, laufend.parent(session, instanz)),
        "worker": job.worker or "",
        "deadline": int(job.locked_until.timestamp() * 1000) if job.locked_until else 0,
        "variables": {name: value for name, value in visible.items() if not fetch or name in fetch},
        "processDefinitionVersion": instanz.version,
        "tags": [],
        **dict.fromkeys(("userTask", "physicalTenantId", "leaseToken", "jobLeaseToken")),
    }


def _on_jobs(type: str = "", *, reads: bool = False) -> AbstractContextManager[FallSession]:
    """People only reach jobs of trial runs; so does everybody for types that this server does itself in real cases."""
    me = caller.current()
    is_limited = not me.is_dienst or type in HANDLERS
    access = caller.only_trials(me.access) if is_limited else caller.narrowed(me.access, FALLROLLEN)
    return database().read(access) if reads else database().begin(access)


def _require_outside(session: FallSession, key: int) -> None:
    """Raises:
    NotAllowed: it is a job that this server does itself.
    """
    _, job = open_job(session, key)
    if job.type in HANDLERS and (job.region != PROBELAUF or job.type in HARMLESS):
        raise NotAllowed(f"Job «{job.type}» (das erledigt Fallfluss selbst)")
