"""A loop in which nothing waits is refused."""

from __future__ import annotations

import pytest

from tests.lint.build import around, catch, end, flows, job, places, script, start, sub, timer, user, xor

RULE = "loop-waits"


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(around(xor("m"), script("a"), xor("x", default="x_end"), flows("start -> m -> a -> x -> end; x -> m : =y")), ["a"], id="script"),
    pytest.param(around(xor("m"), sub("a", start("s"), script("b"), end("e"), flows("s -> b -> e")), xor("x", default="x_end"), flows("start -> m -> a -> x -> end; x -> m : =y")), ["a"], id="sub-process without a wait"),
])  # fmt: skip
def test_a_loop_in_which_nothing_waits_is_refused(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(xor("m"), user("a"), xor("x", default="x_end"), flows("start -> m -> a -> x -> end; x -> m : =y")), id="user task"),
    pytest.param(around(xor("m"), catch("a", timer("P1D")), xor("x", default="x_end"), flows("start -> m -> a -> x -> end; x -> m : =y")), id="timer"),
    pytest.param(around(xor("m"), job("a"), xor("x", default="x_end"), flows("start -> m -> a -> x -> end; x -> m : =y")), id="job"),
    pytest.param(around(xor("m"), sub("a", start("s"), user("b"), end("e"), flows("s -> b -> e")), xor("x", default="x_end"), flows("start -> m -> a -> x -> end; x -> m : =y")), id="sub-process with a task"),
    pytest.param(around(user("a"), flows("start -> a -> end")), id="no loop"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
