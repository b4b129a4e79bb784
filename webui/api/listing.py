"""From the body of a search to what is wanted, and from what was found to a page of the answer."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from engine.model import calendar
from engine.queries.suche import BIGGEST_KEY, Condition, Feld, Found, Place, Wanted
from webui.api.problems import Problem

DEFAULT_LIMIT = 100


def wanted(body: Mapping[str, Any], felder: Mapping[str, Feld], **fixed: str) -> Wanted:
    """What the body asks for; ``fixed`` conditions come from the address.

    Raises:
        Problem: 400, a cursor or an instant that cannot be read.
    """
    conditions = [*_conditions(body.get("filter", {})), *(Condition(name, "eq", value) for name, value in fixed.items())]
    for one in conditions:
        _readable(felder[one.field], one)
    sort = [(one["field"], one.get("order", "ASC").upper() == "DESC") for one in body.get("sort", [])]
    return Wanted(conditions, sort, **_window(body.get("page", {}), [felder[name] for name, _ in sort]))


def page(found: Found, show: Callable[[Any], Any]) -> dict[str, Any]:
    """The answer of a search. Cursors name the first and the last row of the page, so a client that goes on sorts as before."""
    return {
        "items": [show(row) for row in found.rows],
        "page": {
            "totalItems": found.total,
            "hasMoreTotalItems": False,
            "startCursor": _cursor(found.places[0]) if found.places else None,
            "endCursor": _cursor(found.places[-1]) if found.places else None,
        },
    }


def _conditions(filters: Mapping[str, Any]) -> Iterator[Condition]:
    for name, value in filters.items():
        operators = value if isinstance(value, dict) else {"$eq": value}
        for operator, operand in operators.items():
            yield Condition(name, operator.removeprefix("$"), operand)


def _readable(feld: Feld, one: Condition) -> None:
    if one.op in ("exists", "like"):
        return
    for value in one.value if one.op in ("in", "notIn") else [one.value]:
        try:
            feld.read(value)
        except (ValueError, OverflowError):
            raise Problem(400, f"«filter.{one.field}»: «{str(value)[:40]}» gibt es nicht, zum Beispiel als Zeitpunkt im Kalender.") from None


def _window(page: Mapping[str, Any], sorted_by: Sequence[Feld]) -> dict[str, Any]:
    given = [name for name in ("from", "after", "before") if page.get(name) is not None]
    if len(given) > 1:
        raise Problem(400, f"«page»: Von {', '.join(f'«{name}»' for name in given)} ist nur eines möglich.")
    # JSON knows one kind of numbers: 10.0 is a whole one, too.
    window: dict[str, Any] = {"limit": int(page.get("limit", DEFAULT_LIMIT)), "offset": int(page.get("from") or 0)}
    return window | {name: _place(page[name], sorted_by) for name in given if name != "from"}


def _cursor(place: Place) -> str:
    parts = [["t", value.isoformat()] if isinstance(value, datetime) else value for value in place]
    return base64.b64encode(json.dumps(parts, separators=(",", ":")).encode()).decode()


def _place(cursor: str, sorted_by: Sequence[Feld]) -> Place:
    """The place a cursor names; it belongs to the order in which it was given out.

    Raises:
        Problem: 400, it does not.
    """
    try:
        found = json.loads(base64.b64decode(cursor, validate=True).decode("ascii"))
        place = tuple(calendar.parse_instant(part[1]) if isinstance(part, list) else part for part in found)
    except (binascii.Error, ValueError, TypeError, IndexError, OverflowError):
        place = ()
    kinds = [_KINDS[feld.art] for feld in sorted_by]
    fits = len(place) == len(kinds) + 1 and all(value is None or isinstance(value, kind) for value, kind in zip(place, kinds, strict=False))
    if not fits or not isinstance(place[-1], int) or not 0 <= place[-1] <= BIGGEST_KEY:
        raise Problem(400, "«page»: Diesen Zeiger hat nicht diese Suche ausgegeben, oder nicht in dieser Ordnung.")
    return place


_KINDS: Mapping[str, Any] = {"key": int, "number": int, "text": str, "instant": datetime, "boolean": (bool, int)}
