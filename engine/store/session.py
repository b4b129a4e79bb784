"""Opening the database and its transactions. Whoever is at the edge opens one transaction; everything below receives the session."""

from __future__ import annotations

import os
import select
import time
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.base import OptionEngine
from sqlalchemy.exc import ArgumentError, DisconnectionError
from sqlalchemy.orm import Mapper, Session, SessionTransaction, make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value

from engine.model.access import Access
from engine.model.clock import Clock
from engine.store import migrations, planner
from engine.store.errors import DatabaseUrlInvalid, translated
from engine.store.prepared import Call, Prepared, Sent, send
from engine.store.regions import refuse_foreign, require_access
from engine.store.tables import Base, RegionOwned

R = TypeVar("R", bound=RegionOwned)

# How long a transaction waits for another one before it gives up with DatabaseBusy.
_LOCK_SECONDS = 10
# So many statements a SQLite connection keeps ready; the driver's own 128 are fewer than a day's work needs.
_STATEMENTS = 1000
# How long an unused connection to PostgreSQL counts as alive unless its socket says otherwise.
_TRUSTED_SECONDS = 5


class FallSession(Session):
    """One transaction of one person (or the system): ``access`` says who, ``now`` is its single instant (UTC)."""

    def __init__(self, engine: Engine, database: Database, access: Access):
        # What was saved stays readable after the transaction, so that a page can be built from it.
        super().__init__(engine, expire_on_commit=False)
        self.database = database
        self.access = require_access(access)
        self.now: datetime = database.clock.now()
        self.is_writing_checked_rows = False
        # What was read or found out under a lock of this transaction; a rollback, even of a part, ends that.
        self.held: dict[str, Any] = {}
        self.is_reading = False
        self._waiting: list[Call] = []
        self._wire: tuple[SessionTransaction, Connection] | None = None

    def flush(self, objects: Sequence[Any] | None = None) -> None:
        # What the flush itself writes was checked row by row; see engine.store.regions.
        with self._checked_rows(), translated():
            self._send_waiting()
            super().flush(objects)

    def read_rows(self, *calls: Call) -> list[Sent]:
        """Send prepared queries for whatever region; their rows become visible through ``known`` alone, which checks them."""
        self.flush()
        with self._checked_rows():
            return send(self._connected(), calls)

    def known(self, cls: type[R], values: Sequence[Any]) -> R | None:
        """The object of a row read just now, all columns in order, as it is in the database; None when it is another region's."""
        shape: _Shape = _shape(cls)  # type: ignore[arg-type]
        if not (self.access.everywhere or values[shape.region] in self.access.rollen):
            return None
        row = self.identity_map.get(shape.mapper.identity_key_from_primary_key((values[shape.key],)))
        if row is None:
            made: R = self._made(shape, values)
            return made
        for name, value in zip(shape.names, values, strict=True):
            set_committed_value(row, name, value)
        found: R = row
        return found

    def _made(self, shape: _Shape, values: Sequence[Any]) -> Any:
        row = shape.mapper.class_manager.new_instance()
        row.__dict__.update(zip(shape.names, values, strict=True))
        make_transient_to_detached(row)
        self.add(row)
        return row

    def write_rows(self, owner: RegionOwned, calls: Sequence[Call]) -> list[Sent]:
        """Send prepared statements on nothing but the rows of ``owner``, a row that this session has read or made, with what waits.

        For what every step does: the library's unit of work costs several times the statements it sends. What the session still
        has to write must not concern the same rows.

        Raises:
            NotFound: ``owner`` is not in the regions of this session.
        """
        refuse_foreign(self, owner)
        waiting, self._waiting = self._waiting, []
        with self._checked_rows():
            return send(self._connected(), [*waiting, *calls])[len(waiting) :]

    def leave(self) -> None:
        """End a reading transaction, whose objects may have been tried out: nothing of that is written.

        Not by rolling back: after a ROLLBACK the driver for PostgreSQL forgets all it has prepared, and the server plans every query anew.
        """
        self._waiting.clear()
        self.expunge_all()
        if self.is_active:
            self.commit()

    def write_later(self, call: Call) -> None:
        """Send a statement whose answer nobody awaits, on rows of no region, with the next ones; at the latest before the commit."""
        self._waiting.append(call)

    def _send_waiting(self) -> None:
        waiting, self._waiting = self._waiting, []
        if waiting:
            send(self._connected(), waiting)

    def _connected(self) -> Connection:
        """The transaction's connection: asking the library for it costs as much as a small statement."""
        if self._wire is None or self._wire[0] is not self.get_transaction():
            connection = self.connection()
            begun = self.get_transaction()
            assert begun is not None
            self._wire = begun, connection
        return self._wire[1]

    @contextmanager
    def _checked_rows(self) -> Iterator[None]:
        before, self.is_writing_checked_rows = self.is_writing_checked_rows, True
        try:
            yield
        finally:
            self.is_writing_checked_rows = before


