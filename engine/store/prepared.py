"""Statements that every step sends: put together once, and sent to PostgreSQL several at a time.

A step reads and writes a handful of rows, always in the same way. The library's way to each of them costs several times the statement, and
PostgreSQL would be asked for one after the other, each waiting for the last answer. Here a statement is compiled once for each kind of
database; its values and rows pass through the types of their columns as everywhere else; and several statements make one round trip
(PostgreSQL's pipeline), in their order and in the session's transaction. Listeners on the engine hear each of them, errors are the library's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Dialect, Executable, insert
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from engine.store.pipeline import at_once

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Sent:
    """What came back for a statement: its rows, or how many it touched."""

    rows: Sequence[tuple[Any, ...]]
    count: int


class Prepared:
    """A statement whose values are given by name. ``filled`` are the columns that an INSERT fills, with what they hold unless it is given."""

    def __init__(self, statement: Executable, filled: Values | None = None):
        self._statement: Any = statement
        self._filled = filled
        self._for: dict[str, _Compiled] = {}

    def on(self, dialect: Dialect) -> _Compiled:
        found = self._for.get(dialect.name)
        if found is None:
            found = self._for[dialect.name] = _Compiled(self._statement, self._filled, dialect)
        return found


@dataclass(frozen=True)
class Call:
    """A prepared statement with its values; with several it is sent for each of them, and brings no rows."""

    statement: Prepared
    values: list[Values]


def insertion(table: Any) -> Prepared:
    """An INSERT of all columns but the number that the database gives; what is not named is the column's default, or nothing."""
    columns = [column for column in table.__table__.columns if column.identity is None]
    return Prepared(insert(table.__table__).inline(), {column.name: _default(column) for column in columns})


def _default(column: Column[Any]) -> Any:
    return column.default.arg if isinstance(column.default, ScalarElementColumnDefault) else None


class _Compiled:
    def __init__(self, statement: Any, filled: Values | None, dialect: Dialect):
        compiled = statement.compile(dialect=dialect, column_keys=None if filled is None else list(filled))
        bound, columns = compiled.binds.items(), getattr(statement, "selected_columns", ())
        self.text: str = compiled.string
        self.has_rows = bool(columns)
        self._given = filled if filled is not None else {name: one.effective_value for name, one in bound if not one.required}
        self._order: Sequence[str] | None = compiled.positiontup
        self._into = _needed((name, one.type.dialect_impl(dialect).bind_processor(dialect)) for name, one in bound)
        self._outof = _needed((number, one.type.dialect_impl(dialect).result_processor(dialect, None)) for number, one in enumerate(columns))

    def parameters(self, values: Values) -> Any:
        """The values as the driver takes them: by name for PostgreSQL, in their order for SQLite."""
        full = {**self._given, **values}
        for name, convert in self._into:
            full[name] = convert(full[name])
        return full if self._order is None else tuple([full[name] for name in self._order])

    def row(self, found: Sequence[Any]) -> tuple[Any, ...]:
        read = list(found)
        for number, convert in self._outof:
            read[number] = convert(read[number])
        return tuple(read)


def _needed(found: Iterable[tuple[Any, Callable[[Any], Any] | None]]) -> list[tuple[Any, Callable[[Any], Any]]]:
    return [(name, convert) for name, convert in found if convert is not None]


def send(connection: Connection, calls: Sequence[Call]) -> list[Sent]:
    """Send all of them in one go and wait for their answers."""
    cursors: list[tuple[_Compiled, Any]] = []
    driver, listeners = connection.connection, tuple(connection.dispatch.before_cursor_execute)
    with _together(connection):
        for call in calls:
            compiled, cursor = call.statement.on(connection.dialect), driver.cursor()
            cursors.append((compiled, cursor))
            _execute(connection, cursor, compiled, call.values, listeners)
    return [_answer(*one) for one in cursors]


def _execute(connection: Connection, cursor: Any, compiled: _Compiled, values: Sequence[Values], listeners: Iterable[Callable[..., Any]]) -> None:
    many = len(values) > 1
    parameters = [compiled.parameters(one) for one in values] if many else compiled.parameters(values[0])
    for listener in listeners:
        listener(connection, cursor, compiled.text, parameters, None, many)
    try:
        (cursor.executemany if many else cursor.execute)(compiled.text, parameters)
    except connection.dialect.loaded_dbapi.Error as error:
        _raise(connection, error, cursor, compiled.text)


def _answer(compiled: _Compiled, cursor: Any) -> Sent:
    rows = [compiled.row(found) for found in cursor.fetchall()] if compiled.has_rows else ()
    count = cursor.rowcount
    cursor.close()
    return Sent(rows, count)


@contextmanager
def _together(connection: Connection) -> Iterator[None]:
    """PostgreSQL answers once, at the end; an error of any of the statements comes then."""
    if connection.dialect.name != "postgresql":
        yield
        return
    driver: Any = connection.connection.dbapi_connection
    try:
        with at_once(driver):
            yield
    except connection.dialect.loaded_dbapi.Error as error:
        _raise(connection, error, None, "")


def _raise(connection: Connection, error: Exception, cursor: Any, text: str) -> None:
    # The library's own handling: it also notices that the connection is gone, and takes it out of the pool.
    connection._handle_dbapi_exception(error, text, None, cursor, None)
