"""Rows as JSON and back, the same for both kinds of database."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, ColumnElement, Insert, LargeBinary, Select, Table, Text, bindparam, cast, insert, select, type_coerce
from sqlalchemy.types import TypeDecorator, TypeEngine

from engine.store.verschluss import Verschlossen


def reading(table: Table) -> Select[Any]:
    """All rows. JSON comes as text: SQL's NULL and JSON's null would otherwise look the same. What is sealed stays sealed."""
    return select(*(_read(column) for column in table.c))


def writing(table: Table) -> Insert:
    return insert(table).values({column.name: bindparam(column.name, type_=_written(column.type)) for column in table.c})


def _read(column: Column[Any]) -> ColumnElement[Any]:
    if isinstance(column.type, JSON):
        return cast(column, Text).label(column.name)
    return type_coerce(column, Text).label(column.name) if isinstance(column.type, Verschlossen) else column


def _written(type: TypeEngine[Any]) -> TypeEngine[Any]:
    if isinstance(type, JSON):
        return JSON(none_as_null=True)
    return Text() if isinstance(type, Verschlossen) else type


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
