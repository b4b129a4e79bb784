"""Starting at an element, changing a running case, commands that come too late."""

from __future__ import annotations

import pytest

from engine.model.errors import NotWaiting
from engine.runtime import activate, complete, terminate
from tests.engine.runtime import diagrams
from tests.engine.runtime.build import element, end, flows, on, process, start, user, xor
from tests.engine.runtime.support import ROOT


def test_completing_a_task_twice_is_refused_by_name(run):
    case = run(diagrams.PARALLEL)
    key = case.keys("a")[0]
    case.do(complete(key, {}))
    with pytest.raises(NotWaiting):
        case.do(complete(key, {}))


def test_a_case_can_start_at_an_element_and_be_modified(run):
    case = run(diagrams.REMINDER)
    case.now = case.runtime.start(case.library.find("mahnen", 1), diagrams.VARIABLES, key=ROOT, at="arbeit")
    assert case.open == ["arbeit", "frist", "mahnung", "nachricht"]
    case.do(activate("abbruch")).do(terminate(case.keys("arbeit")[0]))
    assert case.open == ["abbruch"]
    case.do(terminate(case.keys("abbruch")[0]))
    assert case.now.completed


def test_one_of_several_start_events_is_chosen(run):
    case = run(process("p", start("von_hand"), element("startEvent", "per_nachricht", on("message", "m1")), user("a"), user("b"), xor("m"), end(),
                      flows("von_hand -> a -> m -> end; per_nachricht -> b -> m")))
    case.now = case.runtime.start(case.library.find("p", 1), {}, key=ROOT, at="per_nachricht")
    assert case.open == ["b"]
