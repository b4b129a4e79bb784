from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import delete, update

from engine.cli import main
from engine.model.access import system
from engine.store.session import Database
from engine.store.tables import Aufgabe, Instanz, Timer
from tests.commands.conftest import Desk


def doctor(database: Database, *args: str) -> Result:
    return CliRunner(env={"DATABASE_URL": database.url.render_as_string(hide_password=False)}).invoke(main, ["doctor", *args])


def spoiled(desk: Desk, *statements) -> Desk:
    desk.open()
    with desk.database.begin(system()) as session:
        for statement in statements:
            session.execute(statement)
    return desk


def test_a_sound_database_is_found_sound(desk: Desk):
    desk.open()
    result = doctor(desk.database)
    assert result.exit_code == 0 and "Alles passt zusammen." in result.output


@pytest.mark.parametrize("damage", [
    pytest.param(lambda: delete(Timer), id="deadlines are lost"),
    pytest.param(lambda: delete(Aufgabe), id="tasks are lost"),
    pytest.param(lambda: update(Aufgabe).values(zustand="CANCELED"), id="a task was closed by hand"),
    pytest.param(lambda: update(Instanz).values(has_incident=True), id="an incident that is none"),
    pytest.param(lambda: update(Instanz).values(zustand="completed"), id="an end that is none"),
])
def test_what_contradicts_the_state_is_found_and_repaired(desk: Desk, damage):
    spoiled(desk, damage())
    found = doctor(desk.database)
    assert found.exit_code == 1 and "Befunde bleiben" in found.output
    repaired = doctor(desk.database, "--repair")
    assert repaired.exit_code == 0 and "berichtigt" in repaired.output, repaired.output
    assert doctor(desk.database).exit_code == 0
    desk.complete("pruefen", ok=False)


def test_a_reference_that_leads_nowhere_is_found(sqlite_database: Database):
    # As a tool would that knows nothing of references.
    with closing(sqlite3.connect(sqlite_database.url.database or "")) as connection:
        connection.execute("INSERT INTO konto_rolle (login, region, rolle) VALUES ('niemand', 'SDOL', 'intake')")
        connection.commit()
    result = doctor(sqlite_database)
    assert result.exit_code == 1 and "konto_rolle" in result.output
