"""Every construct of BPMN that replay claims to know: traces that fit, and what those that do not fit cost."""

from __future__ import annotations

import pytest

from tests.replay.build import (
    CYCLE,
    ERROR,
    ERROR_2,
    ESCALATION,
    MESSAGE,
    TERMINATE,
    TIMER,
    aligned,
    aligner,
    boundary,
    cost,
    drawn,
    model,
    process,
    sub,
)

CATCH = '<intermediateCatchEvent id="{}">{}</intermediateCatchEvent>'
END = '<endEvent id="{}">{}</endEvent>'
THROW = '<intermediateThrowEvent id="{}">{}</intermediateThrowEvent>'
MI = '<task id="{}"><multiInstanceLoopCharacteristics isSequential="{}">{}</multiInstanceLoopCharacteristics></task>'
COLLECTION = '<extensionElements><zeebe:loopCharacteristics inputCollection="=liste"/></extensionElements>'

DIAGRAMS = {
    "a choice": drawn("s > a > x; x > b > e; x > c > e"),
    "side by side": drawn("s > p; p > a > p2; p > b > p2; p2 > c > e"),
    "a loop back": drawn("s > x > a > x2; x2 > x; x2 > e"),
    "several ends": drawn("s > p; p > a > e; p > b > e2"),
    "an implicit split": drawn("s > a; a > b > e; a > c > e2"),
    "an implicit merge": drawn("s > x; x > a > c; x > b > c; c > e"),
    "an unsafe merge": drawn("s > p; p > a > c; p > b > c; c > e"),
    "no start and no end": drawn("a > b; c > d"),
    "inclusive": drawn("s > o; o > a > o2; o > b > o2; o > c > o2; o2 > d > e"),
    "an inclusive join that others may still reach": drawn("s > o; o > a > o2; o > x; x > b > o2; x > c > e2; o2 > d > e"),
    "terminate": drawn("s > p; p > a > b > e; p > c > t", END.format("t", TERMINATE)),
    "terminate inside ends only the inside": drawn("s > u > d > e", sub("u", "s > p; p > a > e; p > b > t", END.format("t", TERMINATE))),
    "an event gateway": drawn("s > g; g > m > a > e; g > t > b > e", CATCH.format("m", MESSAGE) + CATCH.format("t", TIMER)),
    "a receive task after an event gateway": drawn("s > g; g > r > a > e; g > t > b > e", '<receiveTask id="r"/>' + CATCH.format("t", TIMER)),
    "an interrupting timer": drawn("s > a > c > e; t > b > c", boundary("t", "a", TIMER)),
    "a timer that tells": drawn("s > a > c > e; t > b > e2", boundary("t", "a", TIMER, interrupting=False)),
    "a cycle that tells": drawn("s > a > c > e; t > b > e2", boundary("t", "a", CYCLE, interrupting=False)),
    "a message that tells and comes back": drawn("s > a > x > c > e; t > b > x", boundary("t", "a", MESSAGE, interrupting=False)),
    "a message that tells and may end everything": drawn(
        "s > a > c > e; m > h > x; x > t; x > e2", END.format("t", TERMINATE) + boundary("m", "a", MESSAGE, interrupting=False)
    ),
    "an event sub-process that tells again and again": drawn(
        "s > a > c > e",
        sub("v", "m > h > x; x > f; x > e3", f'<startEvent id="m" isInterrupting="false">{MESSAGE}</startEvent>' + END.format("f", TERMINATE), 'triggeredByEvent="true"'),
    ),
    "a timer around a sub-process": drawn("s > u > c > e; t > h > c", sub("u", "s > a > b > e") + boundary("t", "u", TIMER)),
    "an error inside": drawn("s > u > c > e; t > h > e2", sub("u", "s > x; x > a > e; x > b > f", END.format("f", ERROR)) + boundary("t", "u", ERROR)),
    "an error of another code": drawn(
        "s > v > c > e; t > h > e2",
        sub("v", "s > u > y > e; i > k > e2", sub("u", "s > x; x > a > e; x > b > f", END.format("f", ERROR)) + boundary("i", "u", ERROR_2))
        + boundary("t", "v", ERROR),
    ),
    "an error that a task throws": drawn("s > a > c > e; t > h > e2", boundary("t", "a", ERROR)),
    "an escalation that tells": drawn(
        "s > u > c > e; t > h > e2", sub("u", "s > a > w > b > e", THROW.format("w", ESCALATION)) + boundary("t", "u", ESCALATION, interrupting=False)
    ),
    "an escalation that interrupts": drawn(
        "s > u > c > e; t > h > e2", sub("u", "s > a > w > b > e", THROW.format("w", ESCALATION)) + boundary("t", "u", ESCALATION)
    ),
    "an event sub-process that interrupts": drawn(
        "s > a > b > e", sub("v", "m > h > e3", f'<startEvent id="m" isInterrupting="true">{MESSAGE}</startEvent>', 'triggeredByEvent="true"')
    ),
    "an event sub-process beside": drawn(
        "s > a > b > e", sub("v", "m > h > e3", f'<startEvent id="m" isInterrupting="false">{MESSAGE}</startEvent>', 'triggeredByEvent="true"')
    ),
    "an event sub-process for errors": drawn(
        "s > a > f",
        END.format("f", ERROR) + sub("v", "m > h > e3", f'<startEvent id="m">{ERROR}</startEvent>', 'triggeredByEvent="true"'),
    ),
    "three instances": drawn("s > a > m > b > e", MI.format("m", "false", "<loopCardinality>3</loopCardinality>")),
    "instances of a list": drawn("s > a > m > b > e", MI.format("m", "false", COLLECTION)),
    "instances one after the other": drawn(
        "s > u > d > e",
        sub("u", "s > a > b > e", inside=f'<multiInstanceLoopCharacteristics isSequential="true">{COLLECTION}</multiInstanceLoopCharacteristics>'),
    ),
    "instances side by side": drawn(
        "s > u > d > e", sub("u", "s > a > b > e", inside=f"<multiInstanceLoopCharacteristics>{COLLECTION}</multiInstanceLoopCharacteristics>")
    ),
    "instances until enough": drawn(
        "s > m > d > e", MI.format("m", "false", "<loopCardinality>3</loopCardinality><completionCondition>genug</completionCondition>")
    ),
    "a timer around instances": drawn(
        "s > u > d > e; t > h > e2",
        sub("u", "s > a > b > e", inside=f"<multiInstanceLoopCharacteristics>{COLLECTION}</multiInstanceLoopCharacteristics>") + boundary("t", "u", TIMER),
    ),
    "a standard loop": drawn("s > a > b > e", '<task id="a"><standardLoopCharacteristics/></task>'),
    "a standard loop that asks first, twice at most": drawn(
        "s > a > b > e", '<task id="a"><standardLoopCharacteristics testBefore="true" loopMaximum="2"/></task>'
    ),
    "a called process": drawn("s > k > d > e", '<callActivity id="k" calledElement="other"/>', process("s > a > b > e", id_="other")),
    "a called process that is not given": drawn("s > k > d > e", '<callActivity id="k" calledElement="other"/>'),
    "an error of a called process": drawn(
        "s > k > d > e; t > h > e2",
        '<callActivity id="k"><extensionElements><zeebe:calledElement processId="other"/></extensionElements></callActivity>' + boundary("t", "k", ERROR),
        process("s > x; x > a > e; x > b > f", END.format("f", ERROR), id_="other"),
    ),
    "called instances with a timer inside": drawn(
        "s > k > d > e",
        f'<callActivity id="k" calledElement="other"><multiInstanceLoopCharacteristics>{COLLECTION}</multiInstanceLoopCharacteristics></callActivity>',
        process("s > a > b > e; t > h > e2", boundary("t", "a", TIMER, interrupting=False), id_="other"),
    ),
    "a process that calls itself": drawn("s > a > x; x > k > b > e; x > e2", '<callActivity id="k" calledElement="main"/>'),
    "nested three deep": drawn("s > u > d > e", sub("u", "s > v > c > e", sub("v", "s > w > b > e", sub("w", "s > a > e")))),
    "link events": drawn(
        "s > a > l; l2 > b > e", THROW.format("l", '<linkEventDefinition name="L"/>') + CATCH.format("l2", '<linkEventDefinition name="L"/>')
    ),
    "several starts": drawn("s > a > c > e; s2 > b > c", f'<startEvent id="s2">{MESSAGE}</startEvent>'),
    "conditional flows out of a task": drawn(
        "s > a; c > e; b > e",
        '<sequenceFlow id="f1" sourceRef="a" targetRef="b"><conditionExpression>x</conditionExpression></sequenceFlow>'
        '<sequenceFlow id="f2" sourceRef="a" targetRef="c"><conditionExpression>y</conditionExpression></sequenceFlow>',
    ),
    "an ad-hoc sub-process": drawn("s > h > d > e", '<adHocSubProcess id="h"><task id="a"/><task id="b"/></adHocSubProcess>'),
    "a complete gateway skipped": drawn("s > x; x > x2; x > a > x2; x2 > b > e"),
    "silent branches that meet": drawn("s > p; p > x > a > x2; x > x2; p > y1 > e; x2 > c > p2; p > x3 > b > x4; x3 > x4; x4 > p2; p2 > d > e2"),
}

