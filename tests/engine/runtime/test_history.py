"""What a step reports: the path taken, every variable written, keys that follow the case's number."""

from __future__ import annotations

import json

import pytest

from engine.model.errors import NotFound, NotWaiting
from engine.model.step import Change
from engine.runtime import UnknownState, activate, set_variables, terminate
from tests.engine.runtime import diagrams
from tests.engine.runtime.build import catch, each, end, flows, on, process, script, start, user, xor
from tests.engine.runtime.support import NOW, ROOT, Run, Stub


def told(case):
    return [(event.what, event.element) for event in case.now.events]


def test_the_sequence_flows_taken_stand_between_the_elements_they_join(run):
    case = run(diagrams.DECIDE, decide=lambda name, variables: 1)
    assert told(case) == [
        ("activated", "start"), ("completed", "start"), ("taken", "start_tabelle"),
        ("activated", "tabelle"), ("completed", "tabelle"), ("taken", "tabelle_wahl"),
        ("activated", "wahl"), ("completed", "wahl"), ("taken", "wahl_a"),
        ("activated", "a"),
    ]
    flow = next(event for event in case.now.events if event.element == "wahl_a")
    assert (flow.type, flow.process, flow.version) == ("SEQUENCE_FLOW", "entscheiden", 1)
    assert flow.key == next(event.key for event in case.now.events if event.element == "wahl")


@pytest.mark.parametrize(("act", "taken"), [
    pytest.param(lambda case: case.fire("frist"), ["frist_abbruch"], id="the interrupting event's flow, not the host's"),
    pytest.param(lambda case: case.fire("mahnung"), ["mahnung_nachfassen"], id="the other event's flow, the host stays"),
    pytest.param(lambda case: case.complete("arbeit"), ["arbeit_end"], id="the host's own flow"),
])
def test_a_task_with_boundary_events_leaves_over_one_flow(run, act, taken):
    assert act(run(diagrams.REMINDER)).taken == taken


def test_every_flow_of_a_fork_is_taken_and_default_flows_as_well(run):
    assert run(diagrams.PARALLEL).taken == ["start_fork", "fork_a", "fork_b", "fork_c"]
    assert run(diagrams.DECIDE, decide=lambda name, variables: 9).taken[-1] == "wahl_b"


def test_a_flow_into_a_task_with_boundary_events_is_seen(run):
    assert run(diagrams.REMINDER).taken == ["start_arbeit"]


def test_an_activity_of_several_iterations_is_left_once(run):
    case = run(diagrams.PERSONS)
    assert case.complete("befragen").taken == case.complete("befragen").taken == []
    assert case.complete("befragen").taken == ["befragen_schluss"]


def test_of_an_event_gateway_only_the_flow_to_the_event_that_came_is_taken(run):
    case = run(diagrams.EVENTS)
    assert case.taken == ["start_gate"]
    gate = next(event.key for event in case.now.events if event.element == "gate")
    assert case.fire("lang").taken == ["gate_lang", "lang_merge", "merge_weiter"]
    assert case.now.events[0].key == gate


def test_events_inside_a_called_process_name_that_process(run):
    case = run(diagrams.CALL, diagrams.CALLED)
    assert {(e.element, e.process) for e in case.now.events if e.type != "SEQUENCE_FLOW"} == {
        ("start", "eltern"), ("offen", "eltern"), ("ks", "kind"), ("kindarbeit", "kind")}
    assert [(w.element, w.process, w.version) for w in case.now.waits] == [("kindarbeit", "kind", 1)]


def test_the_first_step_reports_the_variables_it_began_with():
    case = Run(process("p", start(), user("a"), end(), flows("start -> a -> end")))
    assert [(c.scope, c.name, c.before, c.created) for c in case.now.changes] == [(ROOT, name, None, True) for name in diagrams.VARIABLES]


def test_each_write_of_a_step_is_reported_in_order_with_before_and_after(run):
    case = run(process("p", start(), user("a"), script("plus", "=runde + 1", "runde"), script("neu", "=runde * 2", "doppelt"), user("b"), end(),
                       flows("start -> a -> plus -> neu -> b -> end")))
    case.complete("a", runde=5)
    assert case.now.changes == (
        Change(ROOT, "runde", 0, 5, False), Change(ROOT, "runde", 5, 6, False), Change(ROOT, "doppelt", None, 12, True))


def test_writes_into_local_scopes_name_their_scope(run):
    case = run(diagrams.NESTED, variables={"x": 5})
    outer, inner = (next(e.key for e in case.now.events if e.element == name) for name in ("aussen", "innen"))
    local = [(c.scope, c.name, c.after) for c in case.now.changes if c.scope != ROOT]
    assert local == [(outer, "lokal", 5), (outer, "lokal", 6), (inner, "fund", None), (inner, "kopie", 60)]


def test_a_correction_is_reported_like_any_write(run):
    case = run(diagrams.PARALLEL).do(set_variables(ROOT, {"x": 2}))
    assert case.now.changes == (Change(ROOT, "x", 1, 2, False),)


