"""The loop marker is refused."""

from __future__ import annotations

import pytest

from tests.lint.build import around, each, flows, places, user

RULE = "no-standard-loop"


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(around(user("a", "<bpmn:standardLoopCharacteristics/>"), flows("start -> a -> end")), ["a"], id="loop"),
])  # fmt: skip
def test_the_loop_marker_is_refused(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(user("a", each()), flows("start -> a -> end")), id="multi-instance"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
