"""The database dies, its disk is full, the clock jumps back: a clear word for people, nothing lost, and it goes on by itself."""

from __future__ import annotations

import multiprocessing
import random
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, text

from engine.model.access import Access, system
from engine.model.clock import FixedClock, SystemClock
from engine.queries.consistency import check
from engine.queries.operation import readiness
from engine.store.errors import DatabaseFull, DatabaseUnreachable
from engine.store.session import Database
from engine.store.tables import Verlauf
from tests.commands.conftest import Desk
from tests.robustness.conftest import ROLES, prepare
from tests.robustness.server import Server
from tests.robustness.test_crash import PROCESSES, assert_nothing_lost
from tests.robustness.test_schedulers import fired, scheduler, until
from tests.robustness.worker import Journal, work


@pytest.fixture
def own_desk(server: Server, clock: FixedClock) -> Iterator[Desk]:
    database = Database(server.url, clock=clock)
    database.migrate()
    prepare(database)
    yield Desk(database, clock, Access("meier", {"SDOL": frozenset(ROLES)}))
    database.close()


def test_a_full_disk_is_named_and_the_step_is_done_once_there_is_room(sqlite_database: Database, clock: FixedClock) -> None:
    prepare(sqlite_database)
    desk = Desk(sqlite_database, clock, Access("meier", {"SDOL": frozenset(ROLES)}))
    limits = {"pages": 1}  # less than there are: the file keeps its size
    event.listen(sqlite_database.engine, "checkout", lambda connection, *_: connection.execute(f"PRAGMA max_page_count={limits['pages']}"))
    with pytest.raises(DatabaseFull, match="kein Platz"):
        for _ in range(50):  # free pages inside the file are used up first
            desk.open()
    before = len(desk.all(Verlauf))
    limits["pages"] = 2**31
    desk.open()
    assert len(desk.all(Verlauf)) > before
    with sqlite_database.begin(system()) as session:
        assert check(session) == []


def test_postgresql_s_full_disk_is_named_too(postgresql_database: Database) -> None:
    with pytest.raises(DatabaseFull, match="kein Platz"), postgresql_database.begin(system()) as session:
        session.execute(text("DO $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$"))


def test_a_clock_that_jumps_back_an_hour_stops_nothing_and_fires_nothing_twice(desk: Desk) -> None:
    desk.open()
    desk.clock.at += timedelta(days=7)
    assert desk.wake().timers == 1
    desk.clock.at -= timedelta(hours=1)
    assert desk.wake().timers == 0
    desk.open()
    desk.clock.at += timedelta(hours=1)
    assert desk.wake().timers == 0
    with desk.begin() as session:
        assert check(session) == []


def test_a_database_that_is_gone_for_a_while_is_told_and_found_again(own_desk: Desk, server: Server) -> None:
    """The scheduler of the installation lives on and fires what became due meanwhile."""
    database = own_desk.database
    database.clock = SystemClock()
    with scheduler(database, "zeitgeber"):
        own_desk.open("eile", dauer="PT0.1S")
        until(lambda: len(fired(database)) == 1, 60, "the scheduler does not begin")
        own_desk.open("eile", dauer="PT2S")
        server.kill()
        with pytest.raises(DatabaseUnreachable, match="antwortet nicht"):
            own_desk.open()
        assert readiness(database).checks["datenbank"] != "ok"
        time.sleep(3)
        server.start()
        until(lambda: len(fired(database)) == 2, 90, "the scheduler does not find its database again")
    assert readiness(database).checks["datenbank"] == "ok"


def killed_while_working(desk: Desk, server: Server, folder: Path, rounds: int, seed: int) -> None:
    journal, chosen = Journal(folder / "journal"), random.Random(seed)
    url = desk.database.url.render_as_string(hide_password=False)
    for life in range(rounds):
        worker = PROCESSES.Process(target=work, args=(url, str(journal.path), life), daemon=True)
        worker.start()
        wait_for_answers(worker, journal, len(list(journal.lines())) + chosen.randint(10, 40))
        server.kill()
        worker.kill()
        worker.join()
        server.start()
    assert_nothing_lost(desk.database, journal, deaths=rounds)


def wait_for_answers(worker: multiprocessing.process.BaseProcess, journal: Journal, lines: int) -> None:
    deadline = time.monotonic() + 60
    while len(list(journal.lines())) < lines:
        assert worker.is_alive() and time.monotonic() < deadline, "the worker does not work"
        time.sleep(0.01)


def test_postgresql_killed_under_load_keeps_every_acknowledged_step(own_desk: Desk, server: Server, tmp_path: Path) -> None:
    killed_while_working(own_desk, server, tmp_path, rounds=2, seed=3)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(5))
def test_postgresql_killed_ten_times_under_load_keeps_every_acknowledged_step(own_desk: Desk, server: Server, tmp_path: Path, seed: int) -> None:
    killed_while_working(own_desk, server, tmp_path, rounds=10, seed=seed)
