"""The migrated schema is the one the tables describe, and what must only grow does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import delete, select, text, update

from engine.model.access import system
from engine.store import audit
from engine.store.errors import Conflict
from engine.store.session import Database
from engine.store.tables import Base, Verlauf, Zugriff

KINDS = ["sqlite", "postgresql"]


def test_the_migrated_schema_is_that_of_the_tables(database: Database):
    with database.engine.connect() as connection:
        # SQLite numbers rows by itself, which Alembic takes for a missing default.
        opts = {"compare_type": True, "compare_server_default": not database.is_sqlite, "include_object": _is_meant_for(connection.dialect.name)}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, Base.metadata) == []


def _is_meant_for(dialect: str) -> Callable[..., bool]:
    """Alembic compares also what the tables say of the other kind of database."""
    return lambda thing, *_: getattr(thing, "_ddl_if", None) is None or thing._ddl_if.dialect == dialect


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_database_becomes_current_and_stays_so(empty_database: Callable[[str], Database], kind: str):
    database = empty_database(kind)
    assert not database.is_current()
    for _ in range(2):
        database.migrate()
        assert database.is_current()


@pytest.mark.parametrize("kind", KINDS)
def test_a_migration_that_fails_leaves_nothing(empty_database: Callable[[str], Database], kind: str):
    database = empty_database(kind)
    with database.begin(system()) as session:
        session.execute(text("CREATE TABLE zugriff (x integer)"))
    with pytest.raises(Exception, match="zugriff"):
        database.migrate()
    with database.begin(system()) as session:
        session.execute(text("CREATE TABLE fall (x integer)"))


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("statement", [delete(Zugriff), update(Zugriff).values(konto="x"), delete(Verlauf), update(Verlauf).values(by="x")], ids=str)
def test_history_and_access_log_only_grow(database: Database, statement: Any):
    with database.begin(system()) as session:
        audit.log(session, "gelesen", "Fall 1")
    with pytest.raises(Conflict, match="nichts gespeichert"), database.begin(system()) as session:
        session.execute(statement)
    with database.read(system()) as session:
        assert [row.konto for row in session.scalars(select(Zugriff))] == ["system"]
        assert len(session.scalars(select(Verlauf)).all()) == 2


def test_a_row_of_the_log_is_not_replaced(sqlite_database: Database):
    with sqlite_database.begin(system()) as session:
        audit.log(session, "gelesen", "Fall 1")
    with pytest.raises(Conflict), sqlite_database.begin(system()) as session:
        session.execute(text("INSERT OR REPLACE INTO zugriff (id, at, konto, art, was) VALUES (1, '2026-03-02', 'x', 'x', 'x')"))


def test_the_log_says_who_what_and_when(database: Database):
    token = audit.request_id.set("r-1")
    with database.begin(system("meier")) as session:
        audit.log(session, "x" * 30, "y" * 200, fall_id=7, region="SDOL")
    audit.request_id.reset(token)
    with database.read(system()) as session:
        row = session.scalars(select(Zugriff)).one()
        assert (row.at, row.konto, row.art, row.was) == (database.clock.now(), "meier", "x" * 20, "y" * 120)
        assert (row.fall_id, row.region, row.request_id) == (7, "SDOL", "r-1")


def test_the_scripts_are_part_of_the_package():
    assert (Path(audit.__file__).parent / "migrations" / "env.py").exists()
