"""What is answered without the interpreter is what the interpreter would say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from engine.definitions.feel import Feel
from engine.definitions.feel_simple import UNSURE, Around, is_plain, simple

NOW = datetime(2026, 8, 31, 23, tzinfo=UTC)
TODAY = date(2026, 9, 1)
CONTEXT: dict[str, Any] = {
    "text": "ja", "leer": "", "umlaut": "Ablösung", "zahl": 3, "null_zahl": 0, "ganz": 4.0, "bruch": 2.5, "gross": 2**60, "wahr": True, "falsch": False,
    "nichts": None, "tag": date(2026, 1, 31), "liste": [1, 2.0, "x", None, {"a": 1.0}], "einzeln": ["ja"], "keine": [],
    "frist": "P14D", "monate": "P2M", "ab": "2026-10-24", "ungueltig": "2026-02-30", "schalt": "2028-02-28", "moment": "2026-10-24T10:00:00", "nah": "2026-10-24",
    "personen": [{"nr": "a", "name": "Ada", "alter": 30, "kind": {"name": "Kai"}}, {"nr": "b", "name": "Bo", "alter": 30, "kind": None}], "wer": {"nr": "b"}, "nr": "a",
    "gemischt": [{"nr": "a"}, {"wert": 1}], "eigen": [{"item": 1, "nr": "a"}], "seltsam": [{"nr x": 1, "nr": "a"}], "tage": [date(2026, 1, 31)],
    "objekt": {"innen": {"text": "ja", "zahl": 1.0}, "nichts": None, "10": 1, "2": 2}, "halb": "\ud800", "zeilen": [{"wert": 1}, {"wert": 2}],
}  # fmt: skip
ATOMS = (*CONTEXT, "fehlt", "objekt.innen", "objekt.innen.text", "objekt.innen.zahl", "objekt.nichts", "objekt.fehlt", "nichts.innen", "zeilen.wert", "text.innen")
DAYS = ("today()", "date(ab)", "date(schalt)", "date(ungueltig)", "date(moment)", "date(tag)", "tag", "ab", "nichts", "date(text)", 'date("2026-01-31")', 'date("0999-01-01")')
LITERALS = ('"ja"', '""', "3", "0", "4", "true", "false", "null", '"Ablösung"')
SOURCES = [
    *ATOMS, *LITERALS,
    *(f"{atom} {operator} {literal}" for atom in ATOMS for operator in ("=", "!=") for literal in LITERALS),
    'text = "ja" and zahl = 3', 'text = "ja" and zahl = 4', 'text = "nein" or fehlt = null', "nichts = null and fehlt != null", "wahr = true or zahl = true",
    *(f"{one} {operator} {other}" for one in ATOMS[:14] for operator in ("=", "!=", "+", "-") for other in ATOMS[:14]),
    *(f"{start} {sign} duration({length})" for start in DAYS for sign in ("+", "-") for length in ("frist", '"P1D"', '"P0D"', '"P365D"', '"P99999D"', "monate", "text", "nichts", "fehlt")),
    *(f"string({start} {sign} duration(frist))" for start in DAYS for sign in ("+", "-")),
    *(f"string({atom})" for atom in ATOMS), *(f"date({atom})" for atom in ATOMS), *(f"if {atom} = null then [] else {atom}" for atom in ATOMS), *(f"if {atom} then 1 else 2" for atom in ATOMS),
    "today()", "string(today())", "today() = today()", "date(ab) = ab", "date(ab) = date(nah)", "date(ab) - date(nah)", "duration(frist)", "string(duration(frist))", "date(ab) + 1",
    '"termin-" + text', 'text + " " + leer + umlaut', '"a" + "b" = "ab"', '"a" - "b"', 'if text = "ja" then if zahl = 3 then "a" else "b" else "c"', "if wahr then 1 else 2 + 3",
    "((zahl))", "(zahl", "zahl)", "[]", "[ ]", "[1]", "date(", "date and time(moment)", "date()", "today(1)", "string join(liste)", "years and months duration(date(ab), today())", "a.b(1)", "-zahl", "zahl - 1",
    "wahr = true and (falsch = true or zahl = 3)", "wahr and falsch", "wahr or nichts", "falsch or falsch or wahr", "not(wahr)", "null = null", "null != null", "(text = leer) = falsch",
    *(f"{liste}[{filter}]{rest}" for liste in ("personen", "gemischt", "eigen", "seltsam", "keine", "nichts", "fehlt", "liste", "text", "(if personen = null then [] else personen)", "(if nichts = null then [] else nichts)")
      for filter in ("item.nr = wer.nr", 'nr = "a"', "item.nr = nr", "item.alter = 30", "item.fehlt = null", "1", "2", "0", "wer.nr = item.nr and item.alter = 30", "item.kind = null", "item.kind != null", "true", "nichts", '"a"', "alter")
      for rest in ("", "[1]", "[1].name", "[1].kind.name", ".name", "[2].kind.name", "[1].fehlt")),
    "tage[1]", "tage[2]", "liste[5].a", "liste[1].a", "(objekt).innen.text", "(wer).nr", "personen[1].kind.name + text", "personen[1 + 1]", "personen[", "personen]", "personen[1", "personen[]", "personen[1]name", "personen[1].if",
    'text="ja"and zahl=3', 'text = "ja" and zahl = 3 or falsch = true', "count", "today", "contains", "if", "date", "text .innen", "zahl = 3 and", "nicht_da.innen = null",
]  # fmt: skip


@pytest.fixture(scope="module")
def feel() -> Iterator[Feel]:
    with Feel() as made:
        yield made


@pytest.mark.parametrize("source", SOURCES)
def test_what_is_plain_to_see_is_what_the_interpreter_says(source: str, feel: Feel) -> None:
    read = simple(source)
    seen = read(Around(CONTEXT, lambda name: "value" in feel._answers([name], {}, NOW)[0], lambda: TODAY)) if read else UNSURE
    if seen is not UNSURE:
        told = feel._answers([source], CONTEXT, NOW)[0]
        assert repr(seen) == repr(told.get("value", "an error"))


def test_most_of_it_is_plain() -> None:
    seen = [read(Around(CONTEXT, lambda name: True, lambda: TODAY)) for source in SOURCES if (read := simple(source))]
    assert sum(one is not UNSURE for one in seen) > 750


def test_an_answer_can_be_changed_without_changing_the_variable(feel: Feel) -> None:
    context = {"liste": [{"a": 1}]}
    feel.evaluate_all(["liste"], context, now=NOW)[0][0]["a"] = 2
    assert context == {"liste": [{"a": 1}]}


def test_a_name_of_several_words_leaves_everything_to_the_interpreter(feel: Feel) -> None:
    context = {"a": 1, "a . b": 2}
    assert not is_plain(context)
    assert feel.evaluate_all(["a", "1"], context, now=NOW) == [1, 1]


def test_a_function_is_no_value_even_without_the_interpreter(feel: Feel) -> None:
    with pytest.raises(Exception, match="ist nicht auswertbar"):
        feel.evaluate_all(["count"], {}, now=NOW)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        pytest.param("parameter.frist", "P5D", id="one entry is enough"),
        pytest.param("count(get entries(parameter))", 2, id="all of them where the object is named as a whole"),
        pytest.param("parameter.frist + string(count(get entries(parameter)))", "P5D2", id="also beside one of its entries"),
        pytest.param("for i in 1..parameter.stufe return i", [1, 2], id="a range is no entry"),
    ],
)
def test_an_object_goes_along_as_far_as_it_is_named(source: str, value: Any, feel: Feel) -> None:
    assert feel.evaluate_all([source], {"parameter": {"frist": "P5D", "stufe": 2}}, now=NOW) == [value]


def test_today_is_told_again_on_another_day_and_now_at_another_moment(feel: Feel) -> None:
    days = [feel.evaluate_all(["string(today())", "string(now())"], {}, now=NOW.replace(day=day, hour=hour)) for day, hour in ((1, 1), (1, 2), (2, 1))]
    assert [day for day, _ in days] == ["2026-08-01", "2026-08-01", "2026-08-02"] and len({moment for _, moment in days}) == 3


def test_a_variable_with_the_name_of_a_function_is_left_to_the_interpreter() -> None:
    for source in ("today()", 'date("2026-01-31")', 'string("ja")'):
        read = simple(source)
        assert read is not None
        assert read(Around({source.partition("(")[0]: 1}, lambda name: True, lambda: TODAY)) is UNSURE


def test_what_is_long_or_nested_is_left_to_the_interpreter() -> None:
    assert simple("(" * 5000 + "1" + ")" * 5000) is None
    assert simple("(" * 100 + "1" + ")" * 100) is None
    assert simple('"' + "a" * 500 + '"') is None
