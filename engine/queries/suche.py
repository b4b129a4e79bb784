"""Searching as programs do it: conditions on named fields, an order, a page. One meaning for rows of the database and rows in memory."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cmp_to_key
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, cast, func, or_, select

from engine.model import calendar
from engine.store.session import FallSession

BIGGEST_KEY = 2**63 - 1
NO_KEY = -1


@dataclass(frozen=True)
class Feld:
    """A field one can search by. ``art`` is key, text, number, boolean, instant or list (holds all names given).

    ``column`` is what the database compares; rows in memory are compared by the field's name. ``values`` gives the stored word for each
    word of a program. A key is divided by ``per``: instances are stored by their number.
    """

    art: str
    column: Any = None
    values: Mapping[str, Any] | None = None
    per: int = 1

    def read(self, value: Any) -> Any:
        """What to compare with for a value that a program gave."""
        if self.art == "key":
            key = int(value)
            return key // self.per if key % self.per == 0 and 0 <= key <= BIGGEST_KEY else NO_KEY
        if self.art == "instant":
            return calendar.parse_instant(value)
        return self.values[value] if self.values is not None else value


@dataclass(frozen=True)
class Condition:
    """``op`` is eq, neq, exists, in, notIn, like, gt, gte, lt or lte."""

    field: str
    op: str
    value: Any


@dataclass(frozen=True)
class Wanted:
    """What a program asks for: all conditions hold; ``sort`` is pairs of field and whether it descends."""

    conditions: Sequence[Condition] = ()
    sort: Sequence[tuple[str, bool]] = ()
    limit: int = 100
    offset: int = 0


@dataclass(frozen=True)
class Found:
    """One page, where it begins, and how many there are in all."""

    rows: Sequence[Any]
    total: int
    offset: int


def find(session: FallSession, base: Select[Any], felder: Mapping[str, Feld], wanted: Wanted, key: Any) -> Found:
    """Search the database; rows that are equal in the wanted order follow ``key``."""
    query = base.where(*(_holds(felder[one.field], one) for one in wanted.conditions))
    total = session.scalar(select(func.count()).select_from(query.order_by(None).with_only_columns(key).subquery())) or 0
    order: list[Any] = []
    for name, is_descending in wanted.sort:
        column = felder[name].column
        order += [column.is_(None), column.desc() if is_descending else column.asc()]
    rows = session.execute(query.order_by(*order, key).limit(wanted.limit).offset(wanted.offset)).all()
    return Found(rows, total, wanted.offset)


def pick(rows: Iterable[Mapping[str, Any]], felder: Mapping[str, Feld], wanted: Wanted) -> Found:
    """Search rows in memory, in the order they come."""
    found = [row for row in rows if all(_matches(felder[one.field], one, row.get(one.field)) for one in wanted.conditions)]
    for name, is_descending in reversed(wanted.sort):
        found.sort(key=cmp_to_key(_comparing(name, is_descending)))
    return Found(found[wanted.offset : wanted.offset + wanted.limit], len(found), wanted.offset)


def _holds(feld: Feld, one: Condition) -> ColumnElement[bool]:
    column = feld.column
    if one.op == "exists":
        return column.is_not(None) if one.value else column.is_(None)  # type: ignore[no-any-return]
    if one.op == "like":
        return column.ilike(_sql_pattern(one.value), escape="\\")  # type: ignore[no-any-return]
    if feld.art == "list":
        return and_(*(_contains(column, name) for name in (one.value if one.op == "in" else [one.value])))
    if one.op in ("in", "notIn"):
        values = [feld.read(value) for value in one.value]
        return column.in_(values) if one.op == "in" else or_(column.not_in(values), column.is_(None))
    value = feld.read(one.value)
    if one.op == "neq":
        return or_(column != value, column.is_(None))
    return _COMPARE[one.op](column, value)  # type: ignore[no-any-return]


def _contains(column: Any, name: str) -> ColumnElement[bool]:
    """Both databases keep a list as JSON text, so a quoted name is found in it without a function of one dialect."""
    return cast(column, String).contains(f'"{name}"', autoescape=True)


def _matches(feld: Feld, one: Condition, held: Any) -> bool:
    if one.op == "exists":
        return (held is not None) is one.value
    if one.op == "like":
        return held is not None and re.fullmatch(_python_pattern(one.value), str(held), re.IGNORECASE | re.DOTALL) is not None
    if one.op in ("in", "notIn"):
        return (held in [feld.read(value) for value in one.value]) is (one.op == "in")
    value = feld.read(one.value)
    if one.op in ("eq", "neq"):
        return (held == value) is (one.op == "eq")
    return held is not None and bool(_COMPARE[one.op](held, value))


_COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    "eq": lambda held, value: held == value,
    "gt": lambda held, value: held > value,
    "gte": lambda held, value: held >= value,
    "lt": lambda held, value: held < value,
    "lte": lambda held, value: held <= value,
}


def _comparing(name: str, is_descending: bool) -> Callable[[Mapping[str, Any], Mapping[str, Any]], int]:
    def compare(one: Mapping[str, Any], other: Mapping[str, Any]) -> int:
        a, b = one.get(name), other.get(name)
        if a is None or b is None:
            return (a is None) - (b is None)
        order = int(a > b) - int(a < b)
        return -order if is_descending else order

    return compare


def _wildcards(pattern: str) -> Iterable[tuple[str, bool]]:
    """The characters of a pattern, each with whether it is a wildcard: ``*`` any text, ``?`` one character, a backslash takes that away."""
    characters = iter(pattern)
    for character in characters:
        if character == "\\":
            yield next(characters, "\\"), False
        else:
            yield character, character in "*?"


def _sql_pattern(pattern: str) -> str:
    signs = {"*": "%", "?": "_"}
    return "".join(signs[c] if is_wild else f"\\{c}" if c in "%_\\" else c for c, is_wild in _wildcards(pattern))


def _python_pattern(pattern: str) -> str:
    signs = {"*": ".*", "?": "."}
    return "".join(signs[c] if is_wild else re.escape(c) for c, is_wild in _wildcards(pattern))


def as_instant(value: datetime | None) -> str | None:
    """How programs read an instant: ISO with zone, in UTC."""
    return None if value is None else value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
