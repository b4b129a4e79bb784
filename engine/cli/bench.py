"""``fallfluss bench``: what a step costs on this machine, measured through the real commands on a database of its own."""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import click
from sqlalchemy import event, select

from engine import commands
from engine.cli.installation import bring_up_to_date
from engine.model.access import system
from engine.model.clock import FixedClock
from engine.scheduling.due import run_due
from engine.store.session import Database
from engine.store.tables import Aufgabe

ACCESS = system("bench")
REGION = "SDOL"
# A round is measured as the median of so many before it: a single one says more about the disk than about the engine.
WINDOW = 9


@click.command()
@click.option("--rounds", default=1000, show_default=True, type=click.IntRange(10), help="Runden der Schleife eines einzigen Falls.")
@click.option("--timers", default=300, show_default=True, type=click.IntRange(1), help="Fristen, die zugleich fällig werden.")
@click.option("--url", help="Eine leere Datenbank zum Messen; ohne Angabe eine SQLite-Datei, die danach verschwindet.")
@click.option("--json", "as_json", is_flag=True, help="Ergebnis als JSON.")
def bench(rounds: int, timers: int, url: str | None, as_json: bool) -> None:
    """Messen, was eine erledigte Aufgabe und eine ausgelöste Frist kosten.

    Eine Aufgabe in einer Schleife wird immer wieder erledigt: Die letzte Runde soll kosten, was die zehnte kostet.

    \b
    Beispiele:
      fallfluss bench
      fallfluss bench --json --rounds 100
    """
    with tempfile.TemporaryDirectory() as folder:
        clock = FixedClock(datetime(2026, 3, 2, 7, tzinfo=UTC))
        database = Database(url or f"sqlite:///{Path(folder) / 'bench.db'}", clock=clock)
        try:
            _prepare(database)
            result = {**_loop(database, rounds), **_timers(database, clock, timers)}
        finally:
            database.close()
    click.echo(json.dumps(result) if as_json else _table(result))


def _prepare(database: Database) -> None:
    bring_up_to_date(database)
    folder = files("engine.cli")
    diagrams = {name: folder.joinpath(name).read_bytes() for name in ("bench_runden.bpmn", "bench_frist.bpmn")}
    with database.begin(ACCESS) as session:
        commands.deploy(session, diagrams)
        commands.release(session, "bench")


def _loop(database: Database, rounds: int) -> dict[str, Any]:
    """Complete the same task again and again, each time in its own transaction."""
    _open(database, "bench_runden")
    cost: list[float] = []
    with _statements(database) as count, click.progressbar(range(rounds), label="Runden", file=sys.stderr) as bar:
        for _ in bar:
            began = time.perf_counter()
            with database.begin(ACCESS) as session:
                key = session.scalars(select(Aufgabe.key).where(Aufgabe.zustand == "CREATED")).one()
                commands.complete_task(session, key, {})
            cost.append((time.perf_counter() - began) * 1000)
    around = {f"round_{n}_ms": round(statistics.median(cost[max(0, n - WINDOW) : n]), 2) for n in (10, 100, rounds) if n <= rounds}
    steady = sorted(cost[9:]) or cost
    return {
        "task_p50_ms": round(statistics.median(steady), 2),
        "task_p95_ms": round(steady[int(len(steady) * 0.95) - 1], 2),
        # One of them is this measurement's own question for the open task.
        "task_sql_statements": round(count() / rounds) - 1,
        **around,
    }


def _timers(database: Database, clock: FixedClock, timers: int) -> dict[str, Any]:
    for _ in range(timers):
        _open(database, "bench_frist")
    clock.at += timedelta(days=2)
    began = time.perf_counter()
    worked = run_due(database)
    seconds = time.perf_counter() - began
    return {"timers_fired": worked.timers, "timer_ms": round(seconds * 1000 / max(worked.timers, 1), 2)}


def _open(database: Database, process: str) -> None:
    with database.begin(ACCESS) as session:
        commands.open_case(session, REGION, {}, process=process)


@contextmanager
def _statements(database: Database) -> Iterator[Callable[[], int]]:
    """Counts what is sent to the database within the block."""
    sent = [0]

    def note(*_: Any) -> None:
        sent[0] += 1

    event.listen(database.engine, "before_cursor_execute", note)
    yield lambda: sent[0]
    event.remove(database.engine, "before_cursor_execute", note)


WORDS = {
    "task_p50_ms": "Aufgabe erledigen, Median",
    "task_p95_ms": "Aufgabe erledigen, 95. Perzentil",
    "task_sql_statements": "SQL-Anweisungen je Aufgabe",
    "timers_fired": "Fristen ausgelöst",
    "timer_ms": "je Frist",
}


def _table(result: dict[str, Any]) -> str:
    lines = []
    for name, value in result.items():
        words = WORDS.get(name) or f"Runde {name.split('_')[1]}"
        lines.append(f"{words:<36} {value:>10} {'ms' if name.endswith('_ms') else ''}".rstrip())
    return "\n".join(lines)
