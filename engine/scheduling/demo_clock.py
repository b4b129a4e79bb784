"""The demo clock: the system's clock plus an offset that all processes of the installation share."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from engine.model.access import system
from engine.model.errors import FallflussError
from engine.scheduling.due import Worked, next_due, run_due
from engine.store.session import Database
from engine.store.tables import Einstellung

NAME = "demo_uhr_sekunden"
FRESH = 0.5


class DemoClock:
    """``now()`` runs on from where somebody set it. Each process looks up the shared offset at most twice a second."""

    def __init__(self, database: Callable[[], Database]):
        self._database = database
        self._offset = timedelta(0)
        self._read_at = float("-inf")
        self._reading = False

    def now(self) -> datetime:
        if time.monotonic() - self._read_at > FRESH and not self._reading:
            self._refresh()
        return datetime.now(UTC) + self._offset

    def wall(self) -> datetime:
        return datetime.now(UTC)

    def set(self, at: datetime) -> None:
        """Make it ``at`` from now on, in every process."""
        self._offset = at - datetime.now(UTC)
        self._read_at = time.monotonic()
        with self._database().begin(system("demo-uhr")) as session:
            session.merge(Einstellung(name=NAME, value=str(self._offset.total_seconds())))

    def was_moved(self) -> bool:
        """Whether the database ever was shown at another time: what is written to it must not lie before what is there."""
        with self._database().read(system("demo-uhr")) as session:
            return session.get(Einstellung, NAME) is not None

    def _refresh(self) -> None:
        self._reading = True
        try:
            with self._database().read(system("demo-uhr")) as session:
                row = session.get(Einstellung, NAME)
                self._offset = timedelta(seconds=float(row.value)) if row else timedelta(0)
            self._read_at = time.monotonic()
        finally:
            self._reading = False


def travel(database: Database, clock: DemoClock, to: datetime) -> Worked:
    """Jump to ``to`` by way of every due time in between, so that each timer fires at its own moment and in order.

    Raises:
        FallflussError: ``to`` lies in the past; what has happened cannot be undone.
    """
    if to < clock.now():
        raise FallflussError("Die Demo-Uhr geht nur vorwärts: Was geschehen ist, bleibt geschehen. Es wurde nichts geändert.")
    done = Worked()
    while (due := next_due(database)) is not None and due <= to:
        if due > clock.now():
            clock.set(due)
        worked = run_due(database)
        if worked.count == 0:
            break
        done += worked
    clock.set(to)
    return done + run_due(database)
