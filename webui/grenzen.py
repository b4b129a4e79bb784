"""How often the same machine may try: counted for all processes of an installation together.

With PostgreSQL the counters are rows, because several processes serve it (``engine.cli.serve``); with SQLite one process does, and its
memory is enough.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from limits.storage import MemoryStorage, Storage
from sqlalchemy.exc import SQLAlchemyError

from engine.model.access import system
from engine.store import zaehler
from engine.store.session import Database, FallSession

limiter = Limiter(get_remote_address)
COUNTER = system("ratengrenze")


def settings(database: Database) -> dict[str, Any]:
    """Where the limits of pages are counted, for the application's configuration."""
    if database.is_sqlite:
        return {"RATELIMIT_STORAGE_URI": "memory://", "RATELIMIT_STORAGE_OPTIONS": {}}
    return {"RATELIMIT_STORAGE_URI": "fallfluss://", "RATELIMIT_STORAGE_OPTIONS": {"database": database}}


def storage(database: Database) -> Storage:
    """Where the requests of programs are counted."""
    return MemoryStorage() if database.is_sqlite else Zaehlerspeicher(database=database)


class Zaehlerspeicher(Storage):
    """The counters of ``engine.store.zaehler`` for the library that knows the limits."""

    STORAGE_SCHEME = ["fallfluss"]  # noqa: RUF012

    def __init__(self, uri: str | None = None, *, database: Database, wrap_exceptions: bool = False):
        super().__init__(uri, wrap_exceptions=wrap_exceptions)
        self._database = database

    @property
    def base_exceptions(self) -> type[Exception]:
        return SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        with self._begin() as session:
            return zaehler.count(session, key, seconds=expiry, amount=amount)

    def get(self, key: str) -> int:
        with self._database.read(COUNTER) as session:
            return zaehler.counted(session, key)

    def get_expiry(self, key: str) -> float:
        with self._database.read(COUNTER) as session:
            return zaehler.until(session, key).timestamp()

    def check(self) -> bool:
        return True

    def reset(self) -> int:
        with self._begin() as session:
            return zaehler.forget(session)

    def clear(self, key: str) -> None:
        with self._begin() as session:
            zaehler.forget(session, key)

    def _begin(self) -> AbstractContextManager[FallSession]:
        return self._database.begin(COUNTER)
