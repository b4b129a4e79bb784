"""Listeners are jobs before and after an element's work; the element stands still until they are done."""

from __future__ import annotations

import pytest

from engine.model.errors import DefinitionInvalid, NotWaiting
from engine.runtime import assign, compile_bpmn, complete, fail, fire, resolve, throw_error
from tests.engine.runtime.build import (
    boundary,
    catch,
    diagram,
    each,
    element,
    end,
    ext,
    flows,
    listen,
    on,
    process,
    start,
    sub,
    timer,
    user,
    zeebe,
)
from tests.engine.runtime.support import Run

ASSIGNED = zeebe("assignmentDefinition", assignee="meier")


def around(*inner: str) -> str:
    return process("p", start(), *inner, user("danach"), end(), flows("start -> a -> danach -> end"))


def task(*rows, fields=(), **mapping) -> str:
    return user("a", fields=(*fields, listen(*rows)), **mapping)


def jobs(case: Run) -> list[tuple[str, str]]:
    return [(wait.request["type"], wait.request["listenerEventType"]) for wait in case.now.waits if wait.kind == "job"]


def listener(case: Run) -> int:
    return next(wait.key for wait in case.now.waits if wait.kind == "job")


def finish(case: Run, **values) -> Run:
    return case.do(complete(listener(case), values))


def test_listeners_of_a_user_task_are_asked_one_after_the_other_in_the_order_of_its_life():
    case = Run(around(task(("start", "s1"), ("start", "s2"), ("creating", "c"), ("assigning", "z"), ("completing", "f"), ("end", "e"), fields=(ASSIGNED,))))
    seen = []
    while "danach" not in case.open:
        if jobs(case):
            assert [wait.kind for wait in case.now.waits] == ["job"]
            seen += jobs(case)
            finish(case)
        else:
            seen.append(tuple(case.open))
            case.complete("a")
    assert seen == [("s1", "START"), ("s2", "START"), ("c", "CREATING"), ("z", "ASSIGNING"), ("a",), ("f", "COMPLETING"), ("e", "END")]


def test_a_listener_has_a_key_and_headers_of_its_own_and_retries_from_feel():
    headers = '<zeebe:taskHeaders><zeebe:header key="an_rolle" value="leitung"/></zeebe:taskHeaders>'
    case = Run(around(task(("creating", "=art", "=3 + 2"), fields=(headers,))), variables={"art": "pruefen"})
    (wait,) = case.now.waits
    assert wait.request == {"type": "pruefen", "retries": 5, "headers": {"an_rolle": "leitung"}, "kind": "TASK_LISTENER", "listenerEventType": "CREATING"}
    finish(case)
    assert case.now.waits[0].key < wait.key and case.now.waits[0].kind == "user task"


def test_values_before_the_work_are_local_and_values_after_it_go_outwards():
    case = Run(around(task(("start", "s"), ("end", "e"), outputs={"alt": "=vorher"}, fields=(zeebe("assignmentDefinition", assignee="=vorher"),))))
    finish(case, vorher="mueller")
    assert case.request("a")["assignee"] == "mueller" and "vorher" not in case.variables
    case.complete("a")
    finish(case, nachher=2, alt="neu")
    assert (case.variables["alt"], case.variables["nachher"]) == ("neu", 2) and "vorher" not in case.variables


def test_values_of_a_user_tasks_own_listeners_are_ignored():
    case = finish(Run(around(task(("creating", "c")))), fremd=1)
    assert case.open == ["a"] and "fremd" not in case.variables


def test_nobody_assigned_means_nothing_to_announce():
    assert jobs(Run(around(task(("assigning", "z"))))) == []


def test_taking_a_task_over_is_announced_while_it_stays_open():
    case = Run(around(task(("assigning", "z1"), ("assigning", "z2"))))
    case.do(assign(case.keys("a")[0], "huber"))
    assert case.open == ["a", "a"] and case.request("a")["assignee"] == "huber"
    finish(case)
    assert jobs(case) == [("z2", "ASSIGNING")]
    finish(case)
    assert case.open == ["a"]
    case.do(assign(case.keys("a")[0], None))
    assert case.open == ["a"]


def test_a_task_may_be_completed_before_its_new_assignee_was_announced():
    case = Run(around(task(("assigning", "z"), ("completing", "f"))))
    key = case.keys("a")[0]
    case.do(assign(key, "huber")).do(complete(key))
    assert jobs(case) == [("f", "COMPLETING")]


def test_a_task_whose_completion_is_announced_cannot_be_completed_again():
    case = Run(around(task(("completing", "f"))))
    key = case.keys("a")[0]
    case.complete("a", wert=1)
    with pytest.raises(NotWaiting):
        case.do(complete(key, {"wert": 2}))
    assert finish(case).open == ["danach"] and case.variables["wert"] == 1


