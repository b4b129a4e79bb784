"""Wakes when the next row is due. The only user of APScheduler."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.base import BaseScheduler
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

from engine.commands.aufbewahrung import propose
from engine.queries.operation import HEARTBEAT
from engine.scheduling.due import SCHEDULER, next_due, run_due
from engine.scheduling.post import Absender
from engine.scheduling.tagesmail import send_due
from engine.store import siegel
from engine.store.errors import Conflict
from engine.store.session import Database
from engine.store.tables import Einstellung

log = structlog.get_logger(__name__)

LOOK = timedelta(seconds=1)
PULSE = timedelta(seconds=10)
# Mails are looked for less often: their morning is long.
POST = timedelta(minutes=1)
# How long a row may be without a seal; sealing more often only makes more links.
SEAL = timedelta(minutes=1)
# Terms are counted in days; the first look comes soon after the start.
RETENTION = timedelta(hours=12)
FIRST_LOOK = timedelta(minutes=1)


class Wecker:
    """Sleeps until the next due row, at most a second: another process may have added an earlier one meanwhile.

    Looking costs two index look-ups, however many cases there are; nothing is loaded for a case that is not due.
    """

    def __init__(self, database: Database, scheduler: BaseScheduler, absender: Absender | None = None):
        self.database = database
        self.scheduler = scheduler
        self._beaten_at = datetime.min.replace(tzinfo=UTC)
        self.absender = absender

    def start(self) -> None:
        """Catch up with what came due while nothing ran, and go on from there. Blocks with a blocking scheduler."""
        self._sleep_until(datetime.now(UTC))
        if self.absender is not None:
            self.scheduler.add_job(self._post, IntervalTrigger(seconds=int(POST.total_seconds())), id="tagesmail", max_instances=1, coalesce=True)
        self.scheduler.start()

    def _wake(self) -> None:
        pause = LOOK
        try:
            self._beat()
            run_due(self.database)
            pause = self._pause()
        except Exception:  # the database may be away for a minute; the scheduler must outlive it
            log.exception("scheduler.failed")
        finally:  # even when it cannot be logged: without a next time nothing would ever fire again
            self._sleep_until(datetime.now(UTC) + pause)

    def _beat(self) -> None:
        """Leave a sign of life for monitoring, by the machine's clock."""
        now = datetime.now(UTC)
        if now - self._beaten_at >= PULSE:
            with self.database.begin(SCHEDULER) as session:
                session.merge(Einstellung(name=HEARTBEAT, value=now.isoformat()))
            self._beaten_at = now

    def _post(self) -> None:
        try:
            send_due(self.database, self.absender)
        except Exception:  # a mail must not stop the next one
            log.exception("tagesmail.failed")

    def _pause(self) -> timedelta:
        due = next_due(self.database)
        if due is None:
            return LOOK
        return max(timedelta(milliseconds=20), min(LOOK, due - self.database.clock.now()))

    def _sleep_until(self, at: datetime) -> None:
        self.scheduler.add_job(self._wake, DateTrigger(at), id="wecker", replace_existing=True, misfire_grace_time=None)


class Siegler:
    """Seals history and access log in batches, beside everything else; the log that names each head is kept elsewhere than the database."""

    def __init__(self, database: Database, scheduler: BaseScheduler):
        self.database = database
        self.scheduler = scheduler

    def plan(self) -> None:
        """Every minute, one at a time."""
        self.scheduler.add_job(self._seal, IntervalTrigger(seconds=int(SEAL.total_seconds())), id="siegel", max_instances=1, coalesce=True)

    def _seal(self) -> None:
        try:
            count = siegel.seal(self.database, SCHEDULER)
            if count:
                with self.database.read(SCHEDULER) as session:
                    log.info("audit.sealed", rows=count, head=str(siegel.head(session)))
        except Exception:  # tried again in a minute
            log.exception("audit.not_sealed")


class Aufbewahrer:
    """Proposes the cases whose retention is over. What becomes of them is up to people; nothing is destroyed here."""

    def __init__(self, database: Database, scheduler: BaseScheduler):
        self.database = database
        self.scheduler = scheduler

    def plan(self) -> None:
        """Twice a day, one at a time; several schedulers may."""
        first = datetime.now(UTC) + FIRST_LOOK
        every = IntervalTrigger(seconds=int(RETENTION.total_seconds()), start_date=first)
        self.scheduler.add_job(self._propose, every, id="aufbewahrung", max_instances=1, coalesce=True, misfire_grace_time=None)

    def _propose(self) -> None:
        try:
            with self.database.begin(SCHEDULER) as session:
                count = propose(session)
            if count:
                log.info("retention.over", cases=count)
        except Conflict:  # another scheduler was faster
            return
        except Exception:  # tried again half a day later
            log.exception("retention.failed")
