"""Due rows become commands: timers fire in the order of their due time, jobs go to their handler."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, func, select

from engine.commands.events import fire_timer
from engine.commands.jobs import complete_job, fail_job, open_job
from engine.commands.starts import start_by_timer
from engine.model import calendar
from engine.model.access import system
from engine.model.errors import FallflussError, NotWaiting, Stale
from engine.scheduling.handlers import HANDLERS
from engine.store.session import Database, FallSession
from engine.store.tables import Ausloeser, Instanz, Job, Timer

log = structlog.get_logger(__name__)

SCHEDULER = system("zeitgeber")
LONGEST_PAUSE = timedelta(hours=1)


@dataclass(frozen=True)
class Worked:
    """What was done, and how often it failed and was put off."""

    timers: int = 0
    jobs: int = 0
    failures: int = 0

    def __add__(self, other: Worked) -> Worked:
        return Worked(self.timers + other.timers, self.jobs + other.jobs, self.failures + other.failures)

    @property
    def count(self) -> int:
        return self.timers + self.jobs + self.failures


def next_due(database: Database) -> datetime | None:
    """When the next timer or job of this server is due, in UTC; None when nothing waits. Costs three index look-ups."""
    with database.read(SCHEDULER) as session:
        timer = session.scalar(select(func.min(Timer.next_attempt_at)))
        job = session.scalar(select(func.min(Job.next_attempt_at)).where(*_ours()))
        start = session.scalar(select(func.min(Ausloeser.next_attempt_at)))
    return min((at for at in (timer, job, start) if at is not None), default=None)


def run_due(database: Database) -> Worked:
    """Do everything that is due now, and what becomes due by doing it, each in its own transaction, the longest due first."""
    done = Worked()
    while True:
        due = next_due(database)
        if due is None or due > database.clock.now():
            return done
        worked = _attempt(database, _fire_next, _postpone_timer, Worked(timers=1))
        worked += _attempt(database, _start_next, _postpone_start, Worked(timers=1))
        worked += _attempt(database, _handle_next, _postpone_job, Worked(jobs=1))
        if worked.count == 0:  # another scheduler holds what is left
            return done
        done += worked


def _attempt(
    database: Database,
    work: Callable[[FallSession, list[int]], bool],
    postpone: Callable[[FallSession, int, str], None],
    success: Worked,
) -> Worked:
    """Do one due thing, if there is one. What fails is put off, so that one broken case does not stop the others."""
    taken: list[int] = []
    try:
        with database.begin(SCHEDULER) as session:
            return success if work(session, taken) else Worked()
    except (NotWaiting, Stale):
        return Worked()
    except Exception as error:
        if not taken:
            raise
        log.exception("due.failed", key=taken[0])
        with database.begin(SCHEDULER) as session:
            postpone(session, taken[0], str(error) if isinstance(error, FallflussError) else type(error).__name__)
        return Worked(failures=1)


def _fire_next(session: FallSession, taken: list[int]) -> bool:
    key = _next(session, Timer)
    if key is None:
        return False
    taken.append(key)
    fire_timer(session, key)
    return True


def _start_next(session: FallSession, taken: list[int]) -> bool:
    key = session.scalar(
        select(Ausloeser.key)
        .where(Ausloeser.next_attempt_at <= session.now)
        .order_by(Ausloeser.next_attempt_at, Ausloeser.key)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if key is None:
        return False
    taken.append(key)
    start_by_timer(session, key)
    return True


def _handle_next(session: FallSession, taken: list[int]) -> bool:
    key = _next(session, Job, *_ours())
    if key is None:
        return False
    taken.append(key)
    instanz, job = open_job(session, key)
    complete_job(session, key, HANDLERS[job.type](session, instanz, job) or {})
    return True


def _next(session: FallSession, table: Any, *where: ColumnElement[bool]) -> int | None:
    """The key of what is due longest, its instance locked; what another scheduler has locked is left to it."""
    found: int | None = session.scalar(
        select(table.key)
        .join(Instanz, Instanz.nummer == table.instanz_nummer)
        .where(table.next_attempt_at <= session.now, *where)
        .order_by(table.next_attempt_at, table.key)
        .limit(1)
        .with_for_update(of=Instanz, skip_locked=True)
    )
    return found


def _ours() -> tuple[ColumnElement[bool], ...]:
    """Jobs that a handler of this server does; the others wait for a worker outside."""
    return (Job.retries > 0, Job.type.in_(HANDLERS))


def _postpone_timer(session: FallSession, key: int, reason: str) -> None:
    timer = session.get(Timer, key)
    if timer is not None:
        timer.attempts += 1
        timer.next_attempt_at = session.now + pause(timer.attempts)


def _postpone_start(session: FallSession, key: int, reason: str) -> None:
    start = session.get(Ausloeser, key)
    if start is not None:
        start.attempts += 1
        start.next_attempt_at = session.now + pause(start.attempts)


def _postpone_job(session: FallSession, key: int, reason: str) -> None:
    job = session.get(Job, key)
    if job is not None:
        fail_job(session, key, reason, retries=job.retries - 1, back_off=_back_off(session, job))


def _back_off(session: FallSession, job: Job) -> timedelta:
    """The job's header ``retryBackoff`` (an ISO duration, as connectors have it), else longer with each failure."""
    wanted = job.headers.get("retryBackoff", "")
    try:
        return calendar.add_duration(session.now, wanted) - session.now if wanted else pause(job.attempts + 1)
    except ValueError:
        return pause(job.attempts + 1)


def pause(attempts: int) -> timedelta:
    """How long to wait after so many failures: doubling from ten seconds up to an hour."""
    doublings: int = min(max(attempts - 1, 0), 12)
    return min(timedelta(seconds=10) * (1 << doublings), LONGEST_PAUSE)
