"""A condition behind a task is refused."""

from __future__ import annotations

import pytest

from tests.lint.build import around, flows, par, places, user, xor

RULE = "no-condition-on-task-flow"


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(around(user("a"), flows("start -> a; a -> end : =x")), ["a_end"], id="task"),
    pytest.param(around(par("a"), flows("start -> a; a -> end : =x")), ["a_end"], id="parallel gateway"),
])  # fmt: skip
def test_a_condition_behind_a_task_is_refused(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(xor("a"), flows("start -> a; a -> end : =x")), id="exclusive gateway"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
