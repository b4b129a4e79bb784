"""Demo data: made by the real commands, the same every time, and never mixed with real data."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from engine.demo.load import BEGUN, MARK
from engine.model.access import system
from engine.model.clock import SystemClock
from engine.store.session import Database
from engine.store.tables import Aufgabe, Einstellung, Fall, Incident, Konto, Person, Segmentzuordnung, Timer
from tests.cli.conftest import Run

CASES = 5


@pytest.fixture
def loaded(run: Run, url: str) -> str:
    result = run("demo", "load", "--cases", str(CASES), url=url)
    assert result.exit_code == 0, result.output + result.stderr
    return url


def rows(database: Database, *columns: Any) -> list[Any]:
    with database.read(system()) as session:
        return list(session.execute(select(*columns)))


def test_demo_cases_run_through_their_diagrams_without_an_incident(run: Run, loaded: str, database: Database) -> None:
    assert len(rows(database, Fall.id)) == CASES
    assert rows(database, Incident.key) == []
    assert rows(database, Timer.key), "something is still to come"
    assert rows(database, Aufgabe.key)
    assert rows(database, Segmentzuordnung.id)
    ahv_numbers = {number for (number,) in rows(database, Person.ahvn13) if number}
    assert ahv_numbers <= {"756.9217.0769.85"}, "none but the published example"
    before = rows(database, Fall.fall_nr), len(rows(database, Konto.login))
    assert run("demo", "load", url=loaded).exit_code == 0
    assert (rows(database, Fall.fall_nr), len(rows(database, Konto.login))) == before, "a second time adds nothing"


def test_a_database_with_real_accounts_is_left_alone(run: Run, url: str, database: Database) -> None:
    run("migrate", url=url)
    added = run("user", "add", "admin", "--name", "Vera", "--rolle", "betrieb", "--password-stdin", url=url, stdin="ein langes Passwort\n")
    assert added.exit_code == 0, added.stderr
    result = run("demo", "load", url=url)
    assert result.exit_code == 1
    assert "nicht aus den Beispieldaten" in result.stderr
    assert rows(database, Fall.id) == rows(database, Einstellung.name) == []


def test_loading_that_is_killed_midway_leaves_nothing_and_begins_anew(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "demo.db"
    url = f"sqlite:///{file}"
    killed_while_loading(["demo", "load"], url, Path(f"{file}.entsteht"))
    assert not file.exists()
    again = run("demo", "load", "--cases", str(CASES), url=url)
    assert again.exit_code == 0, again.stderr
    database = Database(url, clock=SystemClock())
    assert len(rows(database, Fall.id)) == CASES
    database.close()
    assert {found.name for found in tmp_path.iterdir()} <= {"demo.db", "demo.db.sperre", "datenschluessel"}


def test_data_that_was_loaded_in_part_into_an_existing_database_is_named_so(run: Run, url: str, database: Database) -> None:
    with database.begin(system()) as session:
        session.add(Einstellung(name=MARK, value=BEGUN))
    result = run("demo", "load", url=url)
    assert result.exit_code == 1
    assert "nur zum Teil geladen" in result.stderr
    assert rows(database, Fall.id) == []


def killed_while_loading(args: Sequence[str], url: str, growing: Path) -> None:
    """Start the command and kill it hard once the first cases are in the growing file."""
    with subprocess.Popen([sys.executable, "-m", "engine.cli", *args], stderr=subprocess.DEVNULL, env={**os.environ, "DATABASE_URL": url}) as process:
        until = time.monotonic() + 60
        while not _holds_cases(growing):
            assert process.poll() is None and time.monotonic() < until
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)


def _holds_cases(growing: Path) -> bool:
    if not growing.exists():
        return False
    database = Database(f"sqlite:///{growing}", clock=SystemClock())
    try:
        return bool(rows(database, Fall.id))
    except OperationalError:  # no tables yet
        return False
    finally:
        database.close()
