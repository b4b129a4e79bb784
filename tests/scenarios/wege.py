"""Which ways through the diagrams the scenarios of this run took, and which scenarios those were, in whichever process they were told."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select

from engine.model.access import system
from engine.store.session import Database
from engine.store.tables import Verlauf

FOLDERS = ("tests/scenarios/", "tests/uebergabe/")
LAST = "tests/scenarios/test_zuletzt.py"
# One folder for all processes of a run: each writes into a file of its own.
SHARED = Path(tempfile.gettempdir()) / f"fallfluss_wege_{os.environ.get('PYTEST_XDIST_TESTRUNUID', os.getpid())}"

_failed: set[str] = set()
_taken: set[tuple[str, str]] = set()


@dataclass(frozen=True, slots=True)
class Told:
    """What all processes wrote so far."""

    scenarios: set[str]
    failed: set[str]
    # Process and id of every sequence flow taken by a scenario that looked at a segment, a date or an end.
    taken: set[tuple[str, str]]


def scenarios(nodeids: Iterable[str]) -> set[str]:
    """Those that take part in the count."""
    return {id for id in nodeids if id.startswith(FOLDERS) and not id.startswith(LAST)}


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """A hook for the conftest files of these folders: a scenario is written down when all of it, its fixtures too, is over."""
    id = report.nodeid.split("@")[0]
    if report.failed:
        _failed.add(id)
    if report.when == "teardown" and scenarios([id]):
        _write({"id": id, "failed": id in _failed, "taken": sorted(_taken)})
        _taken.clear()


def remember(database: Database, *, proves: bool) -> None:
    """The flows in the history of everything that ran in this database."""
    if proves:
        with database.read(system()) as session:
            for events in session.scalars(select(Verlauf.events)):
                _taken.update((event[4], event[2]) for event in events if event[0] == "taken")


def told() -> Told:
    """Reads what every process of this run wrote."""
    lines = [json.loads(line) for file in SHARED.glob("*.jsonl") for line in file.read_text().split("\n")[:-1]]
    return Told(
        scenarios={line["id"] for line in lines},
        failed={line["id"] for line in lines if line["failed"]},
        taken={(process, flow) for line in lines for process, flow in line["taken"]},
    )


def _write(line: dict[str, object]) -> None:
    SHARED.mkdir(exist_ok=True)
    with (SHARED / f"{os.getpid()}.jsonl").open("a") as file:
        file.write(json.dumps(line) + "\n")
