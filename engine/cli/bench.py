"""``fallfluss bench``: what a step costs on this machine, measured through the real commands on databases of its own."""

from __future__ import annotations

import gc
import itertools
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

import click
from sqlalchemy import event, select

from engine import commands
from engine.cli.installation import bring_up_to_date
from engine.cli.progress import progress
from engine.definitions import dmn, feel
from engine.model.access import Access, system
from engine.model.clock import FixedClock
from engine.runtime import complete
from engine.scheduling.due import run_due
from engine.store import library
from engine.store.session import Database
from engine.store.tables import Aufgabe, Instanz

ACCESS = system("bench")
REGION = "SDOL"
# As a person does it: every statement is bound to the person's regions.
PERSON = Access("bench", {REGION: frozenset({"fallfuehrung"})})
START = datetime(2026, 3, 2, 7, tzinfo=UTC)
ROUNDS = (10, 100, 300, 1000)
# A round is measured as the median of so many around it: a single one says more about the disk than about the engine.
WINDOW = 20
FILES = ("bench_runden.bpmn", "bench_frist.bpmn", "bench_tabelle.dmn")
CASE = {"alter": 34, "motivation": 2, "felder": [1, 2, 3, 2, 1]}


class _Ticking(FixedClock):
    """Later with each look, as in operation: what FEEL was asked at the same instant it answers from memory."""

    def now(self) -> datetime:
        self.at += timedelta(milliseconds=1)
        return self.at


@click.command()
@click.option("--rounds", default=1000, show_default=True, type=click.IntRange(10), help="Runden der Schleife eines einzigen Falls.")
@click.option("--timers", default=300, show_default=True, type=click.IntRange(1), help="Fristen, die zugleich fällig werden.")
@click.option("--url", "urls", multiple=True, help="Eine leere Datenbank zum Messen (mehrmals möglich); sonst eine SQLite-Datei, die danach verschwindet.")
@click.option("--json", "as_json", is_flag=True, help="Ergebnis als JSON.")
def bench(rounds: int, timers: int, urls: Sequence[str], as_json: bool) -> None:
    """Messen, was eine erledigte Aufgabe und eine ausgelöste Frist kosten.

    Eine Aufgabe in einer Schleife wird immer wieder erledigt: Die letzte Runde soll kosten, was die zehnte kostet.

    \b
    Beispiele:
      fallfluss bench
      fallfluss bench --json --rounds 100
    """
    with tempfile.TemporaryDirectory() as folder:
        databases = {}
        for url in urls or (f"sqlite:///{Path(folder) / 'bench.db'}",):
            database = Database(url, clock=_Ticking(START))
            try:
                databases["sqlite" if database.is_sqlite else "postgresql"] = _measured(database, rounds, timers)
            finally:
                database.close()
    result = {"databases": databases, **_evaluators()}
    click.echo(json.dumps(result) if as_json else _table(result))


def _measured(database: Database, rounds: int, timers: int) -> dict[str, Any]:
    _prepare(database)
    # As `fallfluss serve` does: what stays for good need not be looked at again and again.
    gc.collect()
    gc.freeze()
    return {"start_ms": _starts(database), **_loop(database, rounds), **_timers(database, timers)}


def _prepare(database: Database) -> None:
    bring_up_to_date(database)
    folder = files("engine.cli")
    with database.begin(ACCESS) as session:
        commands.deploy(session, {name: folder.joinpath(name).read_bytes() for name in FILES})
        commands.release(session, "bench")


def _starts(database: Database, count: int = 30) -> float:
    """Milliseconds to open a case, median."""
    return _median(_timed(lambda: _open(database, "bench_frist")) for _ in range(count))


def _loop(database: Database, rounds: int) -> dict[str, Any]:
    """Complete the same task again and again, each time in its own transaction."""
    nummer = _open(database, "bench_runden")
    cost, sent = [], []
    with progress(rounds, "Runden") as advance:
        for _ in range(rounds):
            advance(1)
            key = _open_task(database, nummer)
            with _statements(database) as count:
                cost.append(_timed(partial(_complete, database, key)))
            sent.append(count())
    marks = [mark for mark in ROUNDS if mark <= rounds]
    at = {str(mark): _around(mark, cost, sent) for mark in marks}
    return {
        "rounds": at,
        "last_to_first": round(at[str(marks[-1])]["ms"] / at[str(marks[0])]["ms"], 2),
        "floor_ms": _floor(database, nummer),
        "state_bytes": _state_bytes(database, nummer),
    }


