"""A start that nobody triggers is pointed out, and one that knows no region refused."""

from __future__ import annotations

import pytest

from tests.lint.build import around, diagram, end, ext, flows, on, places, start, timer, user, zeebe

RULE = "start-trigger"
REGION = ext(zeebe("properties", zeebe("property", name="region", value="SDOL")))


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(diagram(start("s", timer("P1D")), end(), flows("s -> end")), ["s"], id="a timer without region"),
    pytest.param(diagram(start("s", REGION.replace("SDOL", ""), timer("P1D")), end(), flows("s -> end")), ["s"], id="a timer with an empty region"),
    pytest.param(diagram(start("s", on("signal", "m")), end(), flows("s -> end")), ["s"], id="signal"),
])  # fmt: skip
def test_a_start_that_nobody_triggers_is_pointed_out(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(user("a"), flows("start -> a -> end")), id="a plain diagram"),
    pytest.param(diagram(start("s", on("message", "m")), end(), flows("s -> end")), id="message"),
    pytest.param(diagram(start("s", REGION, timer("P1D")), end(), flows("s -> end")), id="a timer with its region"),
    pytest.param(diagram(REGION, start("s", timer("P1D")), end(), flows("s -> end")), id="a timer of a process with a region"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
