"""Databases that began as copies of one and went on by themselves, put together in an empty one.

What they began with is taken once. Numbers that a database gives itself are given anew, so that the parts do not meet. Cases and instances
keep theirs, which stand in what people read and in every key: each part has to begin counting elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from heapq import merge
from itertools import chain, count, islice
from operator import itemgetter
from typing import Any

from sqlalchemy import JSON, Column, Connection, Insert, Integer, Table, Text, column, func, insert, select
from sqlalchemy import table as lightweight
from sqlalchemy.types import NullType, TypeEngine

from engine.store.backup import SEEDED, number_on
from engine.store.backup.errors import NotEmpty
from engine.store.backup.rows import reading
from engine.store.session import Database
from engine.store.tables import Base, Fall, Instanz, Verlauf, Zugriff
from engine.store.verschluss import Verschlossen

BATCH = 2000
KEPT = (Fall.__table__, Instanz.__table__)
# Read in the order of their numbers, which shall be that of time also where parts meet. Nothing refers to them.
IN_TIME = (Verlauf.__table__, Zugriff.__table__)

Row = dict[str, Any]


@dataclass
class Part:
    """A database, and the number after which its cases and instances begin. ``shifts``: by how much its other numbers move, by table."""

    connection: Connection
    first: int
    shifts: dict[Table, int] = field(default_factory=dict)

    def new_rows(self, table: Table, after: int | None) -> Iterator[Row]:
        """Its rows of a table with their new numbers, and those of what they refer to; ``after`` is the last number it began with."""
        number = _number(table)
        query = reading(table)
        if number is not None:
            query = query.where(number > (self.first if table in KEPT else after)).order_by(number)
        moved = [(of.name, self.shifts[to]) for of, to in _references(table) if self.shifts.get(to)]
        for row in _rows(self.connection, query):
            yield {**row, **{name: row[name] + by for name, by in moved if row[name] is not None}}


def gather(base: Database, parts: Sequence[tuple[Database, int]], target: Database) -> None:
    """Put ``parts``, once copies of ``base``, each with the number after which its cases begin, into ``target``; all of it or nothing.

    Raises:
        NotEmpty: the target holds rows where some are to come.
    """
    with ExitStack() as stack:
        origin = stack.enter_context(base.engine.connect())
        opened = [Part(stack.enter_context(part.engine.connect()), first) for part, first in parts]
        into = stack.enter_context(target.engine.begin())
        for table in Base.metadata.sorted_tables:
            if table.name not in SEEDED:
                _write(into, table, _of_all(table, origin, opened))
        number_on(into, Base.metadata.sorted_tables)
        into.exec_driver_sql("ANALYZE")


def _of_all(table: Table, origin: Connection, parts: Sequence[Part]) -> Iterator[Row]:
    """The rows all began with, then those of each part."""
    yield from _rows(origin, reading(table))
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
        yield from ({**row, "id": id} for id, row in zip(count(1 + (begun or 0)), merge(*new, key=itemgetter("at")), strict=False))
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


def _rows(connection: Connection, query: Any) -> Iterator[Row]:
    for row in connection.execution_options(yield_per=BATCH).execute(query).mappings():
        yield dict(row)


def _write(into: Connection, table: Table, rows: Iterable[Row]) -> None:
    statement, rows = _insertion(table), iter(rows)
    batch = list(islice(rows, BATCH))
    if batch and into.scalar(select(func.count()).select_from(table)):
        raise NotEmpty
    while batch:
        into.execute(statement, batch)
        batch = list(islice(rows, BATCH))


def _insertion(table: Table) -> Insert:
    # Texts as they were read: neither kind of database needs to hear what they are.
    return insert(lightweight(table.name, *(column(one.name, _written(one.type)) for one in table.c)))


def _written(type: TypeEngine[Any]) -> TypeEngine[Any]:
    return NullType() if isinstance(type, JSON) else Text() if isinstance(type, Verschlossen) else type