@pytest.mark.parametrize("event", ["start", "creating", "completing", "end"])
def test_a_failed_listener_is_an_incident_and_asked_again_after_it_was_resolved(event):
    case = Run(around(task((event, "l"))))
    if event in ("completing", "end"):
        case.complete("a")
    key = listener(case)
    case.do(fail(key, 2, "nochmals"))
    assert case.now.incidents == () and case.now.waits[0].request["retries"] == 2
    case.do(fail(key, 0, "Ablage nicht erreichbar"))
    assert [(i.key, i.kind) for i in case.now.incidents] == [(key, "JOB_NO_RETRIES")]
    assert case.now.events[-1].key == key
    case.do(resolve(key))
    assert case.now.incidents == () and case.now.waits[0].request["retries"] == 1
    finish(case)
    assert case.open == (["a"] if event in ("start", "creating") else ["danach"])


def test_a_listener_with_a_wrong_type_is_an_incident_that_can_be_resolved():
    case = Run(around(task(("end", "=art"))), variables={"art": None}).complete("a")
    (incident,) = case.now.incidents
    assert incident.kind == "EXTRACT_VALUE_ERROR"
    case.now = case.runtime.apply(case.now.state, lambda live: live.variables.write(live.root, {"art": "ablegen"}))
    case.do(resolve(incident.key))
    assert jobs(case) == [("ablegen", "END")]


def test_a_business_error_of_a_listener_goes_to_the_boundary_event():
    case = Run(process("p", start(), task(("start", "s")), boundary("b", "a", on("error", "er409")), user("danach"), end(), end("e2"),
                       flows("start -> a -> end; b -> danach -> e2")))
    assert case.do(throw_error(listener(case), "409")).open == ["danach"]


def test_boundary_events_wait_until_the_activity_has_begun_and_end_its_listeners():
    drawn = process("p", start(), task(("start", "s"), ("creating", "c")), boundary("b", "a", timer("Duration", "P1D")), user("danach"), end(), end("e2"),
                    flows("start -> a -> end; b -> danach -> e2"))
    case = Run(drawn)
    assert case.open == ["a"]
    finish(case)
    assert case.open == ["a", "b"]
    case.fire("b")
    assert case.open == ["danach"]


@pytest.mark.parametrize(("drawn", "elements"), [
    pytest.param(catch("a", timer("Duration", "P1D")).replace("</bpmn:extensionElements>", listen(("start", "s"), ("end", "e")) + "</bpmn:extensionElements>"),
                 ["a"], id="a catch event waits only after its listener"),
    pytest.param(sub("a", start("s1"), user("innen"), end("e1"), flows("s1 -> innen -> e1")).replace(
        "</bpmn:extensionElements>", listen(("start", "s"), ("end", "e")) + "</bpmn:extensionElements>", 1), ["innen"], id="a sub-process begins after its listener"),
    pytest.param(element("manualTask", "a", ext(listen(("start", "s"), ("end", "e")))), [], id="what passes through stops twice"),
])
def test_start_and_end_listeners_frame_every_element(drawn, elements):
    case = Run(around(drawn))
    assert jobs(case) == [("s", "START")]
    finish(case)
    if elements:
        assert case.open == elements
        case.do((fire if case.now.waits[0].kind == "timer" else complete)(case.now.waits[0].key))
    assert jobs(case) == [("e", "END")]
    assert finish(case).open == ["danach"]


def test_each_iteration_has_its_own_listeners_and_keeps_its_result():
    drawn = user("a", each("=personen", "person", "alle", "=r"), fields=(listen(("completing", "f"), ("end", "e")),), outputs={"r": "=wert"})
    case = Run(around(drawn), variables={"personen": ["A", "B"]})
    second, first = (next(w for w in case.now.waits if w.kind == "user task" and w.key == key) for key in sorted(case.keys("a"), reverse=True))
    case.do(complete(second.key, {"wert": 2})).do(complete(first.key, {"wert": 1}))
    while jobs(case):
        finish(case)
    assert case.open == ["danach"] and case.variables["alle"] == [1, 2]


@pytest.mark.parametrize(("drawn", "why"), [
    pytest.param(task(("canceling", "x")), "canceling", id="an event that is not carried out"),
    pytest.param(task(("updating", "x")), "updating", id="another one"),
    pytest.param(task(("start", "")), "Auftragstyp", id="no type"),
    pytest.param(element("exclusiveGateway", "a", ext(listen(("end", "x")))), "end", id="the end of a gateway"),
])
def test_listeners_that_would_never_run_are_refused(drawn, why):
    with pytest.raises(DefinitionInvalid, match=why):
        compile_bpmn(diagram(around(drawn)), 1)
