"""FEEL in embedded V8: real interpreter, real limits."""

import math
import multiprocessing
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.definitions import feel
from engine.definitions.feel import Feel
from engine.model.calendar import arbeitstage_plus, feiertage, months_after
from engine.model.errors import Trouble

NOW = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
ENDLESS = "for i in 1..1000000000 return i"
HEAVY_PATTERN = 'matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "^(a+)+$")'


@pytest.fixture(scope="module")
def interpreter() -> Iterator[Feel]:
    with Feel() as made:
        yield made


def value(interpreter: Feel, expression: str, **context: Any) -> Any:
    return interpreter.evaluate_all([expression], context, now=NOW)[0]


@pytest.mark.parametrize(
    ("expression", "context", "expected"),
    [
        pytest.param("1 + 2", {}, 3, id="arithmetic"),
        pytest.param("0.1 + 0.2 > 0.3", {}, True, id="numbers are doubles"),
        pytest.param('person.name + "!"', {"person": {"name": "Meier"}}, "Meier!", id="a path"),
        pytest.param(
            'personen[rolle = "kind"].name', {"personen": [{"rolle": "kind", "name": "A"}, {"rolle": "partner"}]}, ["A"], id="a filter"
        ),
        pytest.param("sum(for p in personen return p.n)", {"personen": [{"n": 1}, {"n": 2}]}, 3, id="a loop"),
        pytest.param("some p in personen satisfies p.n > 1", {"personen": [{"n": 1}, {"n": 2}]}, True, id="a quantifier"),
        pytest.param("fehlt", {}, None, id="a missing variable is null"),
        pytest.param("fehlt > 3", {}, None, id="and so is what is computed from it"),
        pytest.param("tag der geburt + 1", {"tag der geburt": 1}, 2, id="a name with spaces"),
        pytest.param('date("2026-08-31") + duration("P6M")', {}, "2027-02-28", id="a date becomes ISO text"),
        pytest.param("date(am) > date(bis)", {"am": "2026-03-02", "bis": "2026-03-01"}, True, id="dates are compared as dates"),
        pytest.param("today()", {}, "2026-03-02", id="today is given"),
        pytest.param("now()", {}, "2026-03-02T08:00:00+01:00", id="now is given, in Zurich"),
        pytest.param('now() + duration("P6M")', {}, "2026-09-02T08:00:00+02:00", id="the offset follows summer time"),
        pytest.param('duration("P1Y2M")', {}, "P1Y2M", id="a duration of months"),
        pytest.param('duration("PT36H")', {}, "P1DT12H", id="a duration of hours"),
        pytest.param('time("10:30:00")', {}, "10:30:00", id="a time"),
        pytest.param("{a: 1, b: [null, true]}", {}, {"a": 1, "b": [None, True]}, id="a context"),
        pytest.param("arbeitstage plus(today(), 5)", {}, "2026-03-09", id="working days"),
        pytest.param('arbeitstage plus("2026-04-02", 1)', {}, "2026-04-07", id="working days over Easter"),
        pytest.param('arbeitstage plus("2750-01-03", 1)', {}, Trouble, id="working days of a year whose holidays are not known"),
        pytest.param('monate plus("2026-08-31", 6)', {}, "2027-02-28", id="months are clipped"),
        pytest.param('monate plus("bald", 6)', {}, Trouble, id="own functions insist on their types"),
        pytest.param("arbeitstage plus(today(), 1000000000)", {}, Trouble, id="and on reasonable numbers"),
        pytest.param("is defined(fehlt)", {}, False, id="Camunda's is defined, of nothing"),
        pytest.param("is defined(a) and a > 1", {"a": 2}, True, id="Camunda's is defined, of something"),
        pytest.param("get or else(fehlt, 63) + 1", {}, 64, id="Camunda's get or else"),
        pytest.param("is empty(xs) or is blank(trim(s))", {"xs": [1], "s": "  "}, True, id="Camunda's is empty, is blank and trim"),
        pytest.param('last day of month(date("2028-02-03"))', {}, "2028-02-29", id="Camunda's last day of month"),
        pytest.param("foo(1)", {}, Trouble, id="an unknown function"),
        pytest.param('string length("a", 2, 3)', {}, Trouble, id="too many arguments"),
        pytest.param("1 +", {}, Trouble, id="a syntax error"),
        pytest.param("", {}, Trouble, id="nothing at all"),
        pytest.param("[1..3]", {}, Trouble, id="a range is no value"),
        pytest.param("function(x) x", {}, Trouble, id="a function is no value"),
        pytest.param('"\\u0000"', {}, Trouble, id="a character no database stores"),
        pytest.param('{"\\ud800": 1}', {}, Trouble, id="half a character"),
        pytest.param("x", {"x": "y" * 1_000_001}, Trouble, id="a text without end"),
        pytest.param("{f: function(n) if n = 0 then 1 else [f(n - 1)], r: f(150)}.r", {}, Trouble, id="a result nested beyond reason"),
        pytest.param("10 ** 400", {}, Trouble, id="infinity is no value"),
        pytest.param("(" * 5000 + "1" + ")" * 5000, {}, Trouble, id="nested beyond reason"),
    ],
)
def test_an_expression_has_a_json_value_or_a_reason(interpreter: Feel, expression: str, context: dict[str, Any], expected: Any) -> None:
    if expected is Trouble:
        with pytest.raises(Trouble, match=r"FEEL-Ausdruck «") as caught:
            value(interpreter, expression, **context)
        assert caught.value.kind == "EXTRACT_VALUE_ERROR"
    else:
        assert value(interpreter, expression, **context) == expected


