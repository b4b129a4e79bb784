"""From the body of a search to what is wanted, and from what was found to a page of the answer."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from engine.queries.suche import Condition, Feld, Found, Wanted
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
    page = body.get("page", {})
    limit = page.get("limit", DEFAULT_LIMIT)
    return Wanted(conditions, sort, *_window(page, limit))


def page(found: Found, show: Callable[[Any], Any]) -> dict[str, Any]:
    """The answer of a search. Cursors are places in the order, so a client that goes on sorts as before."""
    has_rows = bool(found.rows)
    return {
        "items": [show(row) for row in found.rows],
        "page": {
            "totalItems": found.total,
            "hasMoreTotalItems": False,
            "startCursor": _cursor(found.offset) if has_rows else None,
            "endCursor": _cursor(found.offset + len(found.rows)) if has_rows else None,
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


def _window(page: Mapping[str, Any], limit: int) -> tuple[int, int]:
    given = [name for name in ("from", "after", "before") if page.get(name) is not None]
    if len(given) > 1:
        raise Problem(400, f"«page»: Von {', '.join(f'«{name}»' for name in given)} ist nur eines möglich.")
    if page.get("before") is not None:
        end = _place(page["before"])
        return min(limit, max(end, 1)), max(end - limit, 0)
    return limit, _place(page["after"]) if page.get("after") is not None else page.get("from", 0)


def _cursor(place: int) -> str:
    return base64.b64encode(f"p{place}".encode()).decode()


def _place(cursor: str) -> int:
    try:
        text = base64.b64decode(cursor, validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        text = ""
    if not text.startswith("p") or not text[1:].isdigit() or len(text) > 11:
        raise Problem(400, "«page»: Diesen Zeiger hat nicht diese Schnittstelle ausgegeben.")
    return int(text[1:])
