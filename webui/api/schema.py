"""Building blocks of the description: JSON Schema (2020-12) as OpenAPI 3.1 uses it. Written out, so that each operation reads alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.queries.suche import Feld

Schema = dict[str, Any]

KEY: Schema = {"type": "string", "pattern": "^-?[0-9]+$", "maxLength": 25}
TEXT: Schema = {"type": "string"}
BOOL: Schema = {"type": "boolean"}
INT: Schema = {"type": "integer"}
INSTANT: Schema = {"type": "string", "format": "date-time", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$"}
ANY_OBJECT: Schema = {"type": "object"}
TENANT: Schema = {"type": "string", "const": "<default>"}
MAX_LIMIT = 10_000
_CURSOR: Schema = {"type": "string", "maxLength": 2000}
_ORDERED = ("$gt", "$gte", "$lt", "$lte")
_OPERATORS: Mapping[str, Sequence[str]] = {
    "key": (),
    "text": ("$like",),
    "number": _ORDERED,
    "instant": _ORDERED,
    "boolean": (),
}
_PLAIN: Mapping[str, Schema] = {"key": KEY, "text": {"type": "string", "maxLength": 500}, "number": INT, "instant": INSTANT, "boolean": BOOL}


def text(most: int, *, least: int = 0) -> Schema:
    return {"type": "string", "minLength": least, "maxLength": most}


def integer(least: int, most: int) -> Schema:
    return {"type": "integer", "minimum": least, "maximum": most}


def enum(*words: str) -> Schema:
    # A pattern, because it leaves room for other types beside the words.
    return {"type": "string", "pattern": f"^({'|'.join(words)})$"}


def list_of(item: Schema, most: int | None = None) -> Schema:
    return {"type": "array", "items": item, **({"maxItems": most} if most else {})}


def nullable(schema: Schema) -> Schema:
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return {**schema, "type": [*kinds, "null"]}


def record(**properties: Schema) -> Schema:
    """An object of an answer: every property is there, empty ones are null."""
    return {"type": "object", "properties": properties, "required": [*properties], "additionalProperties": False}


def body(*required: str, **properties: Schema) -> Schema:
    """An object of a request: unknown properties are refused, not ignored."""
    return {"type": "object", "properties": properties, "required": [*required], "additionalProperties": False}


def search_request(felder: Mapping[str, Feld]) -> Schema:
    """The body of a search over these fields."""
    sortable = [name for name, feld in felder.items() if feld.art != "list"]
    sort = body("field", field=enum(*sortable), order=enum("ASC", "DESC", "asc", "desc"))
    page = body(
        limit=integer(1, MAX_LIMIT), **{"from": integer(0, 10**9)}, after=nullable(_CURSOR), before=nullable(_CURSOR)
    )
    filters = body(**{name: _filter(feld) for name, feld in felder.items()})
    return body(filter=filters, sort=list_of(sort, 10), page=page)


def search_result(item: Schema) -> Schema:
    cursor = nullable(TEXT)
    page = record(totalItems={"type": "integer", "minimum": 0}, hasMoreTotalItems=BOOL, startCursor=cursor, endCursor=cursor)
    return record(items=list_of(item), page=page)


def _filter(feld: Feld) -> Schema:
    """A plain value, or operators. One schema for both, so that an error names what is wrong instead of two alternatives."""
    plain = enum(*feld.values) if feld.values else _PLAIN["text" if feld.art == "list" else feld.art]
    several = {"type": "array", "items": plain, "maxItems": 1000}
    if feld.art == "list":
        operators: Schema = {"$eq": plain, "$in": several}
    else:
        operators = {"$eq": plain, "$neq": plain, "$exists": BOOL, "$in": several, "$notIn": several}
        operators |= dict.fromkeys(_OPERATORS[feld.art], plain)
    return {**plain, "type": [plain["type"], "object"], "properties": operators, "additionalProperties": False, "minProperties": 1}
