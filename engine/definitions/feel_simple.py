"""FEEL that needs no interpreter: names, paths, literals, and comparisons of these with ``=`` and ``!=``.

A good half of what diagrams and forms ask is of this kind, and the way into V8 and back costs many times the answer. Whatever is not plain to
see (another type than expected, an entry that is missing, a number that JavaScript writes otherwise) is left to the interpreter, which
tests/unit/test_feel_simple.py holds this against.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

# What is left to the interpreter.
UNSURE = object()
# The words of js/feel_compile.js that are no names.
_KEYWORDS = frozenset(
    ["for", "in", "return", "if", "then", "else", "some", "every", "satisfies", "and", "or", "between", "instance", "of", "function", "external", "not", "null", "true", "false", "date", "time", "duration"]
)
_NAME = r"[^\W\d]\w*(?:\.[^\W\d]\w*)*"
_LITERAL = r'"[^"\\\x00-\x1f]*"|\d{1,15}|true|false|null'
_COMPARISON = re.compile(rf"({_NAME})\s*(!?=)\s*({_LITERAL})")
_ATOM = re.compile(rf"(?P<literal>{_LITERAL})|(?P<name>{_NAME})")
_JOINED = re.compile(r"\s+(and|or)\s+")
_CONSTANTS: Mapping[str, Any] = {"true": True, "false": False, "null": None}
# Beyond these JavaScript counts otherwise, or the interpreter refuses.
_WHOLE, _LONGEST, _DEEPEST = 2**53, 1_000_000, 50

Answer = Callable[[Mapping[str, Any], Callable[[str], bool]], Any]


def is_plain(context: Mapping[str, Any]) -> bool:
    """Whether all variables are single words: others would change how texts are read."""
    return all(map(str.isidentifier, context))


@lru_cache(maxsize=20_000)
def simple(source: str) -> Answer | None:
    """What answers ``source`` from the variables, or None. The answer may be ``UNSURE``.

    The second argument tells of a name that is no variable whether FEEL knows it neither: then it is null.
    """
    text = source.strip()
    return _atom(text) or _condition(text)


def _atom(text: str) -> Answer | None:
    found = _ATOM.fullmatch(text)
    if found is None:
        return None
    if found["literal"]:
        value = _literal(text)
        return lambda context, is_unknown: value
    way = _way(text)
    return None if way is None else lambda context, is_unknown: _copied(_at(way, context, is_unknown))


def _condition(text: str) -> Answer | None:
    """Comparisons joined by ``and`` alone or by ``or`` alone."""
    parts, joint, at = [], "", 0
    while found := _COMPARISON.match(text, at):
        way = _way(found[1])
        if way is None:
            return None
        parts.append(_comparison(way, found[2] == "=", _literal(found[3])))
        at = found.end()
        if at == len(text):
            return parts[0] if len(parts) == 1 else _all_or_any(parts, joint)
        between = _JOINED.match(text, at)
        if between is None or joint not in ("", between[1]):
            return None
        joint, at = between[1], between.end()
    return None


def _comparison(way: tuple[str, ...], is_equal: bool, wanted: Any) -> Answer:
    def compare(context: Mapping[str, Any], is_unknown: Callable[[str], bool]) -> Any:
        value = _at(way, context, is_unknown)
        if value is None or wanted is None:
            return UNSURE if value is UNSURE else (value is wanted) is is_equal
        # What is of two types FEEL does not compare, with exceptions.
        return (value == wanted) is is_equal if type(value) is type(wanted) else UNSURE

    return compare


def _all_or_any(parts: list[Answer], joint: str) -> Answer:
    decide = all if joint == "and" else any

    def condition(context: Mapping[str, Any], is_unknown: Callable[[str], bool]) -> Any:
        found = [part(context, is_unknown) for part in parts]
        return UNSURE if UNSURE in found else decide(found)

    return condition


def _literal(text: str) -> Any:
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    return text[1:-1] if text.startswith('"') else int(text)


def _way(text: str) -> tuple[str, ...] | None:
    way = tuple(text.split("."))
    return None if _KEYWORDS.intersection(way) else way


def _at(way: tuple[str, ...], context: Mapping[str, Any], is_unknown: Callable[[str], bool]) -> Any:
    first, *rest = way
    if first not in context:
        return None if not rest and is_unknown(first) else UNSURE
    value = context[first]
    for name in rest:
        if not isinstance(value, Mapping) or name not in value:
            return UNSURE
        value = value[name]
    return value


def _copied(value: Any, depth: int = 0) -> Any:
    """The value as it would come back from JavaScript, or ``UNSURE``. A copy: callers may change it."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return value if _is_harmless(value) else UNSURE
    if isinstance(value, int):
        return value if -_WHOLE <= value <= _WHOLE else UNSURE
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, date):
        return value.isoformat()
    if depth < _DEEPEST and isinstance(value, list | tuple):
        items = [_copied(one, depth + 1) for one in value]
        return UNSURE if any(one is UNSURE for one in items) else items
    if depth < _DEEPEST and isinstance(value, dict):
        # JavaScript moves names that are numbers to the front.
        entries = {name: _copied(one, depth + 1) for name, one in value.items() if isinstance(name, str) and not name.isdigit() and _is_harmless(name)}
        return UNSURE if len(entries) < len(value) or any(one is UNSURE for one in entries.values()) else entries
    return UNSURE


def _number(value: float) -> Any:
    """JavaScript has one kind of numbers, and writes whole ones without a point."""
    if not -_WHOLE <= value <= _WHOLE:
        return UNSURE
    return int(value) if value.is_integer() else value


def _is_harmless(text: str) -> bool:
    return len(text) <= _LONGEST and "\0" not in text and (text.isascii() or not _SURROGATE.search(text))


_SURROGATE = re.compile("[\ud800-\udfff]")
