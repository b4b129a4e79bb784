"""Databases on which the real diagrams are released, and the order in which scenarios are told."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.model.clock import FixedClock
from engine.store.session import Database
from tests.freigabe import release_all
from tests.scenarios.akte import Akte
from tests.scenarios.nebenakte import Nebenakte
from tests.scenarios.wege import LAST, pytest_runtest_logreport, remember


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    """A SQLite file to copy, so that the diagrams are deployed once."""
    file = tmp_path_factory.mktemp("released") / "fallfluss.db"
    shutil.copyfile(sqlite_template, file)
    database = Database(f"sqlite:///{file}", clock=FixedClock(datetime(2026, 3, 2, tzinfo=UTC)))
    release_all(database)
    database.close()
    return file


__all__ = ["pytest_runtest_logreport"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What judges all scenarios comes after them."""
    items.sort(key=lambda item: item.nodeid.startswith(LAST))


@pytest.fixture
def akte(released: Path, tmp_path: Path, clock: FixedClock) -> Iterator[Akte]:
    """A case of the region SDOL on SQLite, on 2 March 2026."""
    file = tmp_path / "fall.db"
    shutil.copyfile(released, file)
    database = Database(f"sqlite:///{file}", clock=clock)
    case = Akte(database, clock)
    yield case
    remember(database, proves=case.proves)
    database.close()


@pytest.fixture
def akte_everywhere(database: Database, clock: FixedClock) -> Akte:
    """The same on each kind of database, for the few scenarios that are told twice."""
    release_all(database)
    return Akte(database, clock)


@pytest.fixture
def nebenakte(released: Path, tmp_path: Path, clock: FixedClock) -> Iterator[Nebenakte]:
    """The same, for what runs beside a case."""
    file = tmp_path / "neben.db"
    shutil.copyfile(released, file)
    database = Database(f"sqlite:///{file}", clock=clock)
    case = Nebenakte(database, clock).allow_all()
    yield case
    remember(database, proves=True)
    database.close()
