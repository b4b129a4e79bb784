"""Work that a handler or an outside worker does for a case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from engine.commands.stepping import advance, instance_number, lock
from engine.model.errors import NotFound, NotWaiting
from engine.runtime import complete, fail, throw_error
from engine.store.session import FallSession
from engine.store.steps import Act, record
from engine.store.tables import Instanz, Job


def complete_job(session: FallSession, key: int, values: Mapping[str, Any] | None = None) -> None:
    """Hand a job's result to its case.

    Raises:
        NotWaiting: the job is done, or its element is gone.
    """
    instanz, job = open_job(session, key)
    advance(session, instanz, complete(key, dict(values or {})), Act("complete_job", key, job.element, job.type, values=values))


def fail_job(session: FallSession, key: int, message: str, *, retries: int, back_off: timedelta = timedelta(0)) -> None:
    """Note that a job failed. With ``retries`` left it is due again after ``back_off``; without, it becomes an incident."""
    instanz, job = open_job(session, key)
    act = Act("fail_job", key, job.element, job.type, values={"message": message, "retries": retries})
    job.retries, job.worker, job.locked_until = max(retries, 0), None, None
    job.attempts += 1
    job.next_attempt_at = session.now + back_off
    if retries > 0:
        record(session, instanz, act)
    else:
        advance(session, instanz, fail(key, 0, message), act)


def throw_job_error(session: FallSession, key: int, code: str) -> None:
    """A job reports a business error: the nearest matching boundary event catches it, otherwise it is an incident."""
    instanz, job = open_job(session, key)
    advance(session, instanz, throw_error(key, code), Act("throw_job_error", key, job.element, job.type, values={"code": code}))


def open_job(session: FallSession, key: int) -> tuple[Instanz, Job]:
    """The job with its instance, locked.

    Raises:
        NotWaiting: the job is done, or its element is gone.
    """
    try:
        instanz = lock(session, instance_number(key))
    except NotFound:
        raise NotWaiting(key) from None
    job = session.scalar(select(Job).where(Job.key == key).execution_options(populate_existing=True))
    if job is None:
        raise NotWaiting(key)
    return instanz, job
