"""The scheduler as a process of its own."""

from __future__ import annotations

import os
from datetime import UTC
from threading import Event

from apscheduler.schedulers.background import BackgroundScheduler

from engine.scheduling import post
from engine.scheduling.auswertung import Vorleser
from engine.scheduling.scheduler import Aufbewahrer, Siegler, Wecker
from engine.store.session import Database

# How often to look whether the process that started this one still lives; a scheduler nobody can stop must not stay behind.
ORPHANED = 2.0


def run(database: Database, stop: Event) -> None:
    """Fire what is due until ``stop`` is set, or until the parent process is gone."""
    parent = os.getppid()
    scheduler = BackgroundScheduler(timezone=UTC)
    Siegler(database, scheduler).plan()
    Vorleser(database, scheduler).plan()
    Aufbewahrer(database, scheduler).plan()
    Wecker(database, scheduler, post.from_env()).start()
    while not stop.wait(ORPHANED) and os.getppid() == parent:
        pass
    # Not waiting here: shutdown would hold the lock that a round still running needs to plan the next one, and both would stand
    # for ever. The interpreter waits for that round's thread when it ends.
    scheduler.shutdown(wait=False)
