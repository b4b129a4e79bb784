"""Errors, escalations, signals, messages, terminate."""

from __future__ import annotations

import pytest

from engine.runtime import complete, resolve, throw_error
from tests.engine.runtime import diagrams
from tests.engine.runtime.build import boundary, call, catch, each, element, end, flows, job, on, par, process, start, sub, user, xor


@pytest.mark.parametrize(("code", "there"), [("500", ["heilen"]), ("418", ["unklar"])])
def test_a_job_error_reaches_the_nearest_matching_boundary(run, code, there):
    case = run(diagrams.ERRORS)
    case.do(throw_error(case.keys("api")[0], code))
    assert case.open == there


def test_an_error_caught_inside_leaves_the_other_branch_alone(run):
    case = run(diagrams.ERRORS)
    case.do(throw_error(case.keys("api")[0], "409"))
    assert case.open == ["konflikt", "neben"]


def test_an_error_end_event_cancels_the_sub_process(run):
    case = run(diagrams.ERRORS).complete("api", kaputt=True)
    assert case.open == ["heilen"]


def test_escalations_interrupt_or_not(run):
    case = run(diagrams.ESCALATE).complete("u1")
    assert case.open == ["h1", "u2"]
    case.complete("u2", kaputt=True)
    assert case.open == ["h1", "h2"]


def test_terminate_ends_only_its_sub_process(run):
    case = run(diagrams.TERMINATE).complete("a")
    assert case.open == ["schluss"]


def test_a_signal_reaches_all_catchers_of_the_case_and_is_reported(run):
    case = run(diagrams.SIGNALS).complete("a")
    assert case.now.signals == ("ruf",) and case.open == ["b", "gestoert", "stoert"]


def test_a_message_subscription_carries_its_evaluated_correlation_key(run):
    case = run(diagrams.EVENTS)
    assert [w.request["correlation"] for w in case.now.waits if w.kind == "message"] == ["F-1"]
    case.fire("antwort", inhalt="ja", egal=1)
    assert case.variables["text"] == "ja" and "egal" not in case.variables


def test_an_error_out_of_a_loop_of_called_processes_reaches_the_boundary_of_the_loop(run):
    kind = process("k", start("s"), job("j"), end("e"), flows("s -> j -> e"))
    case = run(process("p", start(), call("c", "k", each("=personen", "person")), boundary("b", "c", on("error", "er500")), user("u"), xor("m"), end(),
                      flows("start -> c -> m -> end; b -> u -> m")), kind)
    assert case.open == ["j", "j", "j"]
    case.do(throw_error(case.keys("j")[1], "500"))
    assert case.open == ["u"]
    case.complete("u")
    assert case.now.completed


def test_an_unhandled_error_is_an_incident_at_the_thrower_and_can_be_retried(run):
    case = run(diagrams.PARALLEL)
    case.do(throw_error(case.keys("c")[0], "999"))
    assert case.now.incidents[0].kind == "UNHANDLED_ERROR_EVENT" and case.now.incidents[0].element == "c"
    case.do(resolve(case.now.incidents[0].key)).complete("c")
    assert case.open == ["a", "b"]


def test_error_boundaries_of_a_neighbour_do_not_catch(run):
    case = run(process("p", start(), sub("s", start("s1"), par("f"), user("nachbar"), boundary("falsch", "nachbar", on("error", "er500")), user("x"),
                      element("endEvent", "kaputt", on("error", "er500")), user("y"), end("e1"), end("e2"),
                      flows("s1 -> f -> nachbar -> e1; f -> x -> kaputt; falsch -> y -> e2")),
                      boundary("richtig", "s", on("error", "er500")), user("gut"), end(), end("e3"), flows("start -> s -> end; richtig -> gut -> e3")))
    case.complete("x")
    assert case.open == ["gut"]


def test_two_interrupting_events_on_one_signal_leave_one_token(run):
    case = run(process("p", start(), par("f", "j"), user("a"), element("intermediateThrowEvent", "ruf", on("signal", "sg")), user("host"),
                      boundary("b1", "host", on("signal", "sg")), boundary("b2", "host", on("signal", "sg")), user("u1"), user("u2"), xor("m"), end(),
                      flows("start -> f -> a -> ruf -> j; f -> host -> m; b1 -> u1 -> m; b2 -> u2 -> m; m -> j -> end")))
    case.complete("a")
    assert len(case.open) == 1
    case.do(complete(case.now.waits[0].key))
    assert case.now.completed


def test_a_signal_end_event_is_heard_inside_and_reported_outside(run):
    case = run(process("p", start(), par("f"), user("a"), element("endEvent", "ruf", on("signal", "sg")), catch("hoert", on("signal", "sg")), user("b"), end(),
                       flows("start -> f -> a -> ruf; f -> hoert -> b -> end")))
    assert case.complete("a").open == ["b"] and case.now.signals == ("ruf",)


RUF = element("intermediateThrowEvent", "ruf", on("signal", "sg"))
HOERT = catch("hoert", on("signal", "sg"))


@pytest.mark.parametrize(("nodes", "route", "after"), [
    pytest.param([par("f"), RUF, HOERT, user("x"), user("y"), end("e1"), end("e2")], "start -> f -> ruf -> x -> e1; f -> hoert -> y -> e2",
                 ["x", "y"], id="a catch that arrived together with the throw hears it, whichever branch comes first"),
    pytest.param([par("f"), RUF, HOERT, user("x"), user("y"), end("e1"), end("e2")], "start -> f -> hoert -> y -> e2; f -> ruf -> x -> e1",
                 ["x", "y"], id="drawn the other way round"),
    pytest.param([RUF, HOERT, user("y"), end("e2")], "start -> ruf -> hoert -> y -> e2", ["hoert"], id="a catch behind the throw does not hear it"),
    pytest.param([par("f"), RUF, user("host"), boundary("b", "host", on("signal", "sg")), user("x"), user("y"), end("e1"), end("e2"), end("e3")],
                 "start -> f -> ruf -> x -> e1; f -> host -> e2; b -> y -> e3", ["x", "y"], id="an activity begun together with the throw is interrupted"),
    pytest.param([par("f"), RUF, user("host"), boundary("b", "host", on("signal", "sg"), interrupting=False), user("x"), user("y"), end("e1"), end("e2"), end("e3")],
                 "start -> f -> ruf -> x -> e1; f -> host -> e2; b -> y -> e3", ["b", "host", "x", "y"], id="or not interrupted"),
])
def test_a_signal_is_heard_by_who_has_arrived_when_it_is_thrown(run, nodes, route, after):
    case = run(process("p", start(), *nodes, flows(route)))
    assert case.open == after
