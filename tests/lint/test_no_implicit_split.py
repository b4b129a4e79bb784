"""Several flows out of a task are refused."""

from __future__ import annotations

import pytest

from tests.lint.build import around, boundary, flows, par, places, timer, user

RULE = "no-implicit-split"


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(around(user("a"), user("b"), user("c"), flows("start -> a -> b -> end; a -> c -> end")), ["a"], id="task"),
    pytest.param(around(user("b"), user("c"), flows("start -> b -> end; start -> c -> end")), ["start"], id="start event"),
    pytest.param(around(user("a"), boundary("t", "a", timer("P1D")), user("b"), flows("start -> a -> end; t -> b -> end; t -> end")), ["t"], id="boundary event"),
])  # fmt: skip
def test_several_flows_out_of_a_task_are_refused(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(par("a"), user("b"), user("c"), flows("start -> a -> b -> end; a -> c -> end")), id="gateway"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
