"""FEEL that needs no interpreter: names, paths, literals, ``=`` and ``!=``, ``and``, ``or``, ``if``, joined texts, days so many days apart, and
the entry of a list by its number or by what it says (``personen[item.person_id = person][1].vorname``).

Two thirds of what diagrams and forms ask is of this kind, and the way into V8 and back costs many times the answer. Whatever is not plain to
see (another type than expected, an entry that is missing, a number that JavaScript writes otherwise) is left to the interpreter, which
tests/unit/test_feel_simple.py holds this against.
"""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

# What is left to the interpreter.
UNSURE = object()
# The words of js/feel_compile.js that are no names.
_KEYWORDS = frozenset(
    ["for", "in", "return", "if", "then", "else", "some", "every", "satisfies", "and", "or", "between", "instance", "of", "function", "external", "not", "null", "true", "false", "date", "time", "duration"]
)
_TOKEN = re.compile(
    r'\s*(?:(?P<text>"[^"\\\x00-\x1f]*")|(?P<number>\d{1,15})(?![\w.])|(?P<name>[^\W\d]\w*(?:\.[^\W\d]\w*)*)|(?P<sign>!=|\[\s*\]|[][=+()-]|\.(?=[^\W\d])))\s*'
)
_CONSTANTS: Mapping[str, Any] = {"true": True, "false": False, "null": None}
_DAY, _DAYS = re.compile(r"[12]\d{3}-\d\d-\d\d"), re.compile(r"P(\d{1,5})D")
# Beyond these JavaScript counts otherwise, or the interpreter refuses.
_WHOLE, _LONGEST, _DEEPEST = 2**53, 1_000_000, 50
# Longer texts and deeper brackets are nothing one sees at a glance.
_LONG, _NESTED = 400, 12


@dataclass(frozen=True)
class Around:
    """Where an expression stands: its variables, whether FEEL does not know a name that is none of them either, and the day in Zurich."""

    context: Mapping[str, Any]
    is_unknown: Callable[[str], bool]
    today: Callable[[], date]


Answer = Callable[[Around], Any]


@dataclass(frozen=True)
class _Day:
    """FEEL's date: where it ends it is ISO text, until then no text."""

    day: date


@dataclass(frozen=True)
class _Duration:
    """Of whole days."""

    days: int


class _Involved(Exception):
    """The text says more than this module reads."""


def is_plain(context: Mapping[str, Any]) -> bool:
    """Whether all variables are single words: others would change how texts are read."""
    return all(map(str.isidentifier, context))


@lru_cache(maxsize=20_000)
def simple(source: str) -> Answer | None:
    """What answers ``source``, or None. The answer may be ``UNSURE``."""
    try:
        found = _Reader(source).whole()
    except _Involved:
        return None
    return lambda around: _copied(found(around))


class _Reader:
    """Reads an expression by FEEL's precedence; each method one level, from the loosest to the tightest."""

    def __init__(self, source: str):
        if len(source) > _LONG:
            raise _Involved
        self.tokens: list[tuple[str, str]] = []
        self.at = self.depth = 0
        place = 0
        while place < len(source):
            found = _TOKEN.match(source, place)
            if found is None:
                raise _Involved
            kind = found.lastgroup or ""
            self.tokens.append((kind, found[kind]))
            place = found.end()

    def whole(self) -> Answer:
        read = self._expression()
        if self.at != len(self.tokens):
            raise _Involved
        return read

    def _expression(self) -> Answer:
        self.depth += 1
        if self.depth > _NESTED:
            raise _Involved
        read = self._if() if self._takes("if") else self._joined("or", lambda: self._joined("and", self._comparison))
        self.depth -= 1
        return read

    def _if(self) -> Answer:
        condition = self._expression()
        self._require("then")
        then = self._expression()
        self._require("else")
        otherwise = self._expression()
        # Of anything but true and false FEEL has an opinion of its own.
        return lambda around: {True: then, False: otherwise}.get(_truth(condition(around)), _unsure)(around)

    def _joined(self, word: str, part: Callable[[], Answer]) -> Answer:
        parts = [part()]
        while self._takes(word):
            parts.append(part())
        if len(parts) == 1:
            return parts[0]
        decide = all if word == "and" else any

        def condition(around: Around) -> Any:
            found = [_truth(one(around)) for one in parts]
            return UNSURE if UNSURE in found else decide(found)

        return condition

    def _comparison(self) -> Answer:
        left = self._sum()
        for sign in ("=", "!="):
            if self._takes(sign):
                return _compared(left, self._sum(), is_equal=sign == "=")
        return left

    def _sum(self) -> Answer:
        read = self._part()
        while True:
            if self._takes("+"):
                read = _added(read, self._part(), 1)
            elif self._takes("-"):
                read = _added(read, self._part(), -1)
            else:
                return read

    def _part(self) -> Answer:
        """An atom, or what is in it: an entry of a list, those of which something is true, the value behind a name."""
        read = self._atom()
        while True:
            if self._takes("["):
                read = self._chosen(read)
                self._require("]")
            elif self._takes("."):
                read = _inside(read, self._next()[1].split("."))
            else:
                return read

    def _chosen(self, whole: Answer) -> Answer:
        kind, text = self._next()
        if kind == "number" and self.tokens[self.at : self.at + 1] == [("sign", "]")]:
            return _entry(whole, int(text))
        self.at -= 1
        return _filtered(whole, self._expression())

    def _atom(self) -> Answer:
        kind, text = self._next()
        if kind == "name":
            return self._called(text) if self._takes("(") else _named(text)
        if text == "(":
            read = self._expression()
            self._require(")")
            return read
        if kind in ("text", "number"):
            value: Any = text[1:-1] if kind == "text" else int(text)
            return lambda around: value
        if text.startswith("["):
            return lambda around: []
        raise _Involved

    def _called(self, name: str) -> Answer:
        if name == "today":
            self._require(")")
            return lambda around: UNSURE if name in around.context else _Day(around.today())
        if name not in _FUNCTIONS:
            raise _Involved
        argument, function = self._expression(), _FUNCTIONS[name]
        self._require(")")
        # A variable of that name would be asked instead.
        return lambda around: UNSURE if name in around.context else function(argument(around))

    def _next(self) -> tuple[str, str]:
        if self.at == len(self.tokens):
            raise _Involved
        self.at += 1
        return self.tokens[self.at - 1]

    def _takes(self, text: str) -> bool:
        if self.at < len(self.tokens) and self.tokens[self.at][1] == text:
            self.at += 1
            return True
        return False

    def _require(self, text: str) -> None:
        if not self._takes(text):
            raise _Involved


