"""A flow without proper ends is refused."""

from __future__ import annotations

import pytest

from tests.lint.build import around, element, end, flows, places, start, sub, user

RULE = "flow-ends"


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(around(user("a"), flows("start -> a -> end"), element("sequenceFlow", "f", sourceRef="a", targetRef="weg")), ["f"], id="no target"),
    pytest.param(around(sub("a", start("s"), user("b"), end("e"), flows("s -> b -> e")), flows("start -> a -> end; start -> b")), ["start_b"], id="over the border"),
    pytest.param(around(user("a"), flows("start -> a -> start")), ["a_start"], id="into the start"),
    pytest.param(around(user("a"), flows("start -> end -> a -> end")), ["end_a"], id="out of the end"),
])  # fmt: skip
def test_a_flow_without_proper_ends_is_refused(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(user("a"), flows("start -> a -> end")), id="a plain diagram"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
