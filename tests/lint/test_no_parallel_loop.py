"""A parallel gateway that merges a loop is refused."""

from __future__ import annotations

import pytest

from tests.lint.build import around, flows, par, places, user, xor

RULE = "no-parallel-loop"


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(around(par("j"), user("a"), xor("x", default="x_end"), flows("start -> j -> a -> x -> end; x -> j : =y")), ["j"], id="loop back into it"),
])  # fmt: skip
def test_a_parallel_gateway_that_merges_a_loop_is_refused(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(xor("j"), user("a"), xor("x", default="x_end"), flows("start -> j -> a -> x -> end; x -> j : =y")), id="loop back into an exclusive gateway"),
    pytest.param(around(xor("m"), par("f", "j"), user("a"), user("b"), xor("x", default="x_end"), flows("start -> m -> f -> a -> j; f -> b -> j -> x -> end; x -> m : =y")), id="fork and join inside a loop"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
