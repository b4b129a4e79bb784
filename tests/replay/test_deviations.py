"""What is told about a deviation: which element, and what was wrong with it."""

from __future__ import annotations

import pytest

from engine.replay.conformance import Replayer, Variant
from tests.replay.build import drawn, model

LINE = drawn("s > a > b > c > e")


def replayed(content: bytes, trace: str) -> Variant:
    return Replayer(model(content)).replay({tuple(trace): 1}).variants[0]


@pytest.mark.parametrize(
    ("trace", "told"),
    [
        pytest.param("abc", [], id="nothing where it fits"),
        pytest.param("ac", [("b", "skipped")], id="a step that is missing"),
        pytest.param("abbc", [("b", "repeated")], id="a step done twice"),
        pytest.param("abzc", [("z", "unknown")], id="something the diagram does not know"),
        pytest.param("cab", [("c", "too_early"), ("c", "skipped")], id="a step done before its time"),
    ],
)
def test_each_deviation_names_its_element(trace: str, told: list[tuple[str, str]]) -> None:
    assert [(step.element or step.activity, step.deviation) for step in replayed(LINE, trace).deviations] == told


def test_the_two_halves_of_a_step_done_too_early_know_each_other() -> None:
    moves = replayed(LINE, "cab").moves
    first = next(index for index, step in enumerate(moves) if step.deviation == "too_early")
    other = moves[first].partner
    assert other is not None and moves[other].partner == first and moves[other].kind == "model"


def test_each_step_knows_where_the_tokens_are_afterwards() -> None:
    replayer = Replayer(model(drawn("s > p; p > a > p2; p > b > p2; p2 > c > e")))
    moves = replayer.replay({("a", "b", "c"): 1}).variants[0].moves
    begin = {element for _, element, _ in replayer.tokens(replayer.begin())}
    assert begin == {"a", "b"}
    assert [{element for _, element, _ in replayer.tokens(step.state)} for step in moves] == [{"p2", "b"}, {"c"}, set()]


def test_an_unknown_activity_costs_one_and_is_counted_over_all_cases() -> None:
    report = Replayer(model(LINE)).replay({("a", "z", "b", "c"): 3, ("a", "b", "c"): 2})
    assert (report.cost, report.fitting_cases, report.unknown_activities) == (3, 2, {"z": 3})


def test_a_case_under_way_lacks_nothing_at_its_end() -> None:
    assert Replayer(model(LINE), is_open=True).replay({("a",): 1}).cost == 0
    assert Replayer(model(LINE)).replay({("a",): 1}).cost == 2
