"""Joins in loops, in any order, for any number of rounds."""

from __future__ import annotations

import random

import pytest

from engine.runtime import complete, terminate
from tests.engine.runtime import diagrams
from tests.engine.runtime.build import boundary, end, flows, par, process, script, start, sub, timer, user, xor


@pytest.mark.parametrize("seed", range(30))
def test_a_parallel_join_in_a_loop_fires_once_per_round_in_any_order(run, seed):
    rng, case, rounds = random.Random(seed), run(diagrams.LOOP_JOIN), 0
    while not case.now.completed:
        rounds += sum(e.what == "activated" and e.element == "plus" for e in case.now.events)
        wait = rng.choice(case.now.waits)
        before = {w.element for w in case.now.waits}
        case.do(complete(wait.key)) if wait.kind == "user task" else case.fire(wait.element)
        if "plus" in {e.element for e in case.now.events}:
            assert len(before - {"t"}) == 1, before
    assert case.variables["runde"] == 4


def test_a_parallel_gateway_may_also_merge_a_loop_when_tokens_allow(run):
    case = run(process("p", start(), par("f", "j"), user("a"), user("b"), user("c"), end(), flows("start -> f -> a -> j; f -> b -> j -> c -> end")))
    assert case.complete("b").open == ["a"] and case.complete("a").open == ["c"]


def test_an_inclusive_join_waits_only_for_branches_that_can_still_come(run):
    case = run(diagrams.INCLUSIVE, variables={"x": 1})
    assert case.open == ["a"]
    case.complete("a", x=2)
    assert case.open == ["a", "b1"]
    case.complete("a")
    assert case.open == ["b1"]
    case.complete("b1")
    assert case.open == ["b2"]
    case.complete("b2", x=0)
    assert case.open == ["b1"] and case.variables["runde"] == 2


def test_taking_a_token_away_lets_a_waiting_inclusive_join_go_on(run):
    case = run(diagrams.INCLUSIVE, variables={"x": 2})
    case.complete("a")
    assert case.open == ["b1"]
    case.do(terminate(case.keys("b1")[0]))
    assert case.variables["runde"] == 1


def test_five_hundred_automatic_rounds_fit_into_one_step(run):
    case = run(process("p", start(), xor("m"), sub("s", start("s1"), par("f", "j"), script("a", "=x", "y"), script("b", "=x", "z"), end("e1"),
                      flows("s1 -> f -> a -> j; f -> b -> j -> e1")), boundary("t", "s", timer("Duration", "P1D")), user("u"), end("e2"),
                      script("plus", "=runde + 1", "runde"), xor("w", default="w_m"), user("schluss"), end(),
                      flows("start -> m -> s -> plus -> w -> m; w -> schluss -> end : =runde >= 500; t -> u -> e2")))
    assert case.open == ["schluss"] and case.variables["runde"] == 500, case.now.incidents
