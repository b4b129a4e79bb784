"""Several scheduler processes on one database, some of which die or stand still."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from sqlalchemy import func, select

from engine import commands
from engine.model.access import Access, system
from engine.model.clock import FixedClock, SystemClock
from engine.queries.consistency import check
from engine.store.session import Database
from engine.store.tables import Hinweis, Instanz, Timer, Verlauf
from tests.commands.conftest import Desk
from tests.robustness.conftest import ROLES, prepare

# A deadline after 30 days and a reminder every 7: five due timers and four jobs for each case that was left alone for 31 days.
TIMERS, JOBS = 5, 4
# Seconds from one look to the next.
LOOK = 0.02
STANDS_STILL = "SELECT pid FROM pg_stat_activity WHERE application_name = %s AND state = 'idle in transaction' AND now() - state_change > '150 ms'"


@contextmanager
def scheduler(database: Database, name: str, *, gives_up: str = "60s") -> Iterator[subprocess.Popen[bytes]]:
    """``fallfluss scheduler`` as a process; PostgreSQL ends a transaction of its that does nothing for ``gives_up``."""
    url = database.url
    if not database.is_sqlite:
        settings = f"-c timezone=UTC -c lock_timeout=10s -c idle_in_transaction_session_timeout={gives_up}"
        url = url.update_query_dict({"application_name": name, "options": settings})
    environment = os.environ | {"DATABASE_URL": url.render_as_string(hide_password=False), "PYTHONPATH": ".", "FALLFLUSS_DEMO": "0"}
    process = subprocess.Popen([sys.executable, "-m", "engine.cli", "scheduler"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGCONT)
        process.kill()
        process.wait()


def left_alone(desk: Desk, cases: int, days: float) -> None:
    """Cases opened so long ago on the machine's clock."""
    desk.clock.at = datetime.now(UTC) - timedelta(days=days)
    for _ in range(cases):
        desk.open()


def until(reached: Callable[[], bool], seconds: float, what: str) -> None:
    """Wait for so many seconds, counted and not read off the clock: the machine may stand still, and this with it."""
    waited = 0.0
    while not reached():
        waited += LOOK
        assert waited < seconds, what
        time.sleep(LOOK)


def until_all_done(desk: Desk, cases: int, patience: float) -> None:
    """Wait as long as it goes on: how long it takes in all is the machine's affair, that nothing happens for so many seconds is ours."""
    left, waited, pause = None, 0.0, LOOK if cases < 100 else 1.0
    while (now_left := (due(desk.database), jobs_done(desk))) != (0, cases * JOBS):
        left, waited = now_left, waited + pause if now_left == left else 0
        assert waited < patience, f"timers stay behind: {left}"
        time.sleep(pause)


def due(database: Database) -> int:
    with database.read(system()) as session:
        return session.scalar(select(func.count()).select_from(Timer).where(Timer.due_at <= datetime.now(UTC))) or 0


def jobs_done(desk: Desk) -> int:
    with desk.database.read(system()) as session:
        return session.scalar(select(func.count()).select_from(Hinweis)) or 0


def any_fired(database: Database) -> bool:
    with database.read(system()) as session:
        return session.scalar(select(Verlauf.id).where(Verlauf.command == "fire_timer").limit(1)) is not None


def fired(database: Database) -> list[Verlauf]:
    with database.read(system()) as session:
        return list(session.scalars(select(Verlauf).where(Verlauf.command == "fire_timer").order_by(Verlauf.id)))


def assert_each_fired_once_in_order(desk: Desk, cases: int) -> None:
    rows = fired(desk.database)
    assert len(rows) == cases * TIMERS == len({row.element_key for row in rows})
    for nummer in {row.instanz_nummer for row in rows}:
        assert [row.element for row in rows if row.instanz_nummer == nummer] == ["erinnern"] * 4 + ["frist"]
    with desk.database.begin(system()) as session:
        assert check(session) == []


def all_done(desk: Desk, cases: int) -> bool:
    return due(desk.database) == 0 and jobs_done(desk) == cases * JOBS


@pytest.fixture
def on_postgresql(postgresql_database: Database, clock: FixedClock) -> Desk:
    prepare(postgresql_database)
    return Desk(postgresql_database, clock, Access("meier", {"SDOL": frozenset(ROLES)}))


def stop_in_a_transaction(desk: Desk, process: subprocess.Popen[bytes], name: str, chosen: random.Random) -> bool:
    """Stop the process while it holds a case; False when there was nothing left to hold."""
    url = desk.database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as watcher:
        while due(desk.database):
            time.sleep(chosen.random() * 0.02)
            process.send_signal(signal.SIGSTOP)
            time.sleep(0.3)
            if watcher.execute(STANDS_STILL, [name]).fetchone():
                return True
            process.send_signal(signal.SIGCONT)
    return False


def one_is_killed_and_one_stopped(desk: Desk, cases: int, processes: int, seed: int) -> None:
    chosen, database = random.Random(seed), desk.database
    left_alone(desk, cases, days=31)
    began = time.monotonic()
    with ExitStack() as stack:
        # The one that will be stopped must have begun: while it starts, it gives up without its database, and is started anew.
        running = [stack.enter_context(scheduler(database, "zeitgeber0", gives_up="3s"))]
        until(lambda: any_fired(database), 120, "no scheduler begins")
        running += [stack.enter_context(scheduler(database, f"zeitgeber{n}", gives_up="3s")) for n in range(1, processes)]
        holds = stop_in_a_transaction(desk, running[0], "zeitgeber0", chosen)
        if processes > 2:
            running[1].kill()
        until_all_done(desk, cases, patience=120)
        print(f"{cases * TIMERS} Fristen und {cases * JOBS} Aufträge in {time.monotonic() - began:.0f} s")
        running[0].send_signal(signal.SIGCONT)
        assert_each_fired_once_in_order(desk, cases)
        assert holds, "the stopped one held nothing: take more cases"
        for process in running[1:]:
            process.kill()
            process.wait()
        left_alone(desk, 1, days=31)
        until(lambda: all_done(desk, cases + 1) or running[0].poll() is not None, 60, "the stopped scheduler does not go on")
        assert running[0].poll() is None
        assert_each_fired_once_in_order(desk, cases + 1)


