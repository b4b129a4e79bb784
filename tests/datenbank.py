"""Every test has a database of its own, opened as an installation opens it; what is the same for all of one kind is worked out once."""

from __future__ import annotations

from sqlalchemy import Engine

from engine.model.clock import Clock
from engine.store.session import Database

# By kind of database: how it is spoken to, and the SQL of every statement sent so far. A process otherwise has one database only.
_known: dict[str, Engine] = {}
_STATEMENTS = 2000


def opened(url: str, clock: Clock) -> Database:
    """The database at ``url``. A SQLite file does not wait for the disk, as the tests' PostgreSQL does not: it ends with the test."""
    database = Database(url, clock=clock, is_durable=False)
    known = _known.setdefault(database.url.get_backend_name(), database.engine)
    if known is database.engine:
        known._compiled_cache.capacity = _STATEMENTS  # type: ignore[union-attr]
        known.connect().close()
    for engine in (database.engine, database._reading):
        engine.dialect, engine._compiled_cache = known.dialect, known._compiled_cache
    return database
