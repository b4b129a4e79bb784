"""Regions, and everything under ``bpmn/`` as the first release: deployed for real once in each test process, copied row by row afterwards."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Connection, func, insert, select

from engine import commands
from engine.model.access import system
from engine.model.clock import FixedClock
from engine.store.seed import load_regions
from engine.store.session import Database
from engine.store.tables import Base
from tests.diagrams.drawn import BPMN

Rows = dict[str, list[dict[str, Any]]]


def release_all(database: Database) -> None:
    """Fill an empty, migrated database. Checking a hundred files takes seconds, their rows milliseconds."""
    rows = _rows(database.clock.now())
    with database.engine.begin() as connection:
        for table in Base.metadata.sorted_tables:
            if rows[table.name]:
                connection.execute(insert(table), rows[table.name])
                _number_on(connection, table)


@cache
def _rows(at: datetime) -> Rows:
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/fallfluss.db", clock=FixedClock(at))
        database.migrate()
        with database.begin(system()) as session:
            load_regions(session)
            commands.deploy(session, {path.relative_to(BPMN).as_posix(): path.read_bytes() for path in sorted(BPMN.rglob("*")) if path.is_file()})
            commands.release(session, "Test")
        with database.engine.connect() as connection:
            found = {table.name: [dict(row) for row in connection.execute(select(table)).mappings()] for table in Base.metadata.sorted_tables}
        database.close()
    return found


def _number_on(connection: Connection, table: Any) -> None:
    """PostgreSQL does not count keys that were given to it."""
    if connection.dialect.name == "postgresql":
        for column in table.columns:
            if column.identity is not None:
                sequence = func.pg_get_serial_sequence(table.name, column.name)
                connection.execute(select(func.setval(sequence, select(func.max(column)).scalar_subquery())))
