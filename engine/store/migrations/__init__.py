"""The schema's versions (Alembic). A new one: change ``engine.store.tables``, then ``python -m engine.store.migrations "what changes"``; read what it wrote."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine


def upgrade(engine: Engine) -> None:
    """Bring the schema to the newest version in one transaction."""
    config = configuration()
    with engine.connect() as connection, _references_may_break(connection), connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextmanager
def _references_may_break(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by making it anew and dropping the old one, which rows of other tables still mention at that moment.

    It listens to the switch only outside of a transaction, and the library begins one with its first statement; hence the driver's own call.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def is_current(engine: Engine) -> bool:
    """Whether the database has exactly the newest version."""
    with engine.connect() as connection:
        return set(MigrationContext.configure(connection).get_current_heads()) == set(ScriptDirectory.from_config(configuration()).get_heads())


def current(connection: Connection) -> str:
    """The version of the schema that the database has; empty when it has none."""
    return ", ".join(sorted(MigrationContext.configure(connection).get_current_heads()))


def configuration() -> Config:
    """Alembic's settings, without a file."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config
