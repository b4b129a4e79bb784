"""The process is killed at any moment: nothing that was acknowledged is lost, nothing is done twice, and every case holds together."""

from __future__ import annotations

import multiprocessing
import random
import time
from collections import Counter
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import select

from engine.model.access import system
from engine.queries.consistency import check
from engine.store.session import Database
from engine.store.tables import Instanz, Verlauf
from tests.commands.conftest import Desk
from tests.robustness.replay import replay
from tests.robustness.worker import WALKERS, Journal, work

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.robustness.worker"])


def live_and_die(database: Database, journal: Journal, life: int, chosen: random.Random) -> None:
    """Let the worker do some commands, then kill it at whatever it is doing."""
    before = len(list(journal.lines()))
    url = database.url.render_as_string(hide_password=False)
    process = PROCESSES.Process(target=work, args=(url, str(journal.path), life), daemon=True)
    process.start()
    deadline, wanted = time.monotonic() + 60, before + chosen.randint(6, 40)
    while len(list(journal.lines())) < wanted:
        assert process.is_alive() and time.monotonic() < deadline, "the worker does not work"
        time.sleep(0.01)
    time.sleep(chosen.random() * 0.05)
    process.kill()
    process.join()


def wait_for_the_dead(database: Database) -> None:
    """PostgreSQL notices a moment later that a client is gone; what it had sent still counts."""
    if database.is_sqlite:
        return
    database.engine.dispose()
    url = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    left = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'fallfluss'"
    with psycopg.connect(url, autocommit=True) as connection:
        deadline = time.monotonic() + 15
        while connection.execute(left).fetchone() != (0,) and time.monotonic() < deadline:
            time.sleep(0.05)


def survive(desk: Desk, folder: Path, kills: int, seed: int) -> Counter[str]:
    journal, chosen = Journal(folder / "journal"), random.Random(seed)
    for life in range(kills):
        live_and_die(desk.database, journal, life, chosen)
    return assert_nothing_lost(desk.database, journal, deaths=kills)


def assert_nothing_lost(database: Database, journal: Journal, deaths: int) -> Counter[str]:
    """Everything acknowledged is there, nothing twice, every case holds together; what was done, by command."""
    wait_for_the_dead(database)
    with database.begin(system()) as session:
        assert check(session) == []
        rows = {row.id: row for row in session.scalars(select(Verlauf))}
        for id, command, key, nummer in journal.acknowledged():
            row = rows.pop(id)
            assert (row.command, row.element_key, row.instanz_nummer) == (command, key, nummer)
        unacknowledged = [row for row in rows.values() if row.by != "zeitgeber" and row.command != "signal"]
        assert len(unacknowledged) <= deaths * (WALKERS + 1)
        opened = Counter(row.values["grund"] for row in session.scalars(select(Verlauf).where(Verlauf.command == "open_case")))
        assert set(opened.values()) == {1}
        for instanz in session.scalars(select(Instanz)):
            *_, (_, last) = replay(session, instanz)
            assert last.state == instanz.state
    seen = Counter(command for _, command, _, _ in journal.acknowledged())
    return seen + Counter({"not acknowledged, yet done": len(unacknowledged), "repeated": len(journal.unanswered())})


def test_a_process_killed_under_load_loses_and_doubles_nothing(desk: Desk, tmp_path: Path):
    print(survive(desk, tmp_path, kills=3, seed=5))


@pytest.mark.soak
def test_a_process_killed_sixty_times_under_load_loses_and_doubles_nothing(desk: Desk, tmp_path: Path):
    print(survive(desk, tmp_path, kills=60, seed=6))