def test_a_message_reports_the_variables_it_brings(run):
    case = run(process("p", start(), catch("c", on("message", "m1")), user("a"), end(), flows("start -> c -> a -> end")))
    case.fire("c", inhalt="ja")
    assert case.now.changes == (Change(ROOT, "inhalt", None, "ja", True),)


def test_all_keys_follow_the_number_of_the_instance():
    case = Run(diagrams.PARALLEL_SUBS)
    case.complete("u1").complete("u2")
    keys = [wait.key for wait in case.now.waits] + [event.key for event in case.now.events]
    assert keys and all(ROOT < key < ROOT + 1_000 for key in keys)


def test_a_waiting_element_shows_what_it_sees(run):
    case = run(diagrams.PERSONS)
    first, second, third = case.keys("befragen")
    seen = case.runtime.visible(case.now.state, [first, third])
    assert [seen[key]["name"] for key in (first, third)] == ["Anna", "Chiara"] and set(seen) == {first, third}
    assert seen[first]["fall"] == "F-1" and seen[first]["loopCounter"] == 1
    with pytest.raises(NotWaiting):
        case.runtime.visible(case.now.state, [7])


def test_a_boundary_event_shows_what_its_activity_sees(run):
    case = run(diagrams.SEQUENTIAL)
    timer, = case.keys("zu_lang")
    assert "alle" in case.runtime.visible(case.now.state, [timer])[timer]


def test_the_instant_of_the_command_reaches_the_evaluator():
    asked = []

    class Asked(Stub):
        def evaluate_all(self, expressions, context, *, now):
            asked.append(now)
            return super().evaluate_all(expressions, context, now=now)

    Run(diagrams.CALL, diagrams.CALLED, feel=Asked()).complete("kindarbeit")
    assert asked and set(asked) == {NOW}


def test_inputs_that_do_not_use_each_other_take_one_call_of_the_evaluator():
    calls = []

    class Counted(Stub):
        def evaluate_all(self, expressions, context, *, now):
            calls.append(list(expressions))
            return super().evaluate_all(expressions, context, now=now)

    Run(process("p", start(), user("a", inputs={"eins": "=x", "zwei": "=runde", "drei": "=eins + 1"}), end(), flows("start -> a -> end")), feel=Counted())
    assert calls == [["x", "runde"], ["eins + 1"]]


def test_a_state_of_an_unknown_format_is_not_touched():
    case = Run(diagrams.PARALLEL)
    state = json.dumps({**json.loads(case.now.state), "format": 99})
    with pytest.raises(UnknownState, match="Format 99"):
        case.runtime.apply(state, lambda case: None)


@pytest.mark.parametrize("element", ["gibt es nicht", "a.BoundaryEventSplit", "Start", "End"])
def test_a_token_can_only_be_put_on_an_element_of_the_diagram(element):
    case = Run(process("p", start(), user("a"), end(), flows("start -> a -> end")))
    with pytest.raises(NotFound):
        case.do(activate(element))
    with pytest.raises(NotFound):
        case.runtime.start(case.definition, {}, key=ROOT, at=element)


def test_the_plain_start_event_is_taken_when_none_is_named():
    case = Run(process("p", '<bpmn:startEvent id="per_nachricht"><bpmn:messageEventDefinition messageRef="m1"/></bpmn:startEvent>',
                       start("von_hand"), user("a"), user("b"), xor("m"), end(), flows("per_nachricht -> b -> m; von_hand -> a -> m -> end")))
    assert case.open == ["a"]


@pytest.mark.parametrize("sequential", [True, False], ids=["one after the other", "all at once"])
def test_an_iteration_taken_away_leaves_null_and_the_rest_goes_on(run, sequential):
    case = run(process("p", start(), user("u", each("=personen", "person", "alle", "=wert", sequential=sequential)), user("z"), end(),
                       flows("start -> u -> z -> end")))
    case.do(terminate(case.keys("u")[0]))
    case.complete("u", wert=2).complete("u", wert=3)
    assert case.open == ["z"] and case.variables["alle"] == [None, 2, 3]


def test_a_case_whose_only_iteration_is_taken_away_goes_on(run):
    case = run(process("p", start(), user("u", each("=personen", "person", "alle", "=wert")), user("z"), end(), flows("start -> u -> z -> end")),
               variables={"personen": ["Anna"]})
    case.do(terminate(case.keys("u")[0]))
    assert case.open == ["z"] and case.variables["alle"] == [None]


def test_steps_do_not_share_anything_that_could_be_changed():
    case = Run(diagrams.PARALLEL, variables={"personen": ["Anna", "Beat", "Chiara"]})
    before = case.now.state
    case.now.variables["personen"].append("Eva")
    assert case.runtime.apply(before, lambda case: None).variables["personen"] == ["Anna", "Beat", "Chiara"]
