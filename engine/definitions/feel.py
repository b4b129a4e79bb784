"""FEEL, evaluated by feelin in embedded V8: the interpreter the modelers use, without access to anything but the given variables.

The JavaScript half is ``js/feel.js``, bundled into ``dist/feel.js`` by ``npm run build``. Values cross as JSON, so whole numbers are exact up to
2^53; FEEL's dates, times and durations come back as ISO text (a date and time with the offset that Europe/Zurich had then).

Besides FEEL's own functions a diagram may call ``arbeitstage plus(datum, anzahl)`` and ``monate plus(datum, anzahl)``, see engine.model.calendar,
and Camunda's ``is defined``, ``get or else``, ``is empty``, ``is blank``, ``trim`` and ``last day of month``.
What FEEL's standard says otherwise than feelin is in ``js/feel_standard.js``: ranges from text, list replace, whole months, and rounding.
"""

from __future__ import annotations

import json
import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

from py_mini_racer import JSEvalException, JSOOMException, JSTimeoutException

from engine.definitions.feel_simple import UNSURE, Around, is_plain, simple
from engine.definitions.v8 import Embedded, PerProcess
from engine.model.calendar import ZURICH, feiertage
from engine.model.errors import Trouble

BUNDLE = Path(__file__).parent / "dist" / "feel.js"
MEMORY = 96 * 1024 * 1024
# As long as a case may live; see how far ahead a form takes a date.
JAHRE = range(1990, 2701)
# How many texts an interpreter remembers the reading of: a whole process application has about two thousand.
READINGS = 20_000
# Answers kept of requests up to so many characters: showing a form, checking it and completing its task ask the same within one step.
ANSWERS, LONGEST_KEPT = 2000, 10_000
# Single values kept of expressions that see nothing but single values: how many, texts up to so many characters, expressions up to so many words.
VALUES, LONGEST_SEEN, MANY = 20_000, 200, 60
# Only what names now or today gives another answer at another moment; everything else is asked at this one.
TIMELESS, MIDNIGHT = "2000-01-01T00:00:00.000", "T00:00:00.000"

Kind = Literal["expression", "unary"]