def _around(mark: int, cost: Sequence[float], sent: Sequence[int]) -> dict[str, Any]:
    """The rounds next to ``mark``; the first few only warm up."""
    first = max(3, min(mark - WINDOW // 2, len(cost) - WINDOW))
    near = sorted(cost[first : first + WINDOW])
    return {"ms": round(statistics.median(near), 2), "p95_ms": round(near[int(len(near) * 0.95) - 1], 2), "statements": max(sent[first : first + WINDOW])}


def _floor(database: Database, nummer: int) -> float:
    """The same step in memory: runtime and FEEL without a database."""
    key = _open_task(database, nummer)
    with database.read(ACCESS) as session:
        instanz = session.get_one(Instanz, nummer)
        runtime, state = library.runtime(session, instanz.release_id, instanz.region), instanz.state
    later = _moments()
    return _median(_timed(lambda: replace(runtime, now=next(later)).apply(state, complete(key, {}))) for _ in range(100))


def _state_bytes(database: Database, nummer: int) -> int:
    with database.read(ACCESS) as session:
        return len(session.get_one(Instanz, nummer).state.encode())


def _timers(database: Database, timers: int) -> dict[str, Any]:
    for _ in range(timers):
        _open(database, "bench_frist")
    clock = database.clock
    assert isinstance(clock, FixedClock)
    clock.at += timedelta(days=2)
    began = time.perf_counter()
    worked = run_due(database)
    return {"timers_fired": worked.timers, "timers_per_second": round(worked.timers / (time.perf_counter() - began), 1)}


def _evaluators() -> dict[str, float]:
    """One FEEL expression, and one decision table of eight rules with its required decision; of somebody else each time, or memory would answer."""
    evaluator = feel.shared()
    decisions = dmn.read_decisions(files("engine.cli").joinpath("bench_tabelle.dmn").read_bytes(), "bench_tabelle.dmn")
    expression = "alter >= 16 and motivation <= 2"
    people = ({**CASE, "alter": alter} for alter in itertools.count(16))
    return {
        "feel_ms": _median(_timed(lambda: evaluator.evaluate_all([expression], next(people), now=START)) for _ in range(200)),
        "table_ms": _median(_timed(lambda: dmn.decide(decisions, "bench_tabelle", next(people), feel=evaluator, now=START)) for _ in range(200)),
    }


def _moments() -> Iterator[datetime]:
    return (START + timedelta(milliseconds=number) for number in itertools.count())


def _open(database: Database, process: str) -> int:
    with database.begin(ACCESS) as session:
        return commands.open_case(session, REGION, {}, process=process).instanz_key // 10**9


def _open_task(database: Database, nummer: int) -> int:
    with database.read(ACCESS) as session:
        return session.scalars(select(Aufgabe.key).where(Aufgabe.instanz_nummer == nummer, Aufgabe.zustand == "CREATED")).one()


def _complete(database: Database, key: int) -> None:
    with database.begin(PERSON) as session:
        commands.complete_task(session, key, {})


def _timed(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def _median(values: Iterator[float]) -> float:
    return round(statistics.median(values), 2)


@contextmanager
def _statements(database: Database) -> Iterator[Callable[[], int]]:
    """Counts what is sent to the database within the block, the words around a transaction apart."""
    sent: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            sent.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield lambda: len(sent)
    event.remove(database.engine, "before_cursor_execute", note)


def _table(result: dict[str, Any]) -> str:
    lines = []
    for name, measured in result["databases"].items():
        lines.append(f"{name}: Aufgabe erledigen")
        for mark, row in measured["rounds"].items():
            lines.append(f"  Runde {mark:>5}  {row['ms']:>8} ms  p95 {row['p95_ms']:>8} ms  {row['statements']:>3} Anweisungen")
        lines.append(f"  letzte Runde ÷ zehnte       {measured['last_to_first']:>8}")
        lines.append(f"  derselbe Schritt im Speicher {measured['floor_ms']:>7} ms, Zustand {measured['state_bytes']} Bytes")
        lines.append(f"  Fall eröffnen                {measured['start_ms']:>7} ms")
        lines.append(f"  Fristen                      {measured['timers_per_second']:>7} je Sekunde ({measured['timers_fired']} auf einmal fällig)")
    lines.append(f"FEEL-Ausdruck {result['feel_ms']} ms, Entscheidungstabelle {result['table_ms']} ms")
    return "\n".join(lines)
