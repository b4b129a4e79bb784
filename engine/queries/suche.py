"""Searching as programs do it: conditions on named fields, an order, a page. One meaning for rows of the database and rows in memory."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cmp_to_key
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, cast, false, func, or_, select

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


# A row's place in an order: its values of the sorted fields, then what tells it from its equals.
Place = tuple[Any, ...]


@dataclass(frozen=True)
class Wanted:
    """What a program asks for: all conditions hold; ``sort`` is pairs of field and whether it descends.

    ``after`` and ``before`` are places, so that what comes or goes elsewhere shifts no page; at most one of them, or an ``offset``.
    """

    conditions: Sequence[Condition] = ()
    sort: Sequence[tuple[str, bool]] = ()
    limit: int = 100
    offset: int = 0
    after: Place | None = None
    before: Place | None = None


@dataclass(frozen=True)
class Found:
    """One page, the places of its rows, and how many there are in all."""

    rows: Sequence[Any]
    total: int
    places: Sequence[Place] = ()


def find(session: FallSession, base: Select[Any], felder: Mapping[str, Feld], wanted: Wanted, key: Any) -> Found:
    """Search the database; rows that are equal in the wanted order follow ``key``."""
    query = base.where(*(_holds(felder[one.field], one) for one in wanted.conditions))
    total = session.scalar(select(func.count()).select_from(query.order_by(None).with_only_columns(key).subquery())) or 0
    columns = [(felder[name].column, is_descending) for name, is_descending in wanted.sort] + [(key, False)]
    is_backwards = wanted.before is not None
    if (place := wanted.before or wanted.after) is not None:
        query = query.where(_beyond(columns, place, is_backwards=is_backwards))
    query = query.add_columns(*(column for column, _ in columns)).order_by(*_order(columns, is_backwards=is_backwards))
    found = session.execute(query.limit(wanted.limit).offset(wanted.offset)).all()
    rows = found[::-1] if is_backwards else found
    return Found([tuple(row)[: -len(columns)] for row in rows], total, [tuple(row)[-len(columns) :] for row in rows])


def pick(rows: Iterable[Mapping[str, Any]], felder: Mapping[str, Feld], wanted: Wanted) -> Found:
    """Search rows in memory; those that are equal in the wanted order keep the one in which they come."""
    found: list[tuple[Place, Mapping[str, Any]]] = [
        (tuple(row.get(name) for name, _ in wanted.sort) + (number,), row)
        for number, row in enumerate(rows)
        if all(_matches(felder[one.field], one, row.get(one.field)) for one in wanted.conditions)
    ]
    directions = [*(is_descending for _, is_descending in wanted.sort), False]

    def compare(one: tuple[Place, Any], other: tuple[Place, Any]) -> int:
        return _compared(one[0], other[0], directions)

    found.sort(key=cmp_to_key(compare))
    page = _page(found, wanted, directions)
    return Found([row for _, row in page], len(found), [place for place, _ in page])


def _page(found: list[tuple[Place, Any]], wanted: Wanted, directions: Sequence[bool]) -> list[tuple[Place, Any]]:
    if wanted.before is not None:
        earlier = [one for one in found if _compared(one[0], wanted.before, directions) < 0]
        return earlier[-wanted.limit :]
    later = found if wanted.after is None else [one for one in found if _compared(one[0], wanted.after, directions) > 0]
    return later[wanted.offset : wanted.offset + wanted.limit]


def _compared(one: Place, other: Place, directions: Sequence[bool]) -> int:
    """Less than, equal to or greater than 0 as one place comes before, with or after another; what is empty comes last."""
    for a, b, is_descending in zip(one, other, directions, strict=True):
        if a is None or b is None:
            if (a is None) != (b is None):
                return 1 if a is None else -1
        elif a != b:
            return 1 if (a > b) != is_descending else -1
    return 0


def _order(columns: Sequence[tuple[Any, bool]], *, is_backwards: bool) -> list[Any]:
    """Empty values last; backwards everything is turned round."""
    order: list[Any] = []
    for column, is_descending in columns:
        empty = column.is_(None)
        order += [empty.desc() if is_backwards else empty.asc(), column.desc() if is_descending != is_backwards else column.asc()]
    return order


def _beyond(columns: Sequence[tuple[Any, bool]], place: Place, *, is_backwards: bool) -> ColumnElement[bool]:
    """Rows that come after a place (or before it): the first field that differs says so."""
    found: list[ColumnElement[bool]] = []
    equal: list[ColumnElement[bool]] = []
    for (column, is_descending), value in zip(columns, place, strict=True):
        found.append(and_(*equal, _later(column, value, is_descending=is_descending, is_backwards=is_backwards)))
        equal.append(column.is_(None) if value is None else column == value)
    return or_(*found)


def _later(column: Any, value: Any, *, is_descending: bool, is_backwards: bool) -> ColumnElement[bool]:
    if value is None:
        return column.is_not(None) if is_backwards else false()
    beyond: ColumnElement[bool] = column < value if is_descending != is_backwards else column > value
    return beyond if is_backwards else or_(beyond, column.is_(None))


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