@pytest.mark.parametrize("processes", [2, 3])
def test_schedulers_of_which_one_is_killed_and_one_stands_still_fire_each_timer_once(on_postgresql: Desk, processes):
    one_is_killed_and_one_stopped(on_postgresql, 30, processes, seed=processes)


@pytest.mark.soak
@pytest.mark.parametrize(("processes", "seed"), [(3, 0), (3, 1), (3, 2), (2, 3), (2, 4)])
def test_schedulers_die_and_stand_still_over_many_timers(on_postgresql: Desk, processes, seed):
    one_is_killed_and_one_stopped(on_postgresql, 150, processes, seed=seed)


@pytest.mark.soak
def test_twenty_thousand_timers_that_are_due_at_once_fire_once_each_in_order(on_postgresql: Desk):
    one_is_killed_and_one_stopped(on_postgresql, 20_000 // TIMERS, 3, seed=1)


def test_several_schedulers_share_the_work(on_postgresql: Desk):
    left_alone(on_postgresql, 20, days=31)
    with ExitStack() as stack:
        for number in range(3):
            stack.enter_context(scheduler(on_postgresql.database, f"zeitgeber{number}"))
        until(lambda: all_done(on_postgresql, 20), 90, "timers stay behind")
    assert_each_fired_once_in_order(on_postgresql, 20)


def test_a_timer_fires_at_most_two_seconds_late(desk: Desk):
    """On the machine's clock, with timers that another process adds while the scheduler sleeps."""
    desk.database.clock = SystemClock()
    with scheduler(desk.database, "zeitgeber"):
        desk.open("eile", dauer="PT0.1S")
        until(lambda: len(fired(desk.database)) == 1, 60, "the scheduler does not begin")
        for seconds in (1, 1.5, 2, 3, 0.3):
            desk.open("eile", dauer=f"PT{seconds}S")
        time.sleep(1.2)
        desk.open("eile", dauer="PT1S")
        until(lambda: len(fired(desk.database)) == 7, 60, "a timer stays behind")
    started = {instanz.nummer: instanz.started_at for instanz in desk.all(Instanz)}
    lengths = [0.1, 1, 1.5, 2, 3, 0.3, 1]
    late = {row.instanz_nummer: (row.at - started[row.instanz_nummer]).total_seconds() - lengths[row.instanz_nummer - 1] for row in fired(desk.database)}
    print({nummer: round(seconds, 2) for nummer, seconds in late.items()})
    assert max(seconds for nummer, seconds in late.items() if nummer > 1) <= 2 and min(late.values()) >= 0


def test_what_several_processes_find_broken_is_retried_with_growing_pauses(on_postgresql: Desk):
    """A case that cannot be loaded neither stops the others nor is tried over and over by each scheduler in turn."""
    left_alone(on_postgresql, 3, days=8)
    with on_postgresql.database.begin(system()) as session:
        session.get_one(Instanz, 1).state = "{}"
    with ExitStack() as stack:
        for number in range(2):
            stack.enter_context(scheduler(on_postgresql.database, f"zeitgeber{number}"))
        until(lambda: len(fired(on_postgresql.database)) == 2, 60, "the others do not go on")
        time.sleep(2)
    late = Counter({timer.element: timer.attempts for timer in on_postgresql.all(Timer) if timer.instanz_nummer == 1})
    assert late["erinnern"] == 1


def test_a_case_that_has_failed_for_weeks_stops_no_other(desk: Desk):
    broken, _ = desk.open(), desk.open()
    with desk.database.begin(system()) as session:
        session.get_one(Instanz, broken.instanz_key // 10**9).state = "{}"
        for timer in session.scalars(select(Timer).where(Timer.instanz_nummer == broken.instanz_key // 10**9)):
            timer.attempts = 400
    desk.clock.at += timedelta(days=7)
    worked = desk.wake()
    assert (worked.timers, worked.failures) == (1, 1)
    assert {timer.next_attempt_at - desk.clock.at for timer in desk.all(Timer) if timer.attempts > 400} == {timedelta(hours=1)}


def test_cases_are_stopped_while_schedulers_fire_their_timers(on_postgresql: Desk):
    """A person stops cases while schedulers fire their timers; each case ends exactly once."""
    left_alone(on_postgresql, 15, days=31)
    refs = [instanz.fall_id for instanz in on_postgresql.all(Instanz)]
    on_postgresql.database.clock = SystemClock()
    with ExitStack() as stack:
        for number in range(2):
            stack.enter_context(scheduler(on_postgresql.database, f"zeitgeber{number}"))
        until(lambda: len(fired(on_postgresql.database)) > 0, 60, "no scheduler begins")
        for fall_id in refs:
            on_postgresql.do(commands.cancel_case, fall_id, "Wegzug")
        until(lambda: due(on_postgresql.database) == 0, 60, "timers stay behind")
    assert {instanz.zustand for instanz in on_postgresql.all(Instanz)} == {"terminated"}
    with on_postgresql.database.begin(system()) as session:
        assert check(session) == []