FITS = [
    ("a choice", "ab ac"),
    ("side by side", "abc bac"),
    ("a loop back", "a aa aaaa"),
    ("several ends", "ab ba"),
    ("an implicit split", "abc acb"),
    ("an implicit merge", "ac bc"),
    ("an unsafe merge", "abcc acbc bacc bcac"),
    ("no start and no end", "abcd acbd cdab"),
    ("inclusive", "ad bd cd abd bad cbad"),
    ("an inclusive join that others may still reach", "ad bd c abd bad acd cad"),
    ("terminate", "c ac abc"),
    ("terminate inside ends only the inside", "bd abd"),
    ("an event gateway", "a b ma tb"),
    ("a receive task after an event gateway", "ra b"),
    ("an interrupting timer", "ac bc tbc"),
    ("a timer that tells", "ac abc bac acb"),
    ("a cycle that tells", "ac abc bbac abcb babcb"),
    ("a message that tells and comes back", "ac bcac abccbc acbc bbaccc"),
    ("a message that tells and may end everything", "ac hac hhac h ah achh hhh"),
    ("an event sub-process that tells again and again", "ac hac hhhac ach hahch"),
    ("a timer around a sub-process", "abc ahc hc"),
    ("an error inside", "ac bh"),
    ("an error of another code", "ayc bh"),
    ("an error that a task throws", "ac h"),
    ("an escalation that tells", "abhc ahbc abch"),
    ("an escalation that interrupts", "ah"),
    ("an event sub-process that interrupts", "ab h ah"),
    ("an event sub-process beside", "ab hab ahb abh hahbh"),
    ("an event sub-process for errors", "ah"),
    ("three instances", "ammmb"),
    ("instances of a list", "ab amb ammmmmb"),
    ("instances one after the other", "d abd ababd"),
    ("instances side by side", "d abd aabbd ababd aaabbbd"),
    ("instances until enough", "md mmd mmmd"),
    ("a timer around instances", "d aabbd aabh ah h"),
    ("a standard loop", "ab aaab"),
    ("a standard loop that asks first, twice at most", "b ab aab"),
    ("a called process", "abd"),
    ("a called process that is not given", "kd"),
    ("an error of a called process", "ad bh"),
    ("called instances with a timer inside", "abd ahabbd aahhbbd ahbabd"),
    ("a process that calls itself", "a aab aaabb"),
    ("nested three deep", "abcd"),
    ("link events", "ab"),
    ("several starts", "ac bc"),
    ("conditional flows out of a task", "ab ac abc acb"),
    ("an ad-hoc sub-process", "d ad abad"),
    ("a complete gateway skipped", "b ab"),
]
DEVIATES = [
    ("a choice", "abc", 1),
    ("a choice", "", 2),
    ("side by side", "ac", 1),
    ("an unsafe merge", "abc", 1),
    ("an unsafe merge", "abccc", 1),
    ("inclusive", "d", 1),
    ("inclusive", "add", 1),
    ("terminate", "a", 1),
    ("terminate", "cab", 2),
    ("terminate inside ends only the inside", "bad", 1),
    ("an interrupting timer", "abc", 1),
    ("a timer that tells", "abbc", 1),
    ("a timer that tells", "bc", 1),
    ("a timer around a sub-process", "abhc", 1),
    ("an error inside", "bc", 2),
    ("an error inside", "ah", 2),
    ("an error of another code", "bhc", 1),
    ("an escalation that tells", "abc", 1),
    ("an escalation that interrupts", "ahc", 1),
    ("an escalation that interrupts", "abhc", 2),
    ("an event sub-process that interrupts", "abh", 1),
    ("three instances", "ammb", 1),
    ("three instances", "ammmmb", 1),
    ("instances one after the other", "aabbd", 2),
    ("instances side by side", "abbd", 1),
    ("a standard loop", "b", 1),
    ("a standard loop that asks first, twice at most", "aaab", 1),
    ("called instances with a timer inside", "ahhbd", 1),
    ("a process that calls itself", "aaab", 1),
    ("nested three deep", "acd", 1),
    ("several starts", "abc", 1),
    ("a message that tells and comes back", "acc", 1),
    ("a message that tells and may end everything", "", 1),
    ("a message that tells and may end everything", "c", 1),
    ("an event sub-process that tells again and again", "hh", 2),
]


