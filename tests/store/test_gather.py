"""Parts of a canton become one database again."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from engine import commands
from engine.cli.deploy import collect
from engine.demo.kanton import Share, Years, live
from engine.demo.simulation import Effects
from engine.model.access import system
from engine.model.clock import FixedClock
from engine.queries.consistency import check
from engine.store.backup.errors import NotEmpty
from engine.store.seed import load_regions
from engine.store.session import Database
from engine.store.tables import Aufgabe, Fall, Instanz, Person, Verlauf

BPMN = Path(__file__).resolve().parents[2] / "bpmn"
BEGAN = datetime(2026, 1, 5, 7, tzinfo=UTC)
YEARS = Years(BEGAN, BEGAN + timedelta(days=45), Effects())
PARTS = [Share("SDOL", 2, 0, 11), Share("SRO", 2, 500, 12)]


@pytest.fixture(scope="module")
def begun(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What all parts begin with."""
    file = tmp_path_factory.mktemp("begun") / "begun.db"
    shutil.copyfile(sqlite_template, file)
    database = Database(f"sqlite:///{file}", clock=FixedClock(BEGAN))
    with database.begin(system()) as session:
        load_regions(session)
        commands.deploy(session, collect((BPMN,)))
        commands.release(session, "Test")
    database.close()
    return file


def lived(begun: Path, folder: Path, target: Database, *, processes: int = 1) -> list[float]:
    """Let the parts live in copies within ``folder`` and gather them; what was told of it."""
    folder.mkdir(exist_ok=True)
    told: list[float] = []
    live(Path(shutil.copyfile(begun, folder / "anfang.db")), PARTS, YEARS, target, processes=processes, progress=told.append)
    return told


def test_parts_that_lived_by_themselves_fit_together(database: Database, clock: FixedClock, begun: Path, tmp_path: Path) -> None:
    clock.at = YEARS.until
    with database.begin(system()) as session:
        load_regions(session)
    assert lived(begun, tmp_path, database)[-1] == 1.0
    with database.begin(system()) as session:
        falls = session.scalars(select(Fall).order_by(Fall.id)).all()
        assert [fall.id for fall in falls if fall.region == "SDOL"][:2] == [1, 2] and [fall.id for fall in falls if fall.region == "SRO"][:2] == [501, 502]
        assert all((fall.id > 500) == fall.region.endswith("SRO") and fall.fall_nr == f"2026-{fall.id:05d}" for fall in falls)
        history = session.scalars(select(Verlauf).order_by(Verlauf.id)).all()
        assert [row.id for row in history] == list(range(1, len(history) + 1))
        assert [row.at for row in history] == sorted(row.at for row in history)
        persons = session.scalars(select(Person).order_by(Person.id)).all()
        assert len({person.id for person in persons}) == len(persons) and {person.fall_id > 500 for person in persons} == {True, False}
        assert {key // 10**9 for key in session.scalars(select(Aufgabe.key))} <= set(session.scalars(select(Instanz.nummer)))
        assert check(session) == []
        assert not database.is_sqlite or session.scalar(text("PRAGMA journal_mode")) == "wal"
        # Whoever comes next gets a number that is free.
        session.add(Fall(region="SRO", fall_nr="nächster", bezeichnung="", phase="", eroeffnet_am=session.now.date()))
        session.flush()


@pytest.mark.soak
def test_it_does_not_matter_how_many_processes_work(begun: Path, tmp_path: Path) -> None:
    found = []
    for processes in (1, 2):
        target = Database(f"sqlite:///{tmp_path / f'{processes}.db'}", clock=FixedClock(YEARS.until))
        target.migrate()
        with target.begin(system()) as session:
            load_regions(session)
        lived(begun, tmp_path / f"teile{processes}", target, processes=processes)
        with target.read(system()) as session:
            found.append([(row.id, row.at, row.command, row.element_key, row.by, row.values) for row in session.scalars(select(Verlauf).order_by(Verlauf.id))])
        target.close()
    assert found[0] == found[1] != []


def test_nothing_is_added_to_a_database_with_cases(sqlite_database: Database, begun: Path, tmp_path: Path) -> None:
    with sqlite_database.begin(system()) as session:
        load_regions(session)
    lived(begun, tmp_path, sqlite_database)
    with pytest.raises(NotEmpty):
        lived(begun, tmp_path / "nochmals", sqlite_database)
