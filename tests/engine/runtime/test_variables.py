"""Scopes: what an element sees, what it hands on, what parallel branches do to each other."""

from __future__ import annotations

import pytest

from engine.runtime import complete
from tests.engine.runtime import diagrams


@pytest.mark.parametrize("order", ["abc", "cba", "bac"])
def test_parallel_branches_lose_no_write(run, order):
    case = run(diagrams.PARALLEL, variables={"liste": [1, 2, 3], "gemeinsam": {}})
    for name in order:
        case.complete(name, **{name: name.upper(), "liste": [name]})
    assert {k: case.variables[k] for k in "abc"} == {"a": "A", "b": "B", "c": "C"}
    assert case.variables["liste"] == [order[-1]]
    assert "z" in case.open


def test_nested_sub_process_keeps_its_locals_and_maps_out_what_it_declares(run):
    case = run(diagrams.NESTED, variables={"x": 5})
    assert [values.get("lokal") for values in case.scopes.values()] == [None, 6, None]
    case.complete("tief", wert="W", egal=1)
    case.complete("danach")
    assert case.variables["resultat"] == 6 and case.variables["fund"] == {"wert": "W", "quelle": 6}
    assert not {"lokal", "kopie", "tiefe", "wert_", "egal"} & case.variables.keys() - {"tiefe"} and "k" in case.variables


@pytest.mark.parametrize("order", [(0, 0, 0), (2, 1, 0), (1, 0, 0)])
def test_answers_come_back_in_the_order_of_the_persons(run, order):
    case = run(diagrams.PERSONS)
    names = {"Anna": 1, "Beat": 2, "Chiara": 3}
    for index in order:
        key = case.keys("befragen")[index]
        scope = case.scopes[key]
        case.do(complete(key, {"wert": names[scope["name"]], "loopCounter": 99}))
    assert case.variables["antworten"] == [1, 2, 3]
    assert not {"person", "loopCounter", "name", "antwort"} & case.variables.keys()


def test_an_empty_collection_is_skipped_with_an_empty_list(run):
    case = run(diagrams.PERSONS, variables={"personen": []})
    assert case.open == ["schluss"] and case.variables["antworten"] == []


def test_sequential_iterations_run_one_after_the_other(run):
    case = run(diagrams.SEQUENTIAL)
    for number in range(3):
        assert case.open == ["holen", "info", "zu_lang"]
        case.complete("holen").complete("sichten", wert=number)
    assert case.open == ["schluss"] and case.variables["alle"] == [0, 1, 2]


def test_a_completion_condition_ends_the_loop_early(run):
    case = run(diagrams.PARALLEL_SUBS)
    case.complete("u1").complete("u2", wert="eins").complete("u1", 0).complete("u2", 0, wert="zwei")
    assert case.open == ["schluss"] and case.variables["alle"] == ["eins", "zwei", None]


def test_a_timer_on_a_loop_of_sub_processes_cancels_everything_inside(run):
    case = run(diagrams.PARALLEL_SUBS).fire("stop")
    assert case.open == ["ersatz"]
    assert len(case.scopes) == 1
    assert sum(e.what == "cancelled" for e in case.now.events) == 10


def test_called_processes_see_and_return_what_the_flags_say(run):
    case = run(diagrams.CALL, diagrams.CALLED, variables={"x": 1})
    case.complete("kindarbeit", neu=1)
    assert case.variables["y"] == 2 and case.variables["neu"] == 1
    case.complete("kindarbeit", x=9, geheim=1)
    assert case.variables["y"] == 2 and case.variables["x"] == 1 and "geheim" not in case.variables
    case.complete("kindarbeit")
    assert case.variables["ergebnis"] == 200 and case.variables["y"] == 2 and case.open == ["schluss"]


@pytest.mark.parametrize("value", [
    pytest.param({"typename": "x", "typename ": 1}, id="names the library uses itself"),
    pytest.param({"key": 1, "stage": "waiting", "request": None}, id="names the runtime uses itself"),
    pytest.param({"ä ö": "ü «»", "leer": "", "": 0}, id="umlauts and empty names"),
    pytest.param([1.5, -0.0, 10**15, True, None, "\u2028"], id="numbers and odd characters"),
    pytest.param({"tief": [[[{"x": [{}]}]]]}, id="nested"),
])
def test_any_json_value_survives_every_step(run, value):
    case = run(diagrams.PARALLEL, variables={"typename": value, "state": value})
    case.complete("a", neu=value).complete("b")
    assert (case.variables["typename"], case.variables["state"], case.variables["neu"]) == (value, value, value)
