"""A conditional event is refused."""

from __future__ import annotations

import pytest

from tests.lint.build import around, boundary, catch, diagram, end, flows, on, places, start, timer, user

RULE = "no-conditional-event"


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(around(catch("a", on("conditional")), flows("start -> a -> end")), ["a"], id="catch"),
    pytest.param(around(user("a"), boundary("b", "a", on("conditional")), flows("start -> a -> end")), ["b"], id="boundary"),
    pytest.param(diagram(start("s", on("conditional")), end(), flows("s -> end")), ["s"], id="start"),
])  # fmt: skip
def test_a_conditional_event_is_refused(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(catch("a", timer("P1D")), flows("start -> a -> end")), id="a timer"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
