"""SQLite finds the rows of a case by the case, not by reading its region."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.dialects.sqlite import dialect

from engine.store import steps
from engine.store.session import Database
from engine.store.tables import Base

OWNED = [table.name for table in Base.metadata.sorted_tables if {"region", "fall_id"} <= set(table.columns.keys())]


@pytest.fixture
def sqlite(empty_database: Callable[[str], Database]) -> Database:
    database = empty_database("sqlite")
    database.migrate()
    return database


def plan(database: Database, question: str) -> str:
    with database.engine.connect() as connection:
        return "\n".join(str(row[3]) for row in connection.execute(text(f"EXPLAIN QUERY PLAN {question}")))


@pytest.mark.parametrize("table", OWNED)
def test_the_rows_of_a_case_are_not_looked_for_in_the_whole_region(sqlite: Database, table: str):
    found = plan(sqlite, f"SELECT * FROM fall LEFT JOIN {table} t ON t.fall_id = fall.id AND t.region IN ('SRO') WHERE fall.region = 'SRO'")
    assert f"ix_{table}_region" not in found
    assert "fall_id=?" in found or "INTEGER PRIMARY KEY (rowid=?)" in found


def test_what_was_counted_is_not_forgotten(sqlite: Database):
    with sqlite.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE sqlite_stat1 SET stat = '7 7' WHERE idx = 'ix_person_region'")
    sqlite.migrate()
    assert _known(sqlite)["ix_person_region"] == "7 7"


def _known(database: Database) -> dict[str, Any]:
    with database.engine.connect() as connection:
        return dict(connection.exec_driver_sql("SELECT idx, stat FROM sqlite_stat1").all())


def test_what_a_step_asks_for_is_planned_once():
    """A state handed along as a value would be planned with anew at each call: an index keeps what is open by it."""
    sent = steps._OPEN.on(dialect()).text
    assert sent.count("zustand = 'CREATED'") == 2 and "zustand = ?" not in sent