class Feel:
    """One V8 context, made at the first call and made anew after it ran out of time or memory. Safe to share between threads.

    A Feel belongs to the process that made it: take :func:`shared` where a fork may lie in between.
    """

    def __init__(self, *, seconds: float = 5.0, memory: int = MEMORY):
        self.seconds = seconds
        self._readings: dict[tuple[str, str, Kind], Any] = {}
        self._kept: OrderedDict[str, str] = OrderedDict()
        self._values: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
        self._v8 = Embedded(BUNDLE, seconds=seconds, memory=memory, prepare=_script("configure", json.dumps({"feiertage": _feiertage()})))

    def __enter__(self) -> Feel:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Give V8's memory and thread back. A later call starts afresh."""
        self._v8.close()

    def evaluate_all(self, expressions: Sequence[str], context: Mapping[str, Any], *, now: datetime) -> list[Any]:
        """The values of ``expressions`` (without leading ``=``) as JSON values; a missing variable is None.

        Raises:
            Trouble: ``EXTRACT_VALUE_ERROR`` naming the first expression that is not FEEL, calls an unknown function, has no JSON value, or
                takes more than ``seconds`` or ``memory``.
        """
        found = self._seen(expressions, context, now)
        left = [number for number, value in enumerate(found) if value is UNSURE]
        if not left:
            return found
        keys = {number: _used(expressions[number], context, now) for number in left}
        for number, key in keys.items():
            found[number] = UNSURE if key is None else self._values.get(key, UNSURE)
        unknown = [number for number in left if found[number] is UNSURE]
        if unknown:
            asked = [expressions[number] for number in unknown]
            for number, source, answer in zip(unknown, asked, self._answers(asked, context, now), strict=True):
                found[number] = _value(source, answer)
                self._remember(keys[number], found[number])
        return found

    def explain(self, expression: str, context: Mapping[str, Any], *, now: datetime) -> list[str]:
        """What the interpreter remarked while evaluating, in German: missing variables, types that do not fit, the error."""
        answer = self._answers([expression], context, now)[0]
        error = [answer["error"]] if "error" in answer else []
        return list(dict.fromkeys([*answer["warnings"], *error]))

    def parse_error(self, expression: str, *, kind: Kind = "expression") -> str | None:
        """Why ``expression`` is not FEEL, in German, or None. ``unary`` reads the cell of a decision table."""
        try:
            problem = self._read("problem", expression, kind)
        except Trouble as trouble:
            return trouble.message
        return problem if problem is None else str(problem)

    def unknown_functions(self, expression: str, *, kind: Kind = "expression") -> list[str]:
        """Functions called by name that neither FEEL nor Fallfluss nor the expression itself defines."""
        return list(self._read("reading", expression, kind)["functions"])

    def names(self, expression: str, *, kind: Kind = "expression") -> set[str]:
        """Variables the expression reads. Inside a filter that may include fields of the filtered elements."""
        return set(self._read("reading", expression, kind)["names"])

    def certain_names(self, expression: str) -> set[str]:
        """Variables the expression certainly reads: those around a filter, where a name may also be a field of an element, are left out."""
        return set(self._read("reading", expression, "expression")["certain"])

    def decide(self, programs: Mapping[str, str], context: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
        """Evaluate decisions in one call: JSON programs by their hash, each after those it requires; the answer is that of feel_decision.js.

        Raises:
            Trouble: it takes more than ``seconds`` or ``memory``, or ``context`` is not JSON.
        """
        texts = tuple(programs.values())
        request = {"now": _instant(now, _words_of_all(texts)), "context": _spoken(context, texts), "order": list(programs), "models": {}}
        names = ["die Entscheidung"]
        asked = _encode(request, names)
        answer = self._kept.get(asked)
        if answer is None:
            answer = self._v8_answer("decide", asked, names)
            if "missing" in json.loads(answer):
                # V8 keeps a program until its context ends; another thread may end it in between, so everything goes along.
                request["models"] = {key: json.loads(program) for key, program in programs.items()}
                answer = self._v8_answer("decide", _encode(request, names), names)
            self._keep(asked, answer)
        return dict(json.loads(answer))

    def _seen(self, expressions: Sequence[str], context: Mapping[str, Any], now: datetime) -> list[Any]:
        """What is plain to see without the interpreter; the others are ``UNSURE``."""
        readable = [simple(source) for source in expressions]
        if not any(readable) or not is_plain(context):
            return [UNSURE] * len(readable)

        def is_unknown(name: str) -> bool:
            key: tuple[str, str, Kind] = ("unknown", name, "expression")
            if key not in self._readings:
                self._readings[key] = self._answers([name], {}, now)[0].get("value", UNSURE) is None
            return bool(self._readings[key])

        around = Around(context, is_unknown, lambda: now.astimezone(ZURICH).date())
        return [UNSURE if read is None else read(around) for read in readable]

    def _read(self, function: str, expression: str, kind: Kind) -> Any:
        """What depends on the text alone is asked once: the way into V8 and back is what a check costs."""
        key = (function, expression, kind)
        if key in self._readings:
            return self._readings[key]
        answer = self._call(function, {"source": expression, "kind": kind}, [expression])
        if len(self._readings) >= READINGS:
            self._readings.clear()
        self._readings[key] = answer
        return answer

    def _answers(self, expressions: Sequence[str], context: Mapping[str, Any], now: datetime) -> list[dict[str, Any]]:
        """What evaluating gives, from memory where the same was asked: FEEL has no side effects, and few expressions ask for the time."""
        texts = tuple(expressions)
        request = {"now": _instant(now, _words_of_all(texts)), "context": _spoken(context, texts), "expressions": texts}
        asked = _encode(request, texts)
        answer = self._kept.get(asked)
        if answer is None:
            answer = self._v8_answer("evaluate", asked, texts)
            self._keep(asked, answer)
        return list(json.loads(answer))

    def _remember(self, key: tuple[Any, ...] | None, value: Any) -> None:
        """FEEL has no side effects. Lists and objects are not kept: whoever gets one may change it."""
        if key is not None and (value is None or isinstance(value, str | int | float)):
            self._values[key] = value
            while len(self._values) > VALUES:
                self._values.popitem(last=False)

    def _keep(self, asked: str, answer: str) -> None:
        if len(asked) <= LONGEST_KEPT:
            self._kept[asked] = answer
            while len(self._kept) > ANSWERS:
                self._kept.popitem(last=False)

    def _call(self, function: str, request: Mapping[str, Any], expressions: Sequence[str]) -> Any:
        return json.loads(self._v8_answer(function, _encode(request, expressions), expressions))

    def _v8_answer(self, function: str, text: str, expressions: Sequence[str]) -> str:
        try:
            return self._v8.call(function, text)
        except JSEvalException as error:
            raise Trouble("EXTRACT_VALUE_ERROR", _stopped(error, self.seconds, expressions)) from error


_process_wide: PerProcess[Feel] = PerProcess(Feel)


def shared() -> Feel:
    """The process-wide interpreter: after a fork the child gets its own."""
    return _process_wide.get()


@cache
def _feiertage() -> list[str]:
    return [day.isoformat() for year in JAHRE for day in feiertage(year)]


def _script(function: str, text: str) -> str:
    return f"JSON.stringify(fallfluss.{function}(JSON.parse({json.dumps(text)})))"


def _local(now: datetime) -> str:
    return now.astimezone(ZURICH).replace(tzinfo=None).isoformat(timespec="milliseconds")


@lru_cache(maxsize=5000)
def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text))


