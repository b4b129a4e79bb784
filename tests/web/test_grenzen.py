"""Whoever tries too often is stopped, by all processes of an installation together."""

from __future__ import annotations

from datetime import timedelta

import pytest
from limits import RateLimitItemPerMinute
from limits.strategies import FixedWindowRateLimiter

from engine.model.clock import FixedClock
from engine.store.session import Database
from engine.store.tables import Anfragezaehler
from webui.grenzen import Zaehlerspeicher, settings, storage

ADDRESS = "192.0.2.7"


@pytest.fixture
def processes(database: Database) -> list[FixedWindowRateLimiter]:
    """Two processes of one installation: nothing in memory is shared between them."""
    other = Database(database.url.render_as_string(hide_password=False), clock=database.clock)
    return [FixedWindowRateLimiter(Zaehlerspeicher(database=one)) for one in (database, other)]


def test_two_processes_count_together(processes: list[FixedWindowRateLimiter]) -> None:
    limit = RateLimitItemPerMinute(3)
    assert [one.hit(limit, ADDRESS) for one in (*processes, *processes)] == [True, True, True, False]
    assert not processes[1].test(limit, ADDRESS)
    assert processes[0].test(limit, "192.0.2.8")


def test_after_the_minute_somebody_may_try_again(processes: list[FixedWindowRateLimiter], clock: FixedClock) -> None:
    limit = RateLimitItemPerMinute(1)
    assert [one.hit(limit, ADDRESS) for one in processes] == [True, False]
    clock.at += timedelta(seconds=61)
    assert processes[1].hit(limit, ADDRESS)
    assert processes[0].get_window_stats(limit, ADDRESS).remaining == 0


def test_a_counter_names_nobody_and_can_be_taken_away(database: Database, processes: list[FixedWindowRateLimiter]) -> None:
    limit = RateLimitItemPerMinute(1)
    processes[0].hit(limit, ADDRESS)
    with database.engine.connect() as connection:
        stored = repr(connection.exec_driver_sql("SELECT * FROM anfragezaehler").all())
    assert stored != "[]"
    assert ADDRESS not in stored
    processes[1].clear(limit, ADDRESS)
    assert processes[0].hit(limit, ADDRESS)


def test_counters_that_are_over_do_not_stay(database: Database, clock: FixedClock) -> None:
    speicher = Zaehlerspeicher(database=database)
    speicher.incr("einmal", 60)
    clock.at += timedelta(minutes=2)
    speicher.incr("oft", 60, amount=200)
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql(f"SELECT count(*) FROM {Anfragezaehler.__tablename__}").scalar() == 1


def test_where_several_processes_serve_they_count_in_the_database(database: Database) -> None:
    assert isinstance(storage(database), Zaehlerspeicher) is not database.is_sqlite
    assert (settings(database)["RATELIMIT_STORAGE_URI"] == "fallfluss://") is not database.is_sqlite
