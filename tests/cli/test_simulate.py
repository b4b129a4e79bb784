"""Somebody who waits for years of invented cases sees how far they are."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, select

from engine.model.access import system
from engine.model.clock import SystemClock
from engine.store.session import Database
from engine.store.tables import Fall

pty = pytest.importorskip("pty", reason="pseudo terminals are there on Unix")
CASES = 12
OPTIONS = ("--cases", str(CASES), "--months", "3", "--regions", "SDOL,SRO", "--processes", "2", "--until", "2026-03-01", "--seed", "4")


def simulated(url: str, *options: str) -> str:
    """What ``fallfluss simulate`` writes on a terminal, while it runs."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "DATABASE_URL": url, "TERM": "xterm", "COLUMNS": "80", "LINES": "24"}
    command = [sys.executable, "-m", "engine.cli", "simulate", *OPTIONS, *options]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, close_fds=True) as running:
        os.close(theirs)
        written = b"".join(iter(lambda: _read(ours), b""))
        os.close(ours)
        assert running.wait(timeout=60) == 0, written.decode()
    return written.decode()


def _read(terminal: int) -> bytes:
    """The next that was written; nothing once nobody holds the other end, which Linux calls an error."""
    try:
        return os.read(terminal, 65_536)
    except OSError:
        return b""


@pytest.mark.parametrize("options", [(), ("--zusammen",)], ids=["each region by itself", "together"])
def test_a_terminal_shows_a_bar_that_grows_to_the_end(tmp_path: Path, options: tuple[str, ...]) -> None:
    url = f"sqlite:///{tmp_path / 'simulation.db'}"
    written = simulated(url, *options)
    assert f"{CASES} Fälle über 3 Monate entstehen" in written
    shown = [(len(filled), int(percent)) for filled, percent in re.findall(r"\[(#*)-*\] +(\d+)%", written)]
    assert shown == sorted(shown), "it only grows"
    assert shown[0] == (0, 0) and shown[-1] == (36, 100) and len(set(shown)) > 2
    # One line that is written over, not a line each time.
    assert written.count("\n") < min(5, written.count("\r"))
    database = Database(url, clock=SystemClock())
    with database.read(system()) as session:
        assert session.scalar(select(func.count(Fall.id))) >= CASES
    database.close()


def test_a_file_gets_no_bar(tmp_path: Path) -> None:
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path / 'simulation.db'}"}
    done = subprocess.run([sys.executable, "-m", "engine.cli", "simulate", *OPTIONS], env=environment, capture_output=True, text=True, timeout=300, check=True)
    assert "entstehen" in done.stderr and "%" not in done.stderr and "\r" not in done.stderr
    cases, courses = (int(number) for number in re.fullmatch(r"Entstanden sind (\d+) Fälle .* und (\d+) Abläufe in \d+ Sekunden\.\n", done.stdout).groups())
    with closing(sqlite3.connect(tmp_path / "simulation.db")) as connection:
        assert (cases, courses) == tuple(connection.execute(f"select count(*) from {table}").fetchone()[0] for table in ("fall", "instanz"))
    assert cases >= CASES


@pytest.mark.parametrize("options", [(), ("--zusammen",)], ids=["each region by itself", "together"])
def test_a_database_with_cases_is_refused_before_anything_is_added(tmp_path: Path, options: tuple[str, ...]) -> None:
    file = tmp_path / "simulation.db"
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{file}"}
    command = [sys.executable, "-m", "engine.cli", "simulate", *OPTIONS]
    subprocess.run(command, env=environment, capture_output=True, timeout=300, check=True)
    before = _counts(file)
    again = subprocess.run([*command, *options], env=environment, capture_output=True, text=True, timeout=300)
    assert again.returncode == 1 and again.stdout == ""
    assert again.stderr.startswith("Fehler: In dieser Datenbank gibt es schon Fälle.") and "Für die Simulation eine neue wählen" in again.stderr
    assert _counts(file) == before


def test_an_effect_in_a_region_that_does_not_live_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    file = tmp_path / "simulation.db"
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{file}"}
    done = subprocess.run(
        [sys.executable, "-m", "engine.cli", "simulate", *OPTIONS, "--effekt", "dauer:XX=0.7"], env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 2 and "Der Effekt gilt einer Sozialregion, die nicht simuliert wird: XX." in done.stderr
    assert not file.exists()


def test_regions_that_live_by_themselves_need_a_database_without_diagrams(tmp_path: Path) -> None:
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path / 'simulation.db'}"}
    start = [sys.executable, "-m", "engine.cli"]
    subprocess.run([*start, "migrate"], env=environment, capture_output=True, timeout=60, check=True)
    subprocess.run([*start, "user", "add", "admin", "--name", "Vera Muster", "--rolle", "betrieb"], env=environment, input="Sehr-langes-Passwort-1\n" * 2, capture_output=True, text=True, timeout=60, check=True)
    refused = subprocess.run([*start, "simulate", *OPTIONS], env=environment, capture_output=True, text=True, timeout=300)
    assert refused.returncode == 1 and "gibt es schon Einträge" in refused.stderr and "entstehen" not in refused.stderr


def _counts(file: Path) -> dict[str, int]:
    with closing(sqlite3.connect(file)) as database:
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}


def test_killed_while_the_regions_are_put_together_it_leaves_an_empty_database(tmp_path: Path) -> None:
    file = tmp_path / "kanton.db"
    url, journal = f"sqlite:///{file}", tmp_path / "kanton.db-journal"
    command = [sys.executable, "-m", "engine.cli", "simulate", *OPTIONS]
    environment = {**os.environ, "DATABASE_URL": url}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment, start_new_session=True) as running:
        assert running.stderr is not None and "entstehen" in running.stderr.readline()
        while not journal.exists():
            assert running.poll() is None, "gathered before anybody could kill it"
            time.sleep(0.001)
        os.killpg(running.pid, signal.SIGKILL)
    assert _counts(file)["fall"] == 0
    simulated(url)
    assert _counts(file)["fall"] >= CASES
