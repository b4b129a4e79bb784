"""A parallel join of exclusive ways is refused."""

from __future__ import annotations

import pytest

from tests.lint.build import around, boundary, end, flows, job, on, par, places, timer, user, xor

RULE = "parallel-join"


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(around(xor("x", default="x_a"), user("a"), user("b"), par("j"), flows("start -> x -> a -> j; x -> b : =y; b -> j -> end")), ["j"], id="exclusive split"),
    pytest.param(around(xor("x", default="x_j"), user("b"), par("j"), flows("start -> x -> j; x -> b : =y; b -> j -> end")), ["j"], id="straight from the split"),
    pytest.param(around(user("a"), boundary("t", "a", timer("P1D")), user("b"), par("j"), flows("start -> a -> j; t -> b -> j -> end")), ["j"], id="task and its interrupting timer"),
    pytest.param(around(par("f", "j"), user("a"), xor("x", default="x_j"), end("e"), flows("start -> f -> a -> j; f -> x -> j -> end; x -> e : =y")), ["j"], id="one way leaves to an end"),
])  # fmt: skip
def test_a_parallel_join_of_exclusive_ways_is_refused(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(par("f", "j"), user("a"), user("b"), flows("start -> f -> a -> j; f -> b -> j -> end")), id="fork and join"),
    pytest.param(around(par("f", "j"), xor("x", default="x_m"), user("a"), xor("m"), user("b"), flows("start -> f -> x -> m -> j; x -> a : =y; a -> m; f -> b -> j -> end")), id="choice merged before the join"),
    pytest.param(around(par("f", "j"), user("a"), xor("x", default="x_j"), end("e", on("terminate")), flows("start -> f -> a -> j; f -> x -> j -> end; x -> e : =y")), id="the other way terminates"),
    pytest.param(around(xor("x", default="x_m"), par("f", "j"), user("a"), user("b"), xor("m"), flows("start -> x -> m -> end; x -> f : =y; f -> a -> j; f -> b -> j -> m")), id="a choice whether to fork at all"),
    pytest.param(around(par("f", "j"), user("a"), boundary("t", "a", timer("P1D"), cancel="false"), job("h"), end("e"), user("b"), flows("start -> f -> a -> j; f -> b -> j -> end; t -> h -> e")), id="a reminder beside the task"),
    pytest.param(around(xor("m"), par("f", "j"), user("a"), user("b"), xor("x", default="x_end"), flows("start -> m -> f -> a -> j; f -> b -> j -> x -> end; x -> m : =y")), id="a review loop after the join"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
