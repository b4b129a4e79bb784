"""Another key for what is sealed (``engine.store.verschluss``): every sealed value anew, and the digests by which AHV numbers are found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Connection, Table, bindparam, select, text, update
from sqlalchemy import column as sa_column
from sqlalchemy import table as sa_table

from engine.model.errors import FallflussError
from engine.store.dubletten import kennzeichen
from engine.store.session import Database
from engine.store.tables import Base, Person
from engine.store.verschluss import Verschlossen, seal


class SameKey(FallflussError):
    """The new key is the old one."""

    def __init__(self) -> None:
        super().__init__("Der neue Datenschlüssel ist der bisherige. Es wurde nichts geändert.")


def change_key(database: Database, old: str, new: str) -> int:
    """Seal every value with ``new`` that the installation's key opens; gives how many there were. All of them or none.

    Whoever runs with the old key from then on reads nothing that is sealed: the application has to stand still meanwhile.

    Raises:
        KeyUnusable: a value does not open, or the new key is too short.
        SameKey
    """
    if new == old:
        raise SameKey
    with database.engine.begin() as connection:
        if not database.is_sqlite:
            connection.execute(text(f"LOCK TABLE {', '.join(sorted({column.table.name for column in sealed_columns()}))} IN EXCLUSIVE MODE"))
        return sum(_column(connection, column, new) for column in sealed_columns())


def sealed_columns() -> Iterator[Column[Any]]:
    """Every column of which the values are sealed."""
    return (column for table in Base.metadata.sorted_tables for column in table.columns if isinstance(column.type, Verschlossen))


def _column(connection: Connection, column: Column[Any], new: str) -> int:
    zweck, table = column.type.zweck, column.table  # type: ignore[attr-defined]
    assert isinstance(table, Table)
    (key,) = table.primary_key.columns
    rows = connection.execute(select(key, column)).all()
    changes = [{"row": id, "sealed": seal(value, zweck, key=new), "found_by": kennzeichen(value, key=new)} for id, value in rows if value]
    values: dict[str, Any] = {column.name: bindparam("sealed")}
    if table is Person.__table__:
        values[Person.ahv_kennzeichen.key] = bindparam("found_by")
    if changes:
        # Without the columns' types, which would seal what is sealed already.
        untyped = sa_table(table.name, *(sa_column(name) for name in (key.name, *values)))
        connection.execute(update(untyped).where(untyped.c[key.name] == bindparam("row")).values(values), changes)
    return len(changes)
