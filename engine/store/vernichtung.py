"""Taking a case out of every table. Which tables these are is asked of the schema, so that a new one cannot be forgotten."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Column, Table, delete, event, or_, select
from sqlalchemy.orm import Session

from engine.store.session import FallSession
from engine.store.tables import Base, Fall, Loeschfreigabe, RegionOwned

FALL = "fall_id"

# Tables that name a case or a region and stay all the same, each with its reason.
STAYS = {
    "vernichtung": "the protocol itself: a number, days and counts, no personal data",
    "zugriff": "who looked at what: about the staff, with nothing of the case but its number",
    "aufsichtszugriff": "who was let in from outside, and why",
    "nachricht": "waits for a case without belonging to one, thirty days at most; with the case that takes it the row is gone",
    "siegelzeile": "digests whose salt goes with the case",
    "loeschfreigabe": "empty outside of the destroying transaction",
    "team": "who works together",
    "teammitglied": "who works together",
    "bestandsdatei": "an uploaded file of many cases; its content is emptied when it was imported or given up",
}


def destroy(session: FallSession, fall: Fall) -> dict[str, int]:
    """Delete every row of the case; gives how many went, by table. The caller wrote the protocol and owns the transaction."""
    session.flush()
    fall_id = fall.id
    session.expunge_all()
    if session.database.is_sqlite:  # otherwise the pages keep the text until something else needs them
        session.connection().exec_driver_sql("PRAGMA secure_delete=ON")
        event.listen(session, "after_commit", _empty_log, once=True)
    session.add(Loeschfreigabe(fall_ref=fall_id))
    session.flush()
    gone = _delete_all(session, fall_id)
    session.execute(delete(Loeschfreigabe).where(Loeschfreigabe.fall_ref == fall_id))
    return gone


def _empty_log(session: Session) -> None:
    """Write the emptied pages into the SQLite file now: until then it, or the log beside it, still holds the old ones."""
    assert isinstance(session, FallSession)
    # Not through the engine's own connections: they begin a transaction, and in one there is no writing back.
    connection = session.database.engine.raw_connection()
    try:
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()


def _delete_all(session: FallSession, fall_id: int) -> dict[str, int]:
    keys: dict[str, list[Any]] = {}
    for table in Base.metadata.sorted_tables:  # parents first, for their keys
        if path(table):
            keys[table.name] = _keys(session, table, fall_id, keys)
    gone = {}
    for table in reversed(Base.metadata.sorted_tables):
        if keys.get(table.name):
            model = models()[table.name]
            condition = _condition(table, fall_id, keys)
            result: Any = session.execute(delete(model).where(condition), execution_options={"synchronize_session": False})
            gone[table.name] = result.rowcount
    return gone


def _keys(session: FallSession, table: Table, fall_id: int, keys: dict[str, list[Any]]) -> list[Any]:
    model = models()[table.name]
    first = next(iter(table.primary_key.columns))
    return list(session.scalars(select(getattr(model, first.name)).where(_condition(table, fall_id, keys)).distinct()))


def _condition(table: Table, fall_id: int, keys: dict[str, list[Any]]) -> Any:
    model = models()[table.name]
    parts = [(getattr(model, column.name), parent) for column, parent in path(table)]
    return or_(*(attribute == fall_id if parent is None else attribute.in_(keys[parent]) for attribute, parent in parts))


@cache
def path(table: Table) -> tuple[tuple[Column[Any], str | None], ...]:
    """How a table's rows belong to a case: columns, each with the table it points to unless it holds the case's id. Empty: they do not.

    A row that names two cases, such as a link, belongs to both.
    """
    if table.name in STAYS:
        return ()
    if table.name == Fall.__tablename__:
        return ((table.c.id, None),)
    to_case = {key.parent.name for key in table.foreign_keys if key.column.table.name == Fall.__tablename__} | ({FALL} & set(table.c.keys()))
    if to_case:
        return tuple((table.c[name], None) for name in sorted(to_case))
    parents = ((key.parent, key.column.table) for key in sorted(table.foreign_keys, key=lambda one: one.parent.name))
    return next((((column, parent.name),) for column, parent in parents if parent is not table and path(parent)), ())


@cache
def models() -> dict[str, Any]:
    """The mapped class of each table: only statements about classes are bound to regions."""
    return {str(mapper.local_table.description): mapper.class_ for mapper in Base.registry.mappers}


def uncovered() -> list[str]:
    """Tables with case data that destruction would neither reach nor leave on purpose; a test keeps this empty."""
    owned = {name for name, model in models().items() if issubclass(model, RegionOwned)}
    naming = {table.name for table in Base.metadata.tables.values() if set(table.c.keys()) & {FALL, "fall_nr", "fall_ref"}}
    return sorted(name for name in owned | naming if name not in STAYS and not path(Base.metadata.tables[name]))
