"""Years of closed cases in a minute: every kind of closed case that a database holds, copied by the database itself with new keys.

What is copied was lived by the real commands: the case, its instances, persons, segments, dossiers, tasks, notices, and the last lines of its
history (all of it would be three hundred kilobytes a case). What the history quotes keeps its old keys.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, func, select, text

from engine.model.access import system
from engine.store.session import Database
from engine.store.tables import Aufgabe, Dossier, Fall, Hinweis, Instanz, Person, Segmentzuordnung, Verlauf

NAME = "Altfall"
LINES = 6
OWNED = (Person, Segmentzuordnung, Dossier, Hinweis, Verlauf)


def multiply(database: Database, region: str, other: str, *, count: int) -> int:
    """At least ``count`` closed cases more, half of them in ``region``, the rest in ``other``; gives the number of their kinds."""
    kinds = _kinds(database)
    each = -(-count // len(kinds))
    with database.engine.begin() as connection:
        ground = _ground(connection)
        for number, fall_id in enumerate(kinds):
            given = {"old": fall_id, "kind": number, "kinds": len(kinds), "each": each, "region": region, "other": other, **ground}
            for statement in _statements():
                connection.execute(text(statement), {name: value for name, value in given.items() if f":{name}" in statement})
        if not database.is_sqlite:
            for table, column in ((Fall, "id"), (Instanz, "nummer"), *((table, "id") for table in OWNED)):
                name = table.__tablename__
                connection.exec_driver_sql(f"SELECT setval(pg_get_serial_sequence('{name}', '{column}'), (SELECT max({column}) FROM {name}))")
        connection.exec_driver_sql("ANALYZE")
    return len(kinds)


def _kinds(database: Database) -> list[int]:
    """One closed case of each set of steps that closed cases went through."""
    with database.read(system()) as session:
        found: dict[frozenset[str], int] = {}
        for fall in session.scalars(select(Fall).where(Fall.abgeschlossen_am.is_not(None), Fall.uebergeben_am.is_(None)).order_by(Fall.id)):
            found.setdefault(frozenset(session.scalars(select(Aufgabe.element).where(Aufgabe.fall_id == fall.id))), fall.id)
    assert found, "no closed case to copy"
    return list(found.values())


def _ground(connection: Connection) -> dict[str, int]:
    """From where on numbers are free, and how many of each are left to a case."""
    found: dict[str, int] = {}
    for table in (Fall, *OWNED):
        found[f"{table.__tablename__}_id"] = (connection.scalar(select(func.max(table.id))) or 0) + 1
    found["instanz_nummer"] = (connection.scalar(select(func.max(Instanz.nummer))) or 0) + 1
    for table in (Instanz, *OWNED):
        rows = select(func.count().label("n")).select_from(table).group_by(table.fall_id).subquery()
        found[f"{table.__tablename__}_room"] = connection.scalar(select(func.max(rows.c.n))) or 1
    return found


# The copy's number among all, its case, its region; SQL that both databases understand.
_COPY = "(z.n * :kinds + :kind)"
_FALL = f"(:fall_id + {_COPY})"
_REGION = "CASE WHEN z.n % 2 = 0 THEN CAST(:region AS varchar) ELSE CAST(:other AS varchar) END"
_NUMMER = f"(:instanz_nummer + {_COPY} * :instanz_room + i.place)"
_NUMBERS = "WITH RECURSIVE z(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM z WHERE n + 1 < :each)"
_INSTANCES = "(SELECT nummer, row_number() OVER (ORDER BY nummer) - 1 AS place FROM instanz WHERE fall_id = :old) i"


def _statements() -> Iterator[str]:
    number = f"CAST({_COPY} AS varchar)"
    yield _insert(Fall, {"id": _FALL, "fall_nr": f"'ALT-' || {number}", "bezeichnung": f"'{NAME}' || {number} || ', Anna'"}, "fall t", "t.id = :old")
    yield _insert(Instanz, {"nummer": _NUMMER}, f"instanz t JOIN {_INSTANCES} ON i.nummer = t.nummer", "t.fall_id = :old")
    yield _insert(
        Aufgabe, {"key": f"{_NUMMER} * 1000000000 + t.key % 1000000000", "instanz_nummer": _NUMMER, "fall_nr": f"'ALT-' || {number}"},
        f"aufgabe t JOIN {_INSTANCES} ON i.nummer = t.instanz_nummer", "t.fall_id = :old",
    )  # fmt: skip
    for table in OWNED:
        yield _owned(table, number)


def _owned(table: Any, number: str) -> str:
    name = table.__tablename__
    changed = {"id": f":{name}_id + {_COPY} * :{name}_room + t.place"}
    source = f"(SELECT *, row_number() OVER (ORDER BY id DESC) - 1 AS place FROM {name} WHERE fall_id = :old) t"
    if "instanz_nummer" in table.__table__.columns:
        source += f" LEFT JOIN {_INSTANCES} ON i.nummer = t.instanz_nummer"
        changed["instanz_nummer"] = _NUMMER
    if table is Person:
        changed |= {"name": f"'{NAME}' || {number}", "ahvn13": "NULL", "ahv_kennzeichen": "NULL"}
    return _insert(table, changed, source, f"t.place < {LINES}" if table is Verlauf else "1 = 1")


def _insert(table: Any, changed: dict[str, str], source: str, where: str) -> str:
    """Every column as it is, but for what is ``changed`` and for the case and region of all."""
    own = {"fall_id": _FALL, "region": _REGION, **changed}
    columns = [column.name for column in table.__table__.columns]
    values = ", ".join(own.get(column, f't."{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    return f"INSERT INTO {table.__tablename__} ({names}) {_NUMBERS} SELECT {values} FROM z CROSS JOIN {source} WHERE {where}"
