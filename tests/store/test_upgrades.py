"""An older installation with running cases becomes a current one, and its people go on where they were.

``alte_staende.tar.xz`` holds a demonstration of five cases as the code of its day left it, for every version of the schema that the main line
ever had at a merge (0002 is the first; the versions between them were never there alone). They were made once, on SQLite, by that code. For
PostgreSQL the schema of that day is made by its migrations, and the same rows are put into it.
"""

from __future__ import annotations

import sqlite3
import tarfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Boolean, MetaData, func, select, text

from engine import commands, queries
from engine.demo.answers import fill
from engine.model.access import system
from engine.model.clock import FixedClock
from engine.queries.consistency import check
from engine.scheduling.due import run_due
from engine.store import migrations
from engine.store.session import Database
from engine.store.tables import Aufgabe, Fall, Instanz, Timer, Verlauf

ARCHIVE = Path(__file__).with_name("alte_staende.tar.xz")
VERSIONS = ("0002", "0003", "0005", "0013", "0014", "0019", "0023", "0026", "0027")
A_YEAR = timedelta(days=365)
MADE_AT = datetime(2026, 11, 2, 8, tzinfo=UTC)
# What «make test» tries on PostgreSQL; «make soak» tries all.
SOME = ("0002", "0014", "0027")


@pytest.fixture(scope="module")
def old() -> dict[str, sqlite3.Connection]:
    """Each old database, in memory."""
    found = {}
    with tarfile.open(ARCHIVE) as archive:
        for version in VERSIONS:
            file = archive.extractfile(f"{version}.sql")
            assert file is not None
            found[version] = sqlite3.connect(":memory:", check_same_thread=False)
            found[version].executescript(file.read().decode())
    return found


@pytest.mark.parametrize("version", VERSIONS)
def test_running_cases_survive_an_upgrade(empty_database: Callable[[str], Database], old: dict[str, sqlite3.Connection], version: str) -> None:
    database = empty_database("sqlite")
    with sqlite3.connect(str(database.url.database)) as file:
        old[version].backup(file)
    file.close()
    goes_on(database)


@pytest.mark.parametrize("version", [pytest.param(version, marks=[] if version in SOME else [pytest.mark.soak]) for version in VERSIONS])
def test_running_cases_survive_an_upgrade_on_postgresql(empty_database: Callable[[str], Database], old: dict[str, sqlite3.Connection], version: str) -> None:
    database = empty_database("postgresql")
    upgrade_to(database, version)
    copy_rows(old[version], database)
    goes_on(database)


def goes_on(database: Database) -> None:
    """Upgraded, everything agrees with the states, every open task can be completed, timers fire, and all of it is in the history."""
    database.clock = clock = FixedClock(MADE_AT)
    before = counts(database)
    database.migrate()
    with database.read(system()) as session:
        assert check(session) == []
        keys = session.scalars(select(Aufgabe.key).where(Aufgabe.zustand == "CREATED").order_by(Aufgabe.key)).all()
        waiting = session.scalars(select(Timer.key).where(Timer.due_at < MADE_AT + A_YEAR)).all()
    assert keys and waiting and counts(database) == before
    for key in keys:
        complete(database, key)
    clock.at = MADE_AT + A_YEAR
    worked = run_due(database)
    assert (worked.failures, worked.timers > 0) == (0, True)
    with database.read(system()) as session:
        assert check(session) == [] and not session.scalars(select(Timer).where(Timer.key.in_(waiting))).all()
        assert not session.scalar(select(func.count()).select_from(Instanz).where(Instanz.has_incident))
        assert session.scalar(select(func.count(Verlauf.id)).where(Verlauf.element_key.in_(keys), Verlauf.command == "complete_task")) == len(keys)


def complete(database: Database, key: int) -> None:
    with database.begin(system()) as session:
        view = queries.task(session, key)
        commands.complete_task(session, key, fill(view.form, view.values, given={}, rng=Random(key), now=session.now) if view.form else {})


def counts(database: Database) -> list[int]:
    with database.engine.connect() as connection:
        return [int(connection.execute(text(f"SELECT count(*) FROM {table.__tablename__}")).scalar_one()) for table in (Fall, Instanz, Aufgabe, Timer, Verlauf)]


def upgrade_to(database: Database, version: str) -> None:
    config = migrations.configuration()
    with database.engine.connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, version)


def copy_rows(old: sqlite3.Connection, database: Database) -> None:
    """All rows as they are; the numbers that the database gives go on behind them."""
    with database.engine.begin() as connection:
        shape = MetaData()
        shape.reflect(connection)
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for table in shape.tables.values():
            copy_table(old, connection, table)


def copy_table(old: sqlite3.Connection, connection: Any, table: Any) -> None:
    names = [column.name for column in table.columns]
    are_truths = [isinstance(column.type, Boolean) for column in table.columns]
    connection.exec_driver_sql(f'DELETE FROM "{table.name}"')  # what a migration put there
    rows = [
        tuple(bool(value) if is_truth and value is not None else value for value, is_truth in zip(row, are_truths, strict=True))
        for row in old.execute(f'SELECT {", ".join(f"{name!r}".replace(chr(39), chr(34)) for name in names)} FROM "{table.name}"')
    ]
    if rows:
        columns, places = ", ".join(f'"{name}"' for name in names), ", ".join(["%s"] * len(names))
        connection.exec_driver_sql(f'INSERT INTO "{table.name}" ({columns}) OVERRIDING SYSTEM VALUE VALUES ({places})', rows)
    for name in names:
        if connection.exec_driver_sql("SELECT pg_get_serial_sequence(%s, %s)", (f'"{table.name}"', name)).scalar():
            connection.exec_driver_sql(f"""SELECT setval(pg_get_serial_sequence('"{table.name}"', '{name}'), coalesce(max("{name}"), 1)) FROM "{table.name}" """)
