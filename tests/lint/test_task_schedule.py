"""Due dates and priorities written out must be readable."""

from __future__ import annotations

import pytest

from tests.lint.build import around, element, ext, flows, places, zeebe

RULE = "task-schedule"


def task(tag: str, **attributes: str) -> bytes:
    return around(element("userTask", "a", ext(zeebe("userTask"), zeebe(tag, **attributes))), flows("start -> a -> end"))


@pytest.mark.parametrize("content", [
    pytest.param(task("taskSchedule", dueDate="P30D"), id="a duration"),
    pytest.param(task("taskSchedule", dueDate="31.8.2026"), id="a Swiss date"),
    pytest.param(task("taskSchedule", followUpDate="bald"), id="a word"),
    pytest.param(task("priorityDefinition", priority="hoch"), id="a word as priority"),
    pytest.param(task("priorityDefinition", priority="101"), id="too high a priority"),
])  # fmt: skip
def test_an_unreadable_date_or_priority_is_refused(content):
    assert places(content, RULE) == ["a"]


@pytest.mark.parametrize("content", [
    pytest.param(task("taskSchedule", dueDate='=today() + duration("P30D")', followUpDate="2026-08-31"), id="FEEL and ISO"),
    pytest.param(task("priorityDefinition", priority="100"), id="highest priority"),
    pytest.param(task("priorityDefinition", priority="=prio"), id="FEEL priority"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