def test_many_expressions_take_one_call_and_keep_their_order(interpreter: Feel) -> None:
    assert interpreter.evaluate_all(["a", "b", "a + b"], {"a": 1, "b": 2}, now=NOW) == [1, 2, 3]
    assert interpreter.evaluate_all([], {}, now=NOW) == []


def test_the_trouble_names_the_expression_that_failed(interpreter: Feel) -> None:
    with pytest.raises(Trouble, match=r"«bar\(2\)».*die Funktion in «bar\(2\)» gibt es nicht"):
        interpreter.evaluate_all(["1", "bar(2)"], {}, now=NOW)


def test_today_in_zurich_is_a_day_ahead_of_utc_before_midnight(interpreter: Feel) -> None:
    assert interpreter.evaluate_all(["today()"], {}, now=datetime(2026, 7, 1, 22, 30, tzinfo=UTC)) == ["2026-07-02"]


@pytest.mark.parametrize(
    ("expression", "moves"),
    [
        pytest.param("today()", True, id="the day"),
        pytest.param('string(now()) + ""', True, id="the time, within something else"),
        pytest.param('if x > 1 then date("2026-01-01") else today()', False, id="what does not come to ask"),
        pytest.param("x + 1", False, id="a sum"),
    ],
)
def test_what_is_remembered_of_another_moment_says_only_what_no_clock_changes(interpreter: Feel, expression: str, moves: bool) -> None:
    first, second = (interpreter.evaluate_all([expression], {"x": 2}, now=datetime(2026, month, 1, tzinfo=UTC)) for month in (3, 4))
    assert (first != second) is moves
    assert interpreter.evaluate_all([expression], {"x": 2}, now=datetime(2026, 3, 1, tzinfo=UTC)) == first


def test_now_in_the_repeated_hour_keeps_its_offset_as_well_as_feel_can(interpreter: Feel) -> None:
    assert interpreter.evaluate_all(["now()"], {}, now=datetime(2026, 10, 25, 0, 30, tzinfo=UTC)) == ["2026-10-25T02:30:00+02:00"]


@pytest.mark.parametrize(
    ("expression", "remark"),
    [
        ("fehlt > 1", "die Variable «fehlt» fehlt"),
        ("person.alter", "der Eintrag «alter» fehlt"),
        ('"a" + 1', "passen die Typen nicht"),
        ('date("gestern")', "unbrauchbaren Werten"),
        ("1 +", "unvollständig"),
    ],
)
def test_a_null_can_be_explained(interpreter: Feel, expression: str, remark: str) -> None:
    assert remark in "; ".join(interpreter.explain(expression, {"person": {}}, now=NOW))


@pytest.mark.parametrize(
    "expression", [ENDLESS, HEAVY_PATTERN, 'for i in 1..100000000 return "xxxxxxxxxxxx"', "count(for i in 1..3000, j in 1..3000 return i)"]
)
def test_an_endless_expression_is_stopped_and_harms_nobody(expression: str) -> None:
    with Feel(seconds=1.0) as own:
        assert value(own, "1") == 1
        begun = time.perf_counter()
        with pytest.raises(Trouble, match="abgebrochen"):
            value(own, expression)
        assert time.perf_counter() - begun < 5
        assert value(own, "1 + 1") == 2


