"""Timers: each with its own request and key; the clock is outside."""

from __future__ import annotations

import pytest

from engine.model.errors import NotWaiting
from engine.runtime import fire, set_variables
from tests.engine.runtime import diagrams
from tests.engine.runtime.build import catch, end, flows, process, start, timer, user
from tests.engine.runtime.support import ROOT


@pytest.mark.parametrize("fired", ["kurz", "lang"])
def test_two_timers_of_one_event_gateway_fire_independently(run, fired):
    case = run(diagrams.EVENTS)
    assert case.open == ["antwort", "kurz", "lang"]
    assert {w.element: w.request["value"] for w in case.now.waits if w.kind == "timer"} == {"kurz": "P30D", "lang": "P60D"}
    case.fire(fired)
    assert case.open == ["weiter"]
    assert {(e.what, e.element) for e in case.now.events} >= {("completed", fired), ("cancelled", "antwort")}


def test_a_timer_that_fired_cannot_fire_again(run):
    case = run(diagrams.EVENTS)
    lang = case.keys("lang")[0]
    case.fire("kurz")
    with pytest.raises(NotWaiting):
        case.do(fire(lang))


def test_a_timer_keeps_its_key_over_other_steps(run):
    case = run(diagrams.REMINDER)
    before = case.keys("frist")
    case.fire("mahnung").fire("nachricht", inhalt="a").complete("nachfassen")
    assert case.keys("frist") == before


def test_completing_the_host_keeps_the_handlers_its_cycle_spawned(run):
    case = run(diagrams.REMINDER).fire("mahnung").fire("mahnung")
    case.complete("arbeit")
    assert case.open == ["nachfassen", "nachfassen"]
    case.complete("nachfassen").complete("nachfassen")
    assert case.now.completed


def test_a_cycle_of_three_fires_three_times(run):
    case = run(diagrams.REMINDER).fire("mahnung").fire("mahnung").fire("mahnung")
    assert case.keys("mahnung") == [] and len(case.keys("nachfassen")) == 3


def test_an_interrupting_timer_cancels_the_host_but_not_spawned_handlers(run):
    case = run(diagrams.REMINDER).fire("mahnung").fire("frist")
    assert case.open == ["abbruch", "nachfassen"]


def test_an_endless_cycle_does_not_grow_the_state(run):
    case, sizes = run(diagrams.REVIEW), []
    for _ in range(500):
        case.fire("erinnern").complete("erinnerung")
        sizes.append(len(case.now.state))
    assert sizes[-1] - sizes[9] < 20


def test_a_cycle_in_the_middle_of_a_flow_fires_once_and_goes_on(run):
    case = run(process("p", start(), catch("c", timer("Cycle", "R/P7D")), user("a"), end(), flows("start -> c -> a -> end")))
    assert case.fire("c").open == ["a"]


def test_a_reminder_that_began_keeps_its_text_while_variables_change(run):
    case = run(diagrams.REMINDER)
    case.do(set_variables(ROOT, {"frist": "P1D"}))
    assert case.request("frist")["value"] == "P14D"
