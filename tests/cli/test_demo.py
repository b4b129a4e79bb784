"""Demo data: made by the real commands, the same every time, and never mixed with real data."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from engine.model.access import system
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