@dataclass(frozen=True)
class _Shape:
    """The columns of a table, and where among them its key and its region are."""

    mapper: Mapper[Any]
    names: tuple[str, ...]
    key: int
    region: int


@cache
def _shape(cls: type[RegionOwned]) -> _Shape:
    mapper = inspect(cls)
    names = tuple(column.name for column in mapper.local_table.columns)
    return _Shape(mapper, names, names.index(mapper.primary_key[0].name), names.index("region"))


@event.listens_for(FallSession, "before_commit")
def _send_the_rest(session: FallSession) -> None:
    session.flush()


@event.listens_for(FallSession, "after_soft_rollback")
def _forget_the_rest(session: FallSession, previous: SessionTransaction) -> None:
    session._waiting.clear()
    session._wire = None
    session.held.clear()


class Database:
    """A SQLite file or a PostgreSQL database. One per process; safe for threads, and for forks made before or after its first use."""

    def __init__(self, url: str, *, clock: Clock, is_durable: bool = True):
        """``is_durable`` False: a power cut may cost a SQLite file, so only for one that can be made anew."""
        self.url = normalized(url)
        self.clock = clock
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite(self.url, is_durable=is_durable) if self.is_sqlite else _postgresql(self.url)
        self._reading = _SqliteReading(self.engine) if self.is_sqlite else self.engine.execution_options(**_POSTGRESQL_READING)
        _dispose_in_children(self.engine)
        _dispose_in_children(self._reading)

    @contextmanager
    def begin(self, access: Access) -> Iterator[FallSession]:
        """One writing transaction: committed at the end of the block, rolled back when the block raises.

        Raises:
            Stale, Conflict, DatabaseBusy, DatabaseUnreachable: nothing was saved.
        """
        with translated(), FallSession(self.engine, self, access) as session, session.begin():
            yield session

    @contextmanager
    def read(self, access: Access) -> Iterator[FallSession]:
        """One reading transaction, all of whose queries see the same moment; the database refuses to change anything in it."""
        with translated(), FallSession(self._reading, self, access) as session:
            session.is_reading = True
            yield session
            session.leave()

    def migrate(self) -> None:
        """Bring the schema to the newest version, from whatever version it has; harmless when it is already there."""
        with translated():
            migrations.upgrade(self.engine)
            with self.engine.begin() as connection:
                planner.tell(connection, Base.metadata)
        self.close()  # a connection reads what its planner knows when it opens

    def is_current(self) -> bool:
        """Whether the schema is the one this version of Fallfluss works with."""
        with translated():
            return migrations.is_current(self.engine)

    def close(self) -> None:
        self.engine.dispose()
        self._reading.dispose()


