"""A process that works under load until it is killed, and writes down what it was told is done."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from engine.model.access import system
from engine.model.clock import FixedClock
from engine.model.errors import FallflussError
from engine.scheduling.due import run_due
from engine.store.session import Database
from engine.store.tables import Verlauf
from tests.robustness.walk import Intent, Rows, Walk

WALKERS = 2
BEGIN = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)


class Journal:
    """Lines of JSON, one written before each command and one, on the disk, after it returned."""

    def __init__(self, path: Path):
        self.path = path
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def intend(self, name: str, intent: Intent) -> None:
        self._write({"intent": name, "what": [intent.command, intent.target, intent.values]})

    def acknowledge(self, name: str, rows: Rows | None) -> None:
        self._write({"done": name, "rows": rows})
        os.fsync(self._file)

    def _write(self, line: dict[str, Any]) -> None:
        os.write(self._file, (json.dumps(line) + "\n").encode())

    def lines(self) -> Iterator[dict[str, Any]]:
        for line in self.path.read_bytes().split(b"\n")[:-1]:
            yield json.loads(line)

    def acknowledged(self) -> list[list[Any]]:
        """The rows of history that somebody was told of."""
        return [row for line in self.lines() for row in line.get("rows") or []]

    def unanswered(self) -> list[Intent]:
        """What was begun without an answer: it may have happened or not."""
        begun = {line["intent"]: Intent(*line["what"]) for line in self.lines() if "intent" in line}
        for line in self.lines():
            begun.pop(line.get("done"), None)
        return list(begun.values())


def work(url: str, journal_path: str, life: int) -> None:
    """Repeat what the former life had no answer to, then walk until the end."""
    clock = FixedClock(BEGIN)
    database = Database(url, clock=clock)
    with database.read(system()) as session:
        clock.at = max(BEGIN, session.scalar(select(func.max(Verlauf.at))) or BEGIN)
    journal = Journal(Path(journal_path))
    again = Walk(database, clock, f"{life}-wieder")
    for number, intent in enumerate(journal.unanswered()):
        journal.intend(f"{life}-wieder-{number}", intent)
        journal.acknowledge(f"{life}-wieder-{number}", again.act(intent))
    for number in range(WALKERS):
        threading.Thread(target=_walk, args=(Walk(database, clock, f"{life}-{number}"), journal), daemon=True).start()
    while True:
        try:
            run_due(database)
        except FallflussError:  # as the scheduler's process does
            continue


def _walk(walk: Walk, journal: Journal) -> None:
    number = 0
    while True:
        walk.clock.at = walk.clock.at + walk.pause()
        intent = walk.plan()
        if intent is None:
            continue
        number += 1
        journal.intend(f"{walk.name}-{number}", intent)
        journal.acknowledge(f"{walk.name}-{number}", walk.act(intent))
