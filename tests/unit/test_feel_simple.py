"""What is answered without the interpreter is what the interpreter would say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from engine.definitions.feel import Feel
from engine.definitions.feel_simple import UNSURE, is_plain, simple

NOW = datetime(2026, 8, 31, 10, tzinfo=UTC)
CONTEXT: dict[str, Any] = {
    "text": "ja", "leer": "", "umlaut": "Ablösung", "zahl": 3, "null_zahl": 0, "ganz": 4.0, "bruch": 2.5, "gross": 2**60, "wahr": True, "falsch": False,
    "nichts": None, "tag": date(2026, 1, 31), "liste": [1, 2.0, "x", None, {"a": 1.0}], "einzeln": ["ja"], "keine": [],
    "objekt": {"innen": {"text": "ja", "zahl": 1.0}, "nichts": None, "10": 1, "2": 2}, "halb": "\ud800", "zeilen": [{"wert": 1}, {"wert": 2}],
}  # fmt: skip
ATOMS = (*CONTEXT, "fehlt", "objekt.innen", "objekt.innen.text", "objekt.innen.zahl", "objekt.nichts", "objekt.fehlt", "nichts.innen", "zeilen.wert", "text.innen")
LITERALS = ('"ja"', '""', "3", "0", "4", "true", "false", "null", '"Ablösung"')
SOURCES = [
    *ATOMS, *LITERALS,
    *(f"{atom} {operator} {literal}" for atom in ATOMS for operator in ("=", "!=") for literal in LITERALS),
    'text = "ja" and zahl = 3', 'text = "ja" and zahl = 4', 'text = "nein" or fehlt = null', "nichts = null and fehlt != null", "wahr = true or zahl = true",
    'text="ja"and zahl=3', 'text = "ja" and zahl = 3 or falsch = true', "count", "today", "contains", "if", "date", "text .innen", "zahl = 3 and", "nicht_da.innen = null",
]  # fmt: skip


@pytest.fixture(scope="module")
def feel() -> Iterator[Feel]:
    with Feel() as made:
        yield made


@pytest.mark.parametrize("source", SOURCES)
def test_what_is_plain_to_see_is_what_the_interpreter_says(source: str, feel: Feel) -> None:
    read = simple(source)
    seen = read(CONTEXT, lambda name: "value" in feel._answers([name], {}, NOW)[0]) if read else UNSURE
    if seen is not UNSURE:
        told = feel._answers([source], CONTEXT, NOW)[0]
        assert repr(seen) == repr(told.get("value", "an error"))


def test_most_of_it_is_plain() -> None:
    seen = [read(CONTEXT, lambda name: True) for source in SOURCES if (read := simple(source))]
    assert sum(one is not UNSURE for one in seen) > 150


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
