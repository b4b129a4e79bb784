"""Due rows become commands: timers fire in the order of their due time, jobs go to their handler."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import func, or_, select

from engine.commands.events import fire_timer
from engine.commands.jobs import complete_job, fail_job, open_job
from engine.model.access import system
from engine.model.errors import FallflussError, NotWaiting, Stale
from engine.scheduling.handlers import HANDLERS
from engine.store.session import Database, FallSession
from engine.store.tables import Job, Timer

log = structlog.get_logger(__name__)

BATCH = 100
SCHEDULER = system("zeitgeber")
LONGEST_PAUSE = timedelta(hours=1)


@dataclass(frozen=True)
class Worked:
    """What one round did."""

    timers: int = 0
    jobs: int = 0
    failures: int = 0

    def __add__(self, other: Worked) -> Worked:
        return Worked(self.timers + other.timers, self.jobs + other.jobs, self.failures + other.failures)

    @property
    def count(self) -> int:
        return self.timers + self.jobs


def next_due(database: Database) -> datetime | None:
    """When the next timer or job of this server is due, in UTC; None when nothing waits. Costs two index look-ups."""
    with database.read(SCHEDULER) as session:
        timer = session.scalar(select(func.min(Timer.next_attempt_at)))
        job = session.scalar(select(func.min(Job.next_attempt_at)).where(Job.type.in_(HANDLERS), Job.retries > 0))
    return min((at for at in (timer, job) if at is not None), default=None)


def run_due(database: Database) -> Worked:
    """Do everything that is due now, and what becomes due by doing it, each in its own transaction."""
    done = Worked()
    while True:
        worked = _timers(database) + _jobs(database)
        done += worked
        if worked.count == 0:
            return done


def _timers(database: Database) -> Worked:
    with database.read(SCHEDULER) as session:
        keys = session.scalars(
            select(Timer.key).where(Timer.next_attempt_at <= session.now).order_by(Timer.due_at, Timer.key).limit(BATCH)
        ).all()
    fired = [_attempt(database, key, fire_timer, _postpone_timer) for key in keys]
    return Worked(timers=fired.count(True), failures=fired.count(False))


def _jobs(database: Database) -> Worked:
    with database.read(SCHEDULER) as session:
        keys = session.scalars(
            select(Job.key)
            .where(Job.next_attempt_at <= session.now, Job.retries > 0, Job.type.in_(HANDLERS))
            .where(or_(Job.locked_until.is_(None), Job.locked_until <= session.now))
            .order_by(Job.next_attempt_at, Job.key)
            .limit(BATCH)
        ).all()
    done = [_attempt(database, key, _handle, _postpone_job) for key in keys]
    return Worked(jobs=done.count(True), failures=done.count(False))


def _attempt(
    database: Database, key: int, work: Callable[[FallSession, int], None], postpone: Callable[[FallSession, int, str], None]
) -> bool | None:
    """True when done, None when somebody else was first, False when it failed and is to be tried again later."""
    try:
        with database.begin(SCHEDULER) as session:
            work(session, key)
        return True
    except (NotWaiting, Stale):
        return None
    except Exception as error:  # one broken case must not stop the others
        log.exception("due.failed", key=key)
        reason = str(error) if isinstance(error, FallflussError) else type(error).__name__
        with database.begin(SCHEDULER) as session:
            postpone(session, key, reason)
        return False


def _handle(session: FallSession, key: int) -> None:
    instanz, job = open_job(session, key)
    result: Mapping[str, Any] = HANDLERS[job.type](session, instanz, job) or {}
    complete_job(session, key, result)


def _postpone_timer(session: FallSession, key: int, reason: str) -> None:
    timer = session.get(Timer, key)
    if timer is not None:
        timer.attempts += 1
        timer.next_attempt_at = session.now + pause(timer.attempts)


def _postpone_job(session: FallSession, key: int, reason: str) -> None:
    job = session.get(Job, key)
    if job is not None:
        fail_job(session, key, reason, retries=job.retries - 1, back_off=pause(4 - job.retries))


def pause(attempts: int) -> timedelta:
    """How long to wait after so many failures: doubling from ten seconds up to an hour."""
    return min(timedelta(seconds=10) * 2 ** max(attempts - 1, 0), LONGEST_PAUSE)