def _unsure(around: Around) -> Any:
    return UNSURE


def _truth(value: Any) -> Any:
    return value if isinstance(value, bool) else UNSURE


def _named(text: str) -> Answer:
    if text in _CONSTANTS:
        return lambda around: _CONSTANTS[text]
    way = tuple(text.split("."))
    if _KEYWORDS.intersection(way):
        raise _Involved
    return lambda around: _at(way, around)


def _inside(whole: Answer, way: Sequence[str]) -> Answer:
    if _KEYWORDS.intersection(way):
        raise _Involved

    def find(around: Around) -> Any:
        value = whole(around)
        return None if value is None else _along(value, way)

    return find


def _entry(whole: Answer, number: int) -> Answer:
    """Of a list; FEEL counts from 1, and an entry that is not there is null."""

    def find(around: Around) -> Any:
        found = whole(around)
        if not isinstance(found, list) or number < 1:
            return UNSURE
        return _leaf(found[number - 1]) if number <= len(found) else None

    return find


def _filtered(whole: Answer, condition: Answer) -> Answer:
    """The objects of a list for which the condition is true. In it the entries of each can be named as they are, or through ``item``."""

    def find(around: Around) -> Any:
        found = whole(around)
        if not isinstance(found, list) or not all(map(_is_plain_object, found)):
            return UNSURE
        told = [_truth(condition(replace(around, context=ChainMap(one, {"item": one}, around.context)))) for one in found]  # type: ignore[arg-type]
        return UNSURE if UNSURE in told else [one for one, is_chosen in zip(found, told, strict=True) if is_chosen]

    return find


def _is_plain_object(value: Any) -> bool:
    return isinstance(value, dict) and "item" not in value and is_plain(value) and _KEYWORDS.isdisjoint(value)


def _compared(left: Answer, right: Answer, *, is_equal: bool) -> Answer:
    def compare(around: Around) -> Any:
        one, other = left(around), right(around)
        if one is UNSURE or other is UNSURE:
            return UNSURE
        if one is None or other is None:
            return (one is other) is is_equal
        # What is of two types FEEL does not compare, with exceptions; lists and objects it compares entry by entry.
        return (one == other) is is_equal if type(one) is type(other) and isinstance(one, str | int) else UNSURE

    return compare


def _added(left: Answer, right: Answer, sign: int) -> Answer:
    def add(around: Around) -> Any:
        one, other = left(around), right(around)
        if isinstance(one, _Day) and isinstance(other, _Duration):
            return _moved(one, sign * other.days)
        return one + other if sign == 1 and isinstance(one, str) and isinstance(other, str) else UNSURE

    return add


def _moved(start: _Day, days: int) -> Any:
    try:
        return _Day(start.day + timedelta(days=days))
    except OverflowError:
        return UNSURE


def _date(value: Any) -> Any:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        return UNSURE
    try:
        return _Day(date.fromisoformat(value))
    except ValueError:
        return UNSURE


def _duration(value: Any) -> Any:
    found = _DAYS.fullmatch(value) if isinstance(value, str) else None
    return _Duration(int(found[1])) if found else UNSURE


def _string(value: Any) -> Any:
    if isinstance(value, _Day):
        return value.day.isoformat()
    return value if isinstance(value, str) else UNSURE


_FUNCTIONS: Mapping[str, Callable[[Any], Any]] = {"date": _date, "duration": _duration, "string": _string}


def _at(way: tuple[str, ...], around: Around) -> Any:
    first, *rest = way
    if first not in around.context:
        return None if not rest and around.is_unknown(first) else UNSURE
    return _along(around.context[first], rest)


def _along(value: Any, way: Sequence[str]) -> Any:
    for name in way:
        if not isinstance(value, Mapping) or name not in value:
            return UNSURE
        value = value[name]
    return _leaf(value)


def _leaf(value: Any) -> Any:
    """A date goes to the interpreter as text."""
    return value.isoformat() if isinstance(value, date) else value


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
    if isinstance(value, _Day):
        return value.day.isoformat()
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
