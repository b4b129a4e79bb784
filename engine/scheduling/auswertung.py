"""Long work of evaluations, beside everything else: large logs are read, large files of the history written, both expire, traces are kept up to date."""

from __future__ import annotations

from datetime import UTC, datetime

import structlog
from apscheduler.schedulers.base import BaseScheduler
from apscheduler.triggers.interval import IntervalTrigger

from engine.commands.auswertung import ausfuhr
from engine.commands.auswertung.protokolle import read_waiting
from engine.commands.auswertung.spuren import catch_up
from engine.commands.auswertung.verfall import expire
from engine.scheduling.due import SCHEDULER
from engine.store.errors import Conflict
from engine.store.session import Database

log = structlog.get_logger(__name__)

LOOK = 5
FOLD = 300
EXPIRE = 300


class Vorleser:
    """Pages do small files and what is new since themselves; here goes what would keep somebody waiting."""

    def __init__(self, database: Database, scheduler: BaseScheduler):
        self.database = database
        self.scheduler = scheduler

    def plan(self) -> None:
        """Each kind one at a time."""
        self.scheduler.add_job(self._read, IntervalTrigger(seconds=LOOK), id="protokolle", max_instances=1, coalesce=True)
        self.scheduler.add_job(self._write, IntervalTrigger(seconds=LOOK), id="ausfuhren", max_instances=1, coalesce=True)
        self.scheduler.add_job(self._fold, IntervalTrigger(seconds=FOLD), id="spuren", max_instances=1, coalesce=True)
        self.scheduler.add_job(self._expire, IntervalTrigger(seconds=EXPIRE, start_date=datetime.now(UTC)), id="verfall", max_instances=1, coalesce=True)

    def _read(self) -> None:
        try:
            read_waiting(self.database)
        except Exception:  # tried again in a moment
            log.exception("auswertung.not_read")

    def _write(self) -> None:
        try:
            ausfuhr.make_waiting(self.database)
        except Exception:  # what failed is marked as such; the others are written in a moment
            log.exception("auswertung.not_exported")

    def _fold(self) -> None:
        try:
            catch_up(self.database)
        except Exception:  # tried again in some minutes
            log.exception("auswertung.not_folded")

    def _expire(self) -> None:
        try:
            with self.database.begin(SCHEDULER) as session:
                count = expire(session) + ausfuhr.expire(session)
            if count:
                log.info("auswertung.expired", files=count)
        except Conflict:  # another scheduler was faster, or somebody chose the columns just now
            return
        except Exception:  # tried again in some minutes
            log.exception("auswertung.not_expired")
