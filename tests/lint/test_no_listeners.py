"""Listeners are refused."""

from __future__ import annotations

import pytest

from tests.lint.build import around, element, ext, flows, places, user, zeebe

RULE = "no-listeners"


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(around(element("task", "a", ext(zeebe("executionListeners"))), flows("start -> a -> end")), ["a"], id="execution"),
    pytest.param(around(element("userTask", "a", ext(zeebe("userTask"), zeebe("taskListeners"))), flows("start -> a -> end")), ["a"], id="task"),
])  # fmt: skip
def test_listeners_are_refused(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(user("a"), flows("start -> a -> end")), id="a plain diagram"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
