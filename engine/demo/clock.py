"""The clock of demo mode: the machine's time plus an offset kept in the database, so that all processes agree on it."""

from __future__ import annotations

from datetime import datetime, timedelta

from engine.model.access import system
from engine.model.clock import SystemClock
from engine.store.session import Database, FallSession
from engine.store.tables import Einstellung

OFFSET = "demo_uhr_sekunden"


class DemoClock:
    """System time plus the stored offset, read again for each transaction: a jump in one process is one in all of them."""

    def __init__(self, url: str):
        # Its own way to the database: that one's sessions ask this clock, so it must not ask back.
        self._database = Database(url, clock=SystemClock())

    def now(self) -> datetime:
        with self._database.read(system()) as session:
            return session.now + offset(session)


def offset(session: FallSession) -> timedelta:
    """How far the demo clock is ahead of the machine's."""
    stored = session.get(Einstellung, OFFSET)
    return timedelta(seconds=int(stored.value)) if stored else timedelta()


def jump(session: FallSession, by: timedelta) -> None:
    """Put the demo clock ahead, from the next transaction on. It never goes back: history would contradict itself.

    Raises:
        ValueError: ``by`` is negative.
    """
    if by < timedelta():
        raise ValueError("The demo clock only goes forward.")
    seconds = int((offset(session) + by).total_seconds())
    session.merge(Einstellung(name=OFFSET, value=str(seconds)))