def test_other_threads_go_on_while_one_is_stopped() -> None:
    results: list[Any] = []

    def work(own: Feel, expression: str) -> None:
        try:
            results.append(value(own, expression))
        except Trouble:
            results.append("stopped")

    with Feel() as own:
        threads = [threading.Thread(target=work, args=(own, HEAVY_PATTERN if number == 2 else f"{number} + 1")) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    assert sorted(map(str, results)) == ["1", "2", "4", "5", "6", "stopped"]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('{"__proto__": {boese: 1}}.boese', None),
        ('context put({}, ["__proto__", "boese"], 1)', None),
        ("{}.boese", None),
        ("{}.constructor", None),
        ('"".constructor', None),
        ("constructor", None),
        ("globalThis", None),
        ("x.b", None),
        ("x", {"__proto__": {"b": 1}, "constructor": 2}),
    ],
)
def test_no_key_reaches_the_inside_of_the_engine(interpreter: Feel, expression: str, expected: Any) -> None:
    assert value(interpreter, expression, x={"__proto__": {"b": 1}, "constructor": 2}) == expected
    assert value(interpreter, "{}.boese") is None


def test_javascript_cannot_be_called(interpreter: Feel) -> None:
    with pytest.raises(Trouble):
        value(interpreter, 'x.constructor.constructor("return 1")()', x={})


def test_values_that_are_not_json_are_refused(interpreter: Feel) -> None:
    with pytest.raises(Trouble, match="JSON"):
        value(interpreter, "x", x=math.nan)


def test_only_what_is_named_crosses_the_border(interpreter: Feel) -> None:
    assert value(interpreter, "a", a=1, unbeteiligt=object()) == 1


@pytest.mark.parametrize(
    ("expression", "kind", "sound"),
    [
        ("a > 1", "expression", True),
        ("a >", "expression", False),
        ("", "expression", False),
        ('"a', "expression", False),
        ('"x","y"', "expression", False),
        ('"x","y"', "unary", True),
        ('not("y")', "unary", True),
        ("[1..5)", "unary", True),
        ("[1..", "unary", False),
        ("-", "unary", True),
        ("arbeitstage plus(today(), 3)", "expression", True),
    ],
)
def test_syntax_is_checked_without_evaluating(interpreter: Feel, expression: str, kind: Any, sound: bool) -> None:
    assert (interpreter.parse_error(expression, kind=kind) is None) is sound


@pytest.mark.parametrize(
    ("expression", "names", "unknown"),
    [
        ("a + b.c", {"a", "b"}, []),
        ("foo(a)", {"a"}, ["foo"]),
        ("get or else(a, 1) + is defined(b)", {"a", "b"}, []),
        ("unbekannte funktion(1)", set(), ["unbekannte funktion"]),
        ('string length(a) + count(b) + arbeitstage plus(today(), 1) + date("2026-01-01") + now()', {"a", "b"}, []),
        ("for p in personen return p.x", {"personen"}, []),
        ("{a: 1, f: function(x) x + y, z: f(a)}.z", {"y"}, []),
        ("list[item > grenze]", {"list", "grenze"}, []),
    ],
)
def test_an_expression_tells_what_it_needs(interpreter: Feel, expression: str, names: set[str], unknown: list[str]) -> None:
    assert interpreter.names(expression) == names
    assert interpreter.unknown_functions(expression) == unknown


def test_feel_and_the_calendar_agree(interpreter: Feel) -> None:
    days = [NOW.date() + timedelta(days=offset * 3) for offset in range(120)]
    asked = [f'arbeitstage plus("{day}", {n})' for day in days for n in (-7, 0, 4)] + [f'monate plus("{day}", 7)' for day in days]
    expected = [arbeitstage_plus(day, n).isoformat() for day in days for n in (-7, 0, 4)] + [
        months_after(day, 7).isoformat() for day in days
    ]
    assert interpreter.evaluate_all(asked, {}, now=NOW) == expected
    assert feiertage(2026)


def _in_the_child(answers: Any) -> None:
    answers.put(feel.shared().evaluate_all(["1 + 1"], {}, now=NOW))


def test_a_forked_process_gets_an_interpreter_of_its_own() -> None:
    parent = feel.shared()
    assert value(parent, "1") == 1
    forking = multiprocessing.get_context("fork")
    answers = forking.Queue()
    child = forking.Process(target=_in_the_child, args=(answers,))
    child.start()
    assert answers.get(timeout=30) == [2]
    child.join(30)
    assert child.exitcode == 0
    assert feel.shared() is parent
