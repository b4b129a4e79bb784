"""Listeners that would never run are refused."""

from __future__ import annotations

import pytest

from tests.lint.build import NAMESPACES, PLATFORM, around, element, end, ext, flows, places, start, user, zeebe

RULE = "no-listeners"


def on_execution(event: str, kind: str = "ablegen") -> str:
    return ext(zeebe("executionListeners", zeebe("executionListener", eventType=event, type=kind)))


def on_task(event: str) -> str:
    return ext(zeebe("userTask"), zeebe("taskListeners", zeebe("taskListener", eventType=event, type="ablegen")))


def process_with_listener() -> bytes:
    body = f"{on_execution('start')}{start()}{end()}{flows('start -> end')}"
    return f'<bpmn:definitions {NAMESPACES} id="d" {PLATFORM}><bpmn:process id="p" isExecutable="true">{body}</bpmn:process></bpmn:definitions>'.encode()


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(around(element("exclusiveGateway", "a", on_execution("end")), flows("start -> a -> end")), ["a"], id="end of a gateway"),
    pytest.param(around(element("userTask", "a", on_task("canceling")), flows("start -> a -> end")), ["a"], id="canceling a task"),
    pytest.param(around(element("userTask", "a", on_task("updating")), flows("start -> a -> end")), ["a"], id="updating a task"),
    pytest.param(around(element("task", "a", on_execution("start", "")), flows("start -> a -> end")), ["a"], id="no type"),
    pytest.param(process_with_listener(), ["p"], id="the process itself"),
])  # fmt: skip
def test_listeners_that_would_never_run_are_refused(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(user("a"), flows("start -> a -> end")), id="a plain diagram"),
    pytest.param(around(element("task", "a", on_execution("start")), flows("start -> a -> end")), id="start"),
    pytest.param(around(element("task", "a", on_execution("end")), flows("start -> a -> end")), id="end"),
    pytest.param(around(element("userTask", "a", on_task("creating")), flows("start -> a -> end")), id="creating"),
    pytest.param(around(element("userTask", "a", on_task("assigning")), flows("start -> a -> end")), id="assigning"),
    pytest.param(around(element("userTask", "a", on_task("completing")), flows("start -> a -> end")), id="completing"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
