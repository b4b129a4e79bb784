"""Cases live for years: the thousandth round costs what the tenth did, and many persons do not make a case unusable."""

from __future__ import annotations

import json
import random

import pytest

from engine.definitions.feel import shared
from engine.runtime import bench, cancel, complete, fire
from tests.engine.runtime import diagrams
from tests.engine.runtime.build import boundary, call, catch, each, end, flows, on, par, process, script, start, sub, timer, user, xor
from tests.engine.runtime.support import NOW, Run, Stub


def test_a_step_of_the_thousandth_round_costs_what_one_of_the_tenth_did():
    tenth, hundredth, thousandth = bench.measure(Stub(), NOW)
    assert thousandth.state_bytes - tenth.state_bytes < 40, (tenth, thousandth)
    # Generous, because others share the machine; what is guarded against is growth with every round, or a crash.
    assert thousandth.median_ms < 3 * max(tenth.median_ms, hundredth.median_ms), (tenth, hundredth, thousandth)


@pytest.mark.soak
def test_a_step_of_the_thousandth_round_costs_what_one_of_the_tenth_did_with_feel():
    rows = bench.measure(shared(), NOW)
    print(*rows, sep="\n")
    assert rows[-1].state_bytes - rows[0].state_bytes < 40


@pytest.mark.parametrize("diagram", [diagrams.LOOP_JOIN, diagrams.INCLUSIVE], ids=["parallel join", "inclusive join"])
def test_a_join_in_a_loop_is_right_in_the_two_hundredth_round(diagram):
    """The library's own joins fire too early from the second round on."""
    case, rng = Run(diagram.replace(">= 4", ">= 200"), variables={"x": 2}), random.Random(7)
    while not case.now.completed:
        wait = rng.choice(case.now.waits)
        case.do(complete(wait.key) if wait.kind == "user task" else fire(wait.key))
        assert len(case.now.state) < 3_000
    assert case.variables["runde"] == 200


def test_a_loop_with_a_called_process_and_an_event_gateway_does_not_grow():
    case = Run(
        process("p", start(), xor("m"), call("c", "kind", children="false"), boundary("frist", "c", timer("Duration", "P30D")), user("h"), xor("m2"),
                '<bpmn:eventBasedGateway id="g"/>', catch("kurz", timer("Duration", "P1D")), catch("antwort", on("message", "m1")), xor("m3"),
                script("plus", "=runde + 1", "runde"), xor("w", default="w_m"), end(),
                flows("start -> m -> c -> m2 -> g -> kurz -> m3 -> plus -> w -> m; g -> antwort -> m3; frist -> h -> m2; w -> end : =runde >= 150")),
        diagrams.CALLED)
    sizes = []
    while not case.now.completed:
        case = case.complete("kindarbeit") if case.variables["runde"] % 3 else case.fire("frist").complete("h")
        case.fire("kurz" if case.variables["runde"] % 2 else "antwort")
        sizes.append(len(case.now.state))
    assert len(sizes) == 150 and max(sizes[100:-1]) - max(sizes[:10]) < 30


WIDE = process(
    "breit", start(),
    sub("je", start("s1"), par("f", "j"), user("a"), user("b"), end("e1"), flows("s1 -> f -> a -> j; f -> b -> j -> e1"),
        loop=each("=personen", "person", "alle", "=person")),
    boundary("frist", "je", timer("Duration", "P30D")), user("z"), xor("m"), end(), flows("start -> je -> m -> end; frist -> z -> m"))


def test_fifty_persons_at_once_are_all_heard():
    case = Run(WIDE, variables={"personen": [f"P{number}" for number in range(50)]})
    assert len(case.now.waits) == 101 and len(case.now.state) < 20_000
    rng = random.Random(3)
    while not case.now.completed:
        case.do(complete(rng.choice([wait for wait in case.now.waits if wait.kind == "user task"]).key))
    assert case.variables["alle"] == [f"P{number}" for number in range(50)]


def test_a_timer_of_fifty_persons_leaves_nothing_behind():
    case = Run(WIDE, variables={"personen": [f"P{number}" for number in range(50)]}).fire("frist")
    assert case.open == ["z"] and len(case.scopes) == 1


def test_cancelling_a_wide_case_tells_of_every_task():
    case = Run(WIDE, variables={"personen": ["A", "B"]})
    keys = {wait.key for wait in case.now.waits}
    case.do(cancel())
    assert keys <= {event.key for event in case.now.events if event.what == "cancelled"}
    assert json.loads(case.now.state)["completed"] is True
