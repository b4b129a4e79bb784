"""Which statements take long, and which pages: counted in every process, added up for all of them (``webui.betrieb``).

A statement is known by its text without any value, cut short; so nothing about a person is kept.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from prometheus_client import CollectorRegistry, Summary
from sqlalchemy import event

from engine.store.session import Database

# What takes longer is written down; shorter ones would only make many rows.
SLOW_SECONDS = 0.2
LONGEST = 160
SLOW = Summary("fallfluss_langsame_abfrage_sekunden", f"Anweisungen an die Datenbank, die länger als {SLOW_SECONDS} s dauerten", ["anweisung"])
PAGES = "fallfluss_anfrage_sekunden"
_LIST = re.compile(r"\((?:\s*(?:\?|%\(\w+\)s(?:::\w+)?|%s)\s*,?)+\)")
_COLUMNS = re.compile(r"^SELECT (DISTINCT )?.*? FROM ", re.IGNORECASE)


@dataclass(frozen=True)
class Gemessen:
    """A page or a statement: how often, and the mean in seconds."""

    name: str
    count: int
    mean: float


def listen(database: Database) -> None:
    """Write down what the database takes long for."""

    @event.listens_for(database.engine, "before_cursor_execute")
    def begin(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, executemany: bool) -> None:
        connection.info["began"] = time.perf_counter()

    @event.listens_for(database.engine, "after_cursor_execute")
    def end(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, executemany: bool) -> None:
        seconds = time.perf_counter() - connection.info.get("began", time.perf_counter())
        if seconds > SLOW_SECONDS:
            SLOW.labels(shortened(statement)).observe(seconds)


def shortened(statement: str) -> str:
    """What is asked of which tables, without columns, values and the length of lists."""
    flat = _LIST.sub("(…)", " ".join(statement.split()))
    return _COLUMNS.sub("SELECT … FROM ", flat)[:LONGEST]


def slow_statements(registry: CollectorRegistry) -> list[Gemessen]:
    """Since the start, those that took the most time in all first."""
    return sorted(_means(registry, "fallfluss_langsame_abfrage_sekunden", "anweisung"), key=lambda one: -one.count * one.mean)


def slow_pages(registry: CollectorRegistry, *, over: float) -> list[Gemessen]:
    """Pages that take longer than so many seconds on average, the slowest first."""
    return sorted((one for one in _means(registry, PAGES, "seite") if one.mean > over), key=lambda one: -one.mean)


def _means(registry: CollectorRegistry, metric: str, label: str) -> Iterator[Gemessen]:
    counts: dict[str, float] = {}
    sums: dict[str, float] = {}
    for family in registry.collect():
        for sample in family.samples if family.name == metric else ():
            into = counts if sample.name.endswith("_count") else sums if sample.name.endswith("_sum") else None
            if into is not None:
                into[sample.labels[label]] = into.get(sample.labels[label], 0) + sample.value
    return (Gemessen(name, int(count), sums.get(name, 0) / count) for name, count in counts.items() if count)