@pytest.mark.parametrize(("name", "trace"), [pytest.param(name, tuple(trace), id=f"{name}: {trace}") for name, traces in FITS for trace in traces.split()])
def test_what_the_drawing_allows_costs_nothing(name: str, trace: tuple[str, ...]) -> None:
    assert cost(DIAGRAMS[name], trace) == 0


@pytest.mark.parametrize(("name", "trace", "price"), [pytest.param(*case, id=f"{case[0]}: {case[1] or 'nothing'}") for case in DEVIATES])
def test_what_it_does_not_allow_costs_as_many_moves_as_are_needed(name: str, trace: str, price: int) -> None:
    assert cost(DIAGRAMS[name], tuple(trace)) == price


def test_compensation_is_said_to_be_unsupported_and_the_rest_is_replayed() -> None:
    nodes = boundary("k", "a", "<compensateEventDefinition/>") + '<task id="undo" isForCompensation="true"/>'
    content = drawn("s > a > b > e", nodes)
    assert cost(content, "ab") == 0
    assert any("Kompensation" in reason for reason in model(content).unsupported)


def test_a_place_that_would_need_more_tokens_than_can_be_counted_leaves_the_variant_undecided_with_bounds() -> None:
    twenty = "".join(f"; p > x > a{n} > z" for n in range(20)).replace("x > ", "")
    content = drawn("s > p" + twenty + "; z > e")
    found = aligned(content, [*(f"a{n}" for n in range(20)), *["z"] * 20])
    assert found.cost is None and found.lower == 0


