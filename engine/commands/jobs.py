"""Work that a handler or an outside worker does for a case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, or_, select

from engine.commands.stepping import advance, instance_number
from engine.model.errors import JobNotTaken, NotWaiting
from engine.runtime import complete, fail, throw_error
from engine.store.session import FallSession
from engine.store.steps import Act, locked_with, record
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
    instanz, job = locked_with(session, instance_number(key), Job, key)
    if instanz is None or job is None:
        raise NotWaiting(key)
    return instanz, job


def are_jobs_waiting(session: FallSession, type: str) -> bool:
    """Whether a worker would get a job of this type now."""
    return session.scalar(_waiting(session, type).limit(1)) is not None


def activate_jobs(session: FallSession, type: str, worker: str, *, timeout: timedelta, most: int) -> list[Job]:
    """Hand jobs to a worker, which has them for itself until ``timeout`` is over."""
    # What another worker is just taking is left to it.
    found = list(session.scalars(_waiting(session, type).limit(most).with_for_update(skip_locked=True)))
    for job in found:
        job.worker, job.locked_until = worker[:80], session.now + timeout
    return found


def _waiting(session: FallSession, type: str) -> Select[Job]:
    """Due, with retries left, and held by no worker; the longest due first."""
    is_free = or_(Job.locked_until.is_(None), Job.locked_until <= session.now)
    query = select(Job).where(Job.type == type, Job.retries > 0, Job.next_attempt_at <= session.now, is_free)
    return query.order_by(Job.next_attempt_at, Job.key)


def update_job(session: FallSession, key: int, *, retries: int | None = None, timeout: timedelta | None = None) -> None:
    """Give a job other retries, or its worker more or less time.

    Raises:
        NotWaiting: the job is done, or its element is gone.
        JobNotTaken: there is no worker whose time could change.
    """
    instanz, job = open_job(session, key)
    if timeout is not None and (job.locked_until is None or job.locked_until <= session.now):
        # A time given to nobody would keep the job from every worker until it is over.
        raise JobNotTaken(key)
    if retries is not None:
        job.retries = retries
        record(session, instanz, Act("update_job", key, job.element, job.type, values={"retries": retries}))
    if timeout is not None:
        job.locked_until = session.now + timeout
