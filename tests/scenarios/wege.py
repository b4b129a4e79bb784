"""Which ways through the diagrams the scenarios of this process took, and which scenarios those were."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from sqlalchemy import select

from engine.model.access import system
from engine.store.session import Database
from engine.store.tables import Verlauf

FOLDERS = ("tests/scenarios/", "tests/uebergabe/")
LAST = "tests/scenarios/test_zuletzt.py"
# Process and id of every sequence flow taken by a scenario that looked at a segment, a date or an end.
TAKEN: set[tuple[str, str]] = set()
# The scenarios that were told here, whatever they looked at.
TOLD: set[str] = set()


def scenarios(nodeids: Iterable[str]) -> set[str]:
    """Those that take part in the count."""
    return {id for id in nodeids if id.startswith(FOLDERS) and not id.startswith(LAST)}


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """A hook for the conftest files of these folders."""
    if report.when == "call" and report.passed:
        TOLD.add(report.nodeid.split("@")[0])


def remember(database: Database, *, proves: bool) -> None:
    """The flows in the history of everything that ran in this database."""
    if proves:
        with database.read(system()) as session:
            for events in session.scalars(select(Verlauf.events)):
                TAKEN.update((event[4], event[2]) for event in events if event[0] == "taken")