@lru_cache(maxsize=5000)
def _words_of_all(texts: tuple[str, ...]) -> frozenset[str]:
    return frozenset[str]().union(*map(_words, texts))


def _instant(now: datetime, words: frozenset[str]) -> str:
    """The moment as far as these words can ask for it: what does not is the same at any other."""
    if "now" in words:
        return _local(now)
    return f"{_local(now)[:10]}{MIDNIGHT}" if "today" in words else TIMELESS


def _used(source: str, context: Mapping[str, Any], now: datetime) -> tuple[Any, ...] | None:
    """All that the value of an expression can depend on, if these are few and single values; otherwise None."""
    words = _words(source)
    if not is_plain(context) or len(words) > MANY:
        return None
    seen: list[Any] = [source, _instant(now, words)]
    opened = _only_opened((source,))
    for name in words:
        if name not in context:
            continue
        value = context[name]
        if name in opened and isinstance(value, Mapping):
            parts = [(inner, value[inner]) for inner in words if inner in value]
        else:
            parts = [("", value)]
        for inner, one in parts:
            # 1, 1.0 and True are one key of a dictionary, and three values of FEEL.
            if not (one is None or isinstance(one, bool | int | float | date) or isinstance(one, str) and len(one) <= LONGEST_SEEN):
                return None
            seen.append((name, inner, type(one), one))
    return tuple(seen)


def _spoken(context: Mapping[str, Any], texts: tuple[str, ...]) -> dict[str, Any]:
    """Only what some expression can mean: carrying a whole case into V8 costs more than evaluating.

    Of an object that is named for its entries alone, only those: there are sixty parameters, and most expressions want one.
    """
    words, opened = _words_of_all(texts), _only_opened(texts)
    found = {name: value for name, value in context.items() if words.issuperset(_words(name))}
    for name in opened.intersection(found):
        if isinstance(value := found[name], Mapping):
            found[name] = {inner: one for inner, one in value.items() if words.issuperset(_words(inner))}
    return found


@lru_cache(maxsize=5000)
def _only_opened(texts: tuple[str, ...]) -> frozenset[str]:
    """The words behind which a point and an entry's name follow, wherever they stand."""
    found: dict[bool, set[str]] = {True: set(), False: set()}
    for text in texts:
        for word, entry in re.findall(r"(\w+)(\s*\.\s*[^\W\d])?", text):
            found[bool(entry)].add(word)
    return frozenset(found[True] - found[False])


def _encode(request: Mapping[str, Any], expressions: Sequence[str]) -> str:
    try:
        return json.dumps(request, default=_as_json, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise Trouble(
            "EXTRACT_VALUE_ERROR", f"Die Variablen für {_quoted(expressions)} lassen sich nicht als JSON übergeben: {error}"
        ) from error


def _as_json(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{type(value).__name__} ist kein JSON-Wert")


def _value(source: str, answer: Mapping[str, Any]) -> Any:
    if "error" in answer:
        raise Trouble("EXTRACT_VALUE_ERROR", f"Der FEEL-Ausdruck «{_short(source)}» ist nicht auswertbar: {answer['error']}.")
    return answer["value"]


def _stopped(error: JSEvalException, seconds: float, expressions: Sequence[str]) -> str:
    if isinstance(error, JSTimeoutException):
        return f"Der FEEL-Ausdruck {_quoted(expressions)} wurde nach {seconds:g} s abgebrochen: Er rechnet zu lange oder endlos."
    if isinstance(error, JSOOMException):
        return f"Der FEEL-Ausdruck {_quoted(expressions)} wurde abgebrochen: Er braucht zu viel Speicher."
    return f"Der FEEL-Ausdruck {_quoted(expressions)} wurde abgebrochen: {str(error).strip().splitlines()[-1]}"


def _quoted(expressions: Sequence[str]) -> str:
    shown = ", ".join(f"«{_short(source)}»" for source in expressions[:3])
    return shown if len(expressions) <= 3 else f"{shown} (und {len(expressions) - 3} weitere)"


def _short(source: str) -> str:
    return source if len(source) <= 200 else source[:199] + "…"
