"""Rows as JSON and back, the same for both kinds of database."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Insert, LargeBinary, Select, Table, Text, bindparam, cast, insert, select
from sqlalchemy.types import TypeDecorator, TypeEngine


def reading(table: Table) -> Select[Any]:
    """All rows. JSON comes as text: SQL's NULL and JSON's null would otherwise look the same."""
    return select(*(cast(column, Text).label(column.name) if isinstance(column.type, JSON) else column for column in table.c))


def writing(table: Table) -> Insert:
    return insert(table).values(
        {column.name: bindparam(column.name, type_=JSON(none_as_null=True) if isinstance(column.type, JSON) else column.type) for column in table.c}
    )


def as_json(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _as_json(value) for name, value in row.items()}


def from_json(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """The values for :func:`writing`."""
    return {column.name: _value(column.type, row[column.name]) for column in table.c}


def _as_json(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else value


def _value(type: TypeEngine[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(type, JSON):
        return JSON.NULL if value == "null" else json.loads(value)
    if isinstance(type, LargeBinary):
        return base64.b64decode(value)
    python = type.impl_instance.python_type if isinstance(type, TypeDecorator) else type.python_type
    if python is datetime:
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if python is date else value
