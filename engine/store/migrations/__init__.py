"""The schema's versions (Alembic). A new one: change ``tables.py``, then ``python -m engine.store.migrations "what changes"``; read what it wrote."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine


def upgrade(engine: Engine) -> None:
    """Bring the schema to the newest version in one transaction."""
    config = configuration()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def is_current(engine: Engine) -> bool:
    """Whether the database has exactly the newest version."""
    with engine.connect() as connection:
        return set(MigrationContext.configure(connection).get_current_heads()) == set(ScriptDirectory.from_config(configuration()).get_heads())


def configuration() -> Config:
    """Alembic's settings, without a file."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config
