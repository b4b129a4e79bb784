"""Every test has a database of its own, opened as an installation opens it; what is the same for all of one kind is worked out once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import JSON, Connection, Engine, MetaData, Table, func, insert, select

from engine.model.clock import Clock
from engine.store.session import Database
from engine.store.tables import Base

Rows = dict[str, list[dict[str, Any]]]
Build = Callable[[Database], Any]

# By kind of database: how it is spoken to, and the SQL of every statement sent so far. A process otherwise has one database only.
_known: dict[str, Engine] = {}
_STATEMENTS = 2000
_COPIES = MetaData()
# What a preparation wrote and gave, by kind of database and instant.
_prepared: dict[tuple[Build, str, datetime], tuple[Rows, Any]] = {}


def opened(url: str, clock: Clock) -> Database:
    """The database at ``url``. A SQLite file does not wait for the disk, as the tests' PostgreSQL does not: it ends with the test."""
    database = Database(url, clock=clock, is_durable=False)
    known = _known.setdefault(_kind(database), database.engine)
    if known is database.engine:
        known._compiled_cache.capacity = _STATEMENTS  # type: ignore[union-attr]
        known.connect().close()
    for engine in (database.engine, database._reading):
        engine.dialect, engine._compiled_cache = known.dialect, known._compiled_cache
    return database


def prepared(database: Database, build: Build) -> Any:
    """Do ``build(database)``, which only adds rows; gives what it gives.

    The first test on each kind of database really does it; the others get a copy of the rows it added, in a fraction of the time.
    """
    key = (build, _kind(database), database.clock.now())
    if key in _prepared:
        copy_rows(database, _prepared[key][0])
    else:
        before, given = rows_of(database), build(database)
        _prepared[key] = _added(before, rows_of(database)), given
    return _prepared[key][1]


def rows_of(database: Database) -> Rows:
    """Everything that is in the database, by table."""
    with database.engine.connect() as connection:
        return {
            table.name: [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()]
            for table in Base.metadata.sorted_tables
        }


def copy_rows(database: Database, rows: Rows) -> None:
    """Add these rows as they are, with their keys."""
    with database.engine.begin() as connection:
        for table in _to_copy():
            if rows[table.name]:
                connection.execute(insert(table), rows[table.name])
                _number_on(connection, table)


def _kind(database: Database) -> str:
    return database.url.get_backend_name()


def _added(before: Rows, after: Rows) -> Rows:
    assert all(row in after[name] for name, rows in before.items() for row in rows), "a preparation that changes rows cannot be copied"
    return {name: [row for row in rows if row not in before[name]] for name, rows in after.items()}


@cache
def _to_copy() -> list[Table]:
    """The tables, such that what was never filled in stays so: JSON knows a null of its own besides the database's."""
    copies = [table.to_metadata(_COPIES) for table in Base.metadata.sorted_tables]
    for column in (column for table in copies for column in table.columns if type(column.type) is JSON):
        column.type = JSON(none_as_null=True)
    return copies


def _number_on(connection: Connection, table: Any) -> None:
    """PostgreSQL does not count keys that were given to it."""
    if connection.dialect.name == "postgresql":
        for column in table.columns:
            if column.identity is not None:
                sequence = func.pg_get_serial_sequence(table.name, column.name)
                connection.execute(select(func.setval(sequence, select(func.max(column)).scalar_subquery())))
