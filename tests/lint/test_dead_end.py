"""A way that stops at a task is refused."""

from __future__ import annotations

import pytest

from tests.lint.build import around, boundary, flows, par, places, timer, user

RULE = "dead-end"


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(around(par("g"), user("a"), flows("start -> g -> a; g -> end")), ["a"], id="task"),
    pytest.param(around(user("a"), boundary("b", "a", timer("P1D")), flows("start -> a -> end")), ["b"], id="boundary event"),
])  # fmt: skip
def test_a_way_that_stops_at_a_task_is_refused(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(user("a"), flows("start -> a -> end")), id="a plain diagram"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
