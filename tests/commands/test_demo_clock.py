from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from engine.cli.installation import open_database
from engine.model.calendar import ZURICH
from engine.model.clock import SystemClock
from engine.model.errors import FallflussError
from engine.scheduling.demo_clock import DemoClock, travel
from engine.store.session import Database
from engine.store.tables import Verlauf
from tests.commands.conftest import Desk


@pytest.fixture
def demo(desk: Desk):
    """The desk's database, now on the demo clock, and a second process that shares it."""
    clock = DemoClock(lambda: desk.database)
    clock.set(desk.clock.now())
    desk.database.clock = clock
    return clock


def test_travelling_fires_each_timer_at_its_own_moment(desk: Desk, demo: DemoClock):
    start = demo.now()
    desk.open()
    travel(desk.database, demo, start + timedelta(days=60))
    fired = [(row.element, (row.at.astimezone(ZURICH).date() - start.astimezone(ZURICH).date()).days) for row in desk.all(Verlauf) if row.command == "fire_timer"]
    assert fired == [("erinnern", 7), ("erinnern", 14), ("erinnern", 21), ("erinnern", 28), ("frist", 30)]
    assert desk.elements() == ["mahnen"]
    assert timedelta(0) <= demo.now() - (start + timedelta(days=60)) < timedelta(seconds=30)


def test_the_demo_clock_never_goes_back(desk: Desk, demo: DemoClock):
    with pytest.raises(FallflussError, match="nur vorwärts"):
        travel(desk.database, demo, demo.now() - timedelta(days=1))


def test_another_process_sees_where_the_clock_was_set(desk: Desk, demo: DemoClock):
    travel(desk.database, demo, demo.now() + timedelta(days=400))
    other = DemoClock(lambda: Database(str(desk.database.url.render_as_string(hide_password=False)), clock=demo))
    assert abs(other.now() - demo.now()) < timedelta(seconds=5)


def test_the_command_line_lives_in_the_time_that_a_database_is_shown_at(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    """Rows written at the machine's time would lie before sealed ones, and look inserted later."""
    monkeypatch.setenv("DATABASE_URL", desk.database.url.render_as_string(hide_password=False))
    monkeypatch.delenv("FALLFLUSS_DEMO", raising=False)
    assert isinstance(open_database().clock, SystemClock)
    shown = DemoClock(lambda: desk.database)
    shown.set(datetime.now(UTC) + timedelta(days=9))
    assert abs(open_database().clock.now() - shown.now()) < timedelta(seconds=5)
