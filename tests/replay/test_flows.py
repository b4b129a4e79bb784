"""What must flow: counting which steps lead to which says at once how much a trace lacks, and never too much."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from engine.replay.alignment import SYNC, Aligner, Alignment
from engine.replay.conformance import Replayer
from engine.replay.flows import Flows, rest
from engine.replay.model import Model, load
from tests.replay.build import MESSAGE, TERMINATE, TIMER, aligner, boundary, drawn, model, sub
from tests.replay.test_constructs import DIAGRAMS as CONSTRUCTS
from tests.replay.test_constructs import END

BPMN = Path(__file__).parents[2] / "bpmn"
TAKES_OVER = sub("v", "s9 > h > e9", f'<startEvent id="s9">{MESSAGE}</startEvent>', 'triggeredByEvent="true"')
PERSONS = '<multiInstanceLoopCharacteristics><extensionElements><zeebe:loopCharacteristics inputCollection="=l"/></extensionElements></multiInstanceLoopCharacteristics>'
EACH_PERSON = drawn("s > u > d > e", sub("u", "s > a > neu > b > e", inside=PERSONS))
LATER = boundary("t", "a", TIMER, interrupting=False)
# What goes on beside the rest of a scope, and what takes its place.
BESIDE = {
    "a handler that may end last": drawn("s > u > d > e", sub("u", "s > a > e; t > h > e2", LATER)),
    "a handler that ends all": drawn("s > u > d > e", sub("u", "s > a > b > e; t > h > f", LATER + END.format("f", TERMINATE))),
    "an event that takes over": drawn("s > u > d > e", sub("u", "s > a > b > e", TAKES_OVER)),
}
DRAWN = {**CONSTRUCTS, **BESIDE}
RUNS = ("id optional", "id shown", "id shown open")


class Uncounted(Flows):
    """The same search, told nothing."""

    def lacking(self, start: int, trace: object) -> list[object]:  # type: ignore[override]
        return []


def _walk(walker: Aligner, rng: Random, most: int) -> list[str]:
    """Steps that the model allows, some left out, doubled or moved."""
    names = {number: label for label, number in walker.states.net.labels.items()}
    trace: list[str] = []
    while len(trace) < most and (seen := sorted(walker.possible_after(trace) or ())):
        trace.append(names[walker.states.net.visible[rng.choice(seen)].label])
    for _ in range(rng.randint(0, 3)):
        at = rng.randrange(len(trace)) if trace else 0
        what = rng.randrange(3)
        if trace and what == 0:
            del trace[at]
        elif trace and what == 1:
            trace.insert(rng.randrange(len(trace) + 1), trace[at])
    return trace


def _over(counted: Aligner, trace: Sequence[str], found: Alignment) -> list[object]:
    """Where on its way the cheapest explanation costs less than some potential says; so potentials never say too much anywhere on it."""
    net = counted.states.net
    numbers = [net.labels[step] for step in trace]
    counted.flows.lacking(counted.start, [])  # asks for everything that labels lead to
    told = [(potential, rest(potential, numbers)) for potential in counted.flows.potentials.values() if potential is not None]
    state, position, left, over = counted.start, 0, found.cost or 0, []
    for move in found.moves:
        position += move.activity is not None
        left -= move.kind != SYNC
        state = -1 if move.state is None else move.state
        over += [(position, sorted(potential.changes.items())) for potential, brought in told if -counted.flows.now(potential, state) - brought[position] > left]
    return over


def _differences(of: Model, events: str, seeds: range, *, is_open: bool = False, most: int = 8, without: tuple[str, ...] = (), budget: int = 60_000) -> list[object]:
    """Traces whose cost the counting changes, or of which it claims too much. ``without``: steps that no trace shows."""
    walker = aligner(of, [tuple(of.net(match="id", counts=None, events=events).labels) * most], events=events)
    traces = [tuple(step for step in _walk(walker, Random(seed), most) if step not in without) for seed in seeds]
    counted, plain = (aligner(of, traces, events=events) for _ in range(2))
    plain.flows = Uncounted(plain.states)
    found: list[object] = []
    for trace in traces:
        expected, got = (one.align(trace, is_open=is_open, budget=budget) for one in (plain, counted))
        over = _over(counted, trace, got)
        if expected.cost is not None and (expected.cost != got.cost or over):
            found.append((trace, expected.cost, got, over))
    return found


@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize("name", DRAWN)
def test_counting_changes_no_cost(name: str, run: str) -> None:
    _, events, *is_open = run.split()
    of = model(DRAWN[name])
    assert _differences(of, events, range(12), is_open=bool(is_open)) == []


@pytest.mark.soak
@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize("name", DRAWN)
def test_counting_changes_no_cost_of_many_more(name: str, run: str) -> None:
    _, events, *is_open = run.split()
    assert _differences(model(DRAWN[name]), events, range(100, 1100), is_open=bool(is_open)) == []


@pytest.mark.parametrize(
    ("main", "gone"),
    [
        pytest.param("kurzassessment", "kurzassessment_durchfuehren", id="Kurzassessment"),
        pytest.param("standortbestimmung", "standort_bewerten", id="Standortbestimmung"),
        pytest.param("fall", "ziele_vereinbaren", id="Fall"),
        pytest.param("vpe", "", id="vPe"),
        pytest.param("uebergabe", "", id="Übergabe"),
    ],
)
def test_counting_changes_no_cost_on_our_own_diagrams(main: str, gone: str) -> None:
    of = load([(path.name, path.read_bytes()) for path in sorted(BPMN.glob("*.bpmn"))], main)
    for is_open in (True, False):
        assert _differences(of, "shown", range(6), is_open=is_open, most=25, without=(gone,), budget=3_000) == []


def test_what_a_message_beside_may_end_need_not_come() -> None:
    """The first message may lead to the end of everything: then «c» is not missing."""
    trace = ("m", "m", "m", "m", "a", "m", "h", "h", "a", "h")
    assert aligner(model(DRAWN["a message that tells and may end everything"]), [trace], events="shown").align(trace).cost == 1


def test_what_every_instance_lacks_is_known_before_the_search() -> None:
    trace = ("a", "a", "b", "a", "b", "b", "d")
    counted = aligner(model(EACH_PERSON), [trace])
    found = counted.align(trace)
    assert found.cost == 3
    assert found.expanded <= len(trace) + found.cost


def test_of_two_steps_that_would_do_the_one_that_nobody_ever_did_is_missing() -> None:
    either = drawn("s > a > x; x > neu > x2; x > c > x2; x2 > b > e")
    report = Replayer(model(either)).replay(Counter({("a", "b"): 1, ("a", "c", "b"): 1}))
    told = {variant.activities: [step.element for step in variant.deviations] for variant in report.variants}
    assert told == {("a", "b"): ["neu"], ("a", "c", "b"): []}
