"""What two transactions left behind, free of numbers that depend on what was there before."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, inspect, select

from engine.model.access import system
from engine.store.session import Database, FallSession
from engine.store.tables import (
    Aufgabe,
    DefinitionVersion,
    Deployment,
    Entwurf,
    Fall,
    Hinweis,
    Incident,
    Instanz,
    Job,
    Meldung,
    Person,
    Subscription,
    Timer,
    Verlauf,
)

OF_CASE: tuple[Any, ...] = (Instanz, Fall, Person, Aufgabe, Timer, Subscription, Job, Incident, Entwurf, Hinweis, Meldung, Verlauf)
# Numbers that the database gives; what they point to is written out with them or normalised by rank.
GIVEN = {"id", "release_id", "deployment_key"}


class Mark:
    """How far the database was filled; later only what came afterwards is looked at."""

    def __init__(self, database: Database):
        with database.read(system()) as session:
            self.instanz = session.scalar(select(func.max(Instanz.nummer))) or 0
            self.fall = session.scalar(select(func.max(Fall.id))) or 0
            self.definition = session.scalar(select(func.max(DefinitionVersion.key))) or 0
            self.deployment = session.scalar(select(func.max(Deployment.key))) or 0
            self.verlauf = session.scalar(select(func.max(Verlauf.id))) or 0


def content(session: FallSession, mark: Mark, suffix: str) -> dict[str, list[str]]:
    """Every row that came after ``mark``, by table, as comparable text; ``suffix`` is what made its names unique."""
    falls = {fall.id: fall.fall_nr for fall in session.scalars(select(Fall).where(Fall.id > mark.fall).order_by(Fall.id))}
    nummern = list(session.scalars(select(Instanz.nummer).where(Instanz.nummer > mark.instanz).order_by(Instanz.fall_id, Instanz.nummer)))
    swap = [(fall_nr, f"Fall{rank}") for rank, fall_nr in enumerate(falls.values())]
    swap += [(rf'"fall_id": {id}\b', f'"fall_id": "{rank}"') for rank, id in enumerate(falls)]
    swap += [(rf"\b{nummer}(\d{{9}})\b", rf"I{rank}.\1") for rank, nummer in enumerate(nummern)]
    swap += [(rf'"(instanz_)?nummer": {nummer}\b', f'"nummer": "{rank}"') for rank, nummer in enumerate(nummern)]
    swap += [(r'"umstellung": \d+', '"umstellung": "U"'), (suffix, "")]
    found = {table.__tablename__: _rows(session, table, set(falls), set(nummern)) for table in OF_CASE}
    found["definition_version"] = [_text(row) for row in session.scalars(select(DefinitionVersion).where(DefinitionVersion.key > mark.definition))]
    found["deployment"] = ["made"] * len(session.scalars(select(Deployment).where(Deployment.key > mark.deployment)).all())
    return {name: _swapped(rows, swap) if name == "verlauf" else sorted(_swapped(rows, swap)) for name, rows in found.items()}


def in_any_order(stored: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """The same without what says which step of a case came first: the numbers it counts its elements with, and its state, which holds them."""
    return {name: sorted(re.sub(r"\b(I\d+)\.\d{9}", r"\1", re.sub(r'"state": "(\\.|[^"\\])*"', "", row)) for row in rows) for name, rows in stored.items()}


def _rows(session: FallSession, table: Any, falls: set[int], nummern: set[int]) -> list[str]:
    # History counts in its order within a case; between cases there is none.
    query = select(table).order_by(*([Verlauf.fall_id] if table is Verlauf else []), *inspect(table).primary_key)
    if table is Entwurf:
        return [_text(row) for row in session.scalars(query) if row.aufgabe_key // 10**9 in nummern]
    if "instanz_nummer" in inspect(table).column_attrs:
        return [_text(row) for row in session.scalars(query.where(table.instanz_nummer.in_(nummern)))]
    column = table.id if table is Fall else table.fall_id
    return [_text(row) for row in session.scalars(query.where(column.in_(falls)))]


def _text(row: Any) -> str:
    columns = [column.key for column in inspect(type(row)).column_attrs if column.key not in GIVEN]
    values = {column: getattr(row, column) for column in columns}
    if isinstance(row, DefinitionVersion):
        values.pop("key")
        values["content"], values["sha256"] = "", ""
    return json.dumps(values, default=str, ensure_ascii=False, sort_keys=True)


def _swapped(rows: list[str], swap: list[tuple[str, str]]) -> list[str]:
    for pattern, replacement in swap:
        rows = [re.sub(pattern, replacement, row) for row in rows]
    return rows