def normalized(url: str) -> URL:
    """The address with the driver Fallfluss uses.

    Raises:
        DatabaseUrlInvalid: another kind of database, no address at all, or a SQLite database in memory.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise DatabaseUrlInvalid("Die Adresse der Datenbank ist nicht lesbar.") from error
    if parsed.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername not in ("sqlite", "sqlite+pysqlite"):
        raise DatabaseUrlInvalid(f"Eine Datenbank der Art «{parsed.drivername}» kennt Fallfluss nicht.")
    if parsed.database in (None, "", ":memory:"):
        raise DatabaseUrlInvalid("Eine SQLite-Datenbank braucht eine Datei.")
    return parsed


# A page's queries must not see a case half before and half after somebody's step.
_POSTGRESQL_READING = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


def _postgresql(url: URL) -> Engine:
    settings = f"-c timezone=UTC -c lock_timeout={_LOCK_SECONDS}s -c idle_in_transaction_session_timeout=60s"
    defaults = {"options": settings, "application_name": "fallfluss", "connect_timeout": str(_LOCK_SECONDS)}
    engine = create_engine(
        url.update_query_dict({name: value for name, value in defaults.items() if name not in url.query}),
        isolation_level="READ COMMITTED",
        pool_size=10,
        max_overflow=20,
        pool_timeout=_LOCK_SECONDS,
    )
    event.listen(engine, "checkin", _note_use)
    event.listen(engine, "checkout", _refuse_dead)
    return engine


def _note_use(connection: Any, record: Any) -> None:
    record.info["used"] = time.monotonic()


def _refuse_dead(connection: Any, record: Any, proxy: Any) -> None:
    """Take another connection when this one is dead: asked for a round trip only after a pause, before by looking at its socket.

    An idle server says nothing; when it does, it is that it has gone.
    """
    if time.monotonic() - record.info.get("used", time.monotonic()) < _TRUSTED_SECONDS:
        socket = select.poll()
        socket.register(connection.fileno(), select.POLLIN)
        is_alive = not socket.poll(0)
    else:
        is_alive = _answers(connection)
    if not is_alive:
        raise DisconnectionError("The connection ended while nobody used it.")


def _answers(connection: Any) -> bool:
    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except psycopg.Error:
        return False
    return True


def _sqlite(url: URL, *, is_durable: bool) -> Engine:
    engine = create_engine(url, pool_size=10, max_overflow=20, pool_timeout=_LOCK_SECONDS, connect_args={"timeout": _LOCK_SECONDS, "cached_statements": _STATEMENTS})
    event.listen(engine, "connect", _prepare_sqlite)
    if not is_durable:
        event.listen(engine, "connect", _do_not_wait_for_the_disk)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, record: Any) -> None:
    # The driver begins transactions late and by its own rules; without an isolation level it leaves them to _begin_sqlite.
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode=WAL")
    # NORMAL would lose the last acknowledged steps when the machine dies; FULL costs about 2 ms for each writing transaction (measured).
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    # Otherwise INSERT OR REPLACE would delete rows without asking the triggers that keep history.
    connection.execute("PRAGMA recursive_triggers=ON")


def _do_not_wait_for_the_disk(connection: Any, record: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA cache_size=-65536")


class _SqliteReading(OptionEngine):
    """The engine of a SQLite file with connections of its own that refuse to write.

    One connection for both would have to be told so anew each time, and then SQLite forgets every statement it has prepared.
    """

    # Not the other engine's, as the library has it.
    pool: Any = None

    def __init__(self, writing: Engine):
        super().__init__(writing, {"reads_only": True})
        self.pool = writing.pool.recreate()
        event.listen(self.pool, "connect", _refuse_writing)


def _refuse_writing(connection: Any, record: Any) -> None:
    connection.execute("PRAGMA query_only=ON")


def _begin_sqlite(connection: Connection) -> None:
    # IMMEDIATE takes the write lock at once: a transaction that reads first and writes later could otherwise meet another one
    # half-way, which SQLite answers with an error that waiting does not cure.
    send(connection, [Call(_BEGIN[connection.get_execution_options().get("reads_only", False)], [{}])])


_BEGIN = {True: Prepared(text("BEGIN")), False: Prepared(text("BEGIN IMMEDIATE"))}


def _dispose_in_children(engine: Engine) -> None:
    # A connection shared by two processes corrupts both; the child forgets the parent's without closing them.
    reference = weakref.ref(engine)

    def dispose() -> None:
        inherited = reference()
        if inherited is not None:
            inherited.dispose(close=False)

    os.register_at_fork(after_in_child=dispose)
