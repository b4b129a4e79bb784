"""A start that nobody triggers is pointed out."""

from __future__ import annotations

import pytest

from tests.lint.build import around, diagram, end, flows, on, places, start, timer, user

RULE = "start-trigger"


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(diagram(start("s", timer("P1D")), end(), flows("s -> end")), ["s"], id="timer"),
    pytest.param(diagram(start("s", on("message", "m")), end(), flows("s -> end")), ["s"], id="message"),
])  # fmt: skip
def test_a_start_that_nobody_triggers_is_pointed_out(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(user("a"), flows("start -> a -> end")), id="a plain diagram"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