def test_a_variant_over_its_budget_is_undecided_and_says_at_least_how_much() -> None:
    content = drawn("s > p; " + "; ".join(f"p > a{n} > b{n} > p2" for n in range(6)) + "; p2 > e")
    trace = [f"b{n}" for n in range(6)] + [f"a{n}" for n in range(6)]
    found = aligner(model(content), [trace]).align(trace, budget=50)
    assert found.cost is None and found.lower > 0 and found.moves == ()


@pytest.fixture
def silent() -> bytes:
    """Seven branches, each of which goes on unseen."""
    return drawn("s > p; " + "; ".join(f"p > m{n} > p2" for n in range(7)) + "; p2 > t > e", "".join(CATCH.format(f"m{n}", MESSAGE) for n in range(7)))


def test_what_can_happen_unseen_is_limited_too(silent: bytes) -> None:
    assert cost(silent, "t") == 0
    found = aligner(model(silent), ["t"]).align("t", budget=5)
    assert found.cost is None and found.lower == 0 and found.expanded <= 5


def test_a_search_of_few_nodes_may_be_given_more_to_look_at_unseen(silent: bytes) -> None:
    assert aligner(model(silent), ["t"]).align("t", budget=500).cost == 0
    assert aligner(model(silent), ["t"]).align("t", budget=500, unseen=5).cost is None


def test_of_too_many_unseen_situations_the_rest_is_left_away_and_the_variant_says_so(silent: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.replay.allowance.MANY_UNSEEN", 3)
    found = aligned(silent, "t")
    assert found.cost is None and found.lower == 0


def test_a_picture_is_of_the_diagram_in_which_most_of_the_elements_stand() -> None:
    found = model(drawn("s > k > d > e", '<callActivity id="k" calledElement="other"/>', process("s > box > b > e", sub("box", "s2 > c > e2"), id_="other")))
    assert found.where_most({"c", "b", "d"}) == "other"
    assert found.where_most({"d"}) == found.where_most(set()) == found.where_most({"nowhere"}) == "main"
