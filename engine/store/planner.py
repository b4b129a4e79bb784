"""What SQLite is told about the data before there are any: a region holds a great part of every table, a case holds a few rows.

Without that its planner takes every index for equally choosy. As each question also names the regions of who asks, it then joined persons or
segments to a case by reading all of its region: 200 ms instead of 1 for the Falllast of 774 open cases; and it looked for one person's tasks
among all that nobody has. PostgreSQL gathers such numbers by itself.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, Index, MetaData

_DATA = Path(__file__).parent / "data" / "groessen.toml"
# Rows of a table, and how many of them a region has: of indexes of which nothing was counted. The order of magnitude is all that counts.
_SIZES = "1000000 80000"


def tell(connection: Connection, tables: MetaData) -> None:
    """Note the sizes of a canton where nothing is known yet; what ``ANALYZE`` has counted stays. Other connections learn it when they open."""
    if connection.dialect.name != "sqlite":
        return
    connection.exec_driver_sql("ANALYZE sqlite_schema")  # makes the table of sizes
    connection.exec_driver_sql("DELETE FROM sqlite_stat1 WHERE stat = ?", (_SIZES,))  # perhaps told more exactly by now
    known = {name for (name,) in connection.exec_driver_sql("SELECT idx FROM sqlite_stat1")}
    counted: dict[str, str] = tomllib.loads(_DATA.read_text(encoding="utf-8"))
    for index in _indexes(tables):
        sizes = counted.get(str(index.name), _SIZES if _is_of_region(index) else None)
        if sizes and index.name not in known:
            connection.exec_driver_sql("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, ?)", (_table(index), index.name, sizes))
            known.add(index.name)
    connection.exec_driver_sql("ANALYZE sqlite_schema")  # reads them


def _indexes(tables: MetaData) -> Iterator[Index]:
    for table in tables.sorted_tables:
        yield from table.indexes


def _is_of_region(index: Index) -> bool:
    return [column.name for column in index.columns] == ["region"] and index.dialect_options["sqlite"]["where"] is None


def _table(index: Index) -> str:
    assert index.table is not None
    return index.table.name
