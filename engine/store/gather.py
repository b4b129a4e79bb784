"""SQLite files that began as copies of one and went on by themselves, put together in an empty database of either kind.

What they began with is taken once. Numbers that a database gives itself are given anew, so that the parts do not meet. Cases and instances
keep theirs, which stand in what people read and in every key: each part has to begin counting elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from heapq import merge
from itertools import chain, count, islice
from operator import itemgetter
from typing import Any

from sqlalchemy import JSON, Column, Connection, Integer, Table, Text, column, func, insert, select
from sqlalchemy import table as lightweight
from sqlalchemy.dialects import sqlite
from sqlalchemy.types import NullType, TypeEngine

from engine.store.backup import SEEDED, number_on
from engine.store.backup.errors import NotEmpty
from engine.store.session import Database
from engine.store.tables import Base, Fall, Instanz, Verlauf, Zugriff
from engine.store.verschluss import Verschlossen

BATCH = 2000
KEPT = (Fall.__table__, Instanz.__table__)
# Read in the order of their numbers, which shall be that of time also where parts meet. Nothing refers to them.
IN_TIME = (Verlauf.__table__, Zugriff.__table__)
_SQLITE = sqlite.dialect()

# The values of all columns, in their order, as SQLite holds them: a canton has millions of rows, and most of them stay as they are.
Row = tuple[Any, ...]


@dataclass
class Part:
    """A database, and the number after which its cases and instances begin. ``shifts``: by how much its other numbers move, by table."""

    connection: Connection
    first: int
    shifts: dict[Table, int] = field(default_factory=dict)

    def new_rows(self, table: Table, after: int | None) -> Iterator[Row]:
        """Its rows of a table with their new numbers, and those of what they refer to; ``after`` is the last number it began with."""
        rows = _rows(self.connection, table, self.first if table in KEPT else after)
        moved = [(place, by) for of, to in _references(table) if (by := self.shifts.get(to)) for place in [_place(of)]]
        return (_moved(row, moved) for row in rows) if moved else rows


def gather(base: Database, parts: Sequence[tuple[Database, int]], target: Database) -> None:
    """Put ``parts``, once copies of ``base``, each with the number after which its cases begin, into ``target``; all of it or nothing.

    Raises:
        NotEmpty: the target holds rows where some are to come.
    """
    with ExitStack() as stack:
        origin = stack.enter_context(base.engine.connect())
        opened = [Part(stack.enter_context(part.engine.connect()), first) for part, first in parts]
        target.close()  # for the next lines it must be in nobody's hands
        into = stack.enter_context(target.engine.connect())
        stack.enter_context(_written_once(into))
        stack.enter_context(into.begin())
        for table in Base.metadata.sorted_tables:
            if table.name not in SEEDED:
                _write(into, table, _of_all(table, origin, opened))
        number_on(into, Base.metadata.sorted_tables)
        into.exec_driver_sql("ANALYZE")


@contextmanager
def _written_once(into: Connection) -> Iterator[None]:
    """A SQLite file takes a transaction of gigabytes directly: by way of its write-ahead log everything is written twice, in three times the time.

    Should this end half-way, the rollback journal beside the file makes it what it was.
    """
    if into.dialect.name != "sqlite":
        yield
        return
    driver: Any = into.connection.driver_connection
    driver.execute("PRAGMA journal_mode=DELETE")
    try:
        yield
    finally:
        driver.execute("PRAGMA journal_mode=WAL")


def _of_all(table: Table, origin: Connection, parts: Sequence[Part]) -> Iterator[Row]:
    """The rows all began with, then those of each part."""
    yield from _rows(origin, table, None)
    number, begun = _number(table), None
    if number is not None:
        begun = highest = int(origin.scalar(select(func.max(number))) or 0)
        for part in parts if number.identity is not None and table not in KEPT else ():
            part.shifts[table] = highest - begun
            highest += int(part.connection.scalar(select(func.max(number))) or begun) - begun
    elif origin.scalar(select(func.count()).select_from(table)):
        return  # definitions and the like, which no part changes
    new = [part.new_rows(table, begun) for part in parts]
    if table in IN_TIME:
        at, id = _place(table.c["at"]), _place(table.c["id"])
        yield from ((*row[:id], number, *row[id + 1 :]) for number, row in zip(count(1 + (begun or 0)), merge(*new, key=itemgetter(at)), strict=False))
    else:
        yield from chain.from_iterable(new)


def _number(table: Table) -> Column[Any] | None:
    """The one column of whole numbers by which rows are known."""
    keys = list(table.primary_key.columns)
    return keys[0] if len(keys) == 1 and isinstance(keys[0].type, Integer) else None


def _references(table: Table) -> Iterator[tuple[Column[Any], Table]]:
    """The columns that move with a number: the table's own, and those that refer to another's."""
    number = _number(table)
    if number is not None:
        yield number, table
    for key in table.foreign_keys:
        yield key.parent, key.column.table


def _place(of: Column[Any]) -> int:
    return list(of.table.columns).index(of)


def _moved(row: Row, moved: Sequence[tuple[int, int]]) -> Row:
    values = list(row)
    for place, by in moved:
        if values[place] is not None:
            values[place] += by
    return tuple(values)


def _rows(connection: Connection, table: Table, after: int | None) -> Iterator[Row]:
    """All rows, or those with a number above ``after``, in the order of their numbers where they have some."""
    number = _number(table)
    names = ", ".join(f'"{one.name}"' for one in table.c)
    where = f' WHERE "{number.name}" > {after}' if number is not None and after is not None else ""
    order = f' ORDER BY "{number.name}"' if number is not None else ""
    cursor: Any = connection.connection.cursor()
    cursor.execute(f'SELECT {names} FROM "{table.name}"{where}{order}')  # noqa: S608 - names of our own tables
    yield from cursor
    cursor.close()


def _write(into: Connection, table: Table, rows: Iterable[Row]) -> None:
    rows = iter(rows)
    batch = list(islice(rows, BATCH))
    if batch and into.scalar(select(func.count()).select_from(table)):
        raise NotEmpty
    send = _into_sqlite if into.dialect.name == "sqlite" else _into_postgresql
    while batch:
        send(into, table, batch)
        batch = list(islice(rows, BATCH))


def _into_sqlite(into: Connection, table: Table, rows: list[Row]) -> None:
    names = ", ".join(f'"{one.name}"' for one in table.c)
    into.exec_driver_sql(f'INSERT INTO "{table.name}" ({names}) VALUES ({", ".join("?" for _ in table.c)})', rows)  # noqa: S608 - as above


def _into_postgresql(into: Connection, table: Table, rows: list[Row]) -> None:
    """Dates, moments and truth values pass through the types of their columns."""
    types = [_written(one.type) for one in table.c]
    reads = [one.dialect_impl(_SQLITE).result_processor(_SQLITE, None) for one in types]
    names = [one.name for one in table.c]
    values = [{name: read(value) if read else value for name, read, value in zip(names, reads, row, strict=True)} for row in rows]
    into.execute(insert(lightweight(table.name, *(column(one, type) for one, type in zip(names, types, strict=True)))), values)


def _written(type: TypeEngine[Any]) -> TypeEngine[Any]:
    """JSON and what is sealed stay texts, as they were read: neither kind of database needs to hear what they are."""
    return NullType() if isinstance(type, JSON) else Text() if isinstance(type, Verschlossen) else type
