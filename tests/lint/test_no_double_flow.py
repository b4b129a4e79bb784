"""Two flows between the same nodes are refused."""

from __future__ import annotations

import pytest

from tests.lint.build import around, element, flows, places, user, xor

RULE = "no-double-flow"


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(around(xor("a"), user("b"), flows("start -> a -> b -> end"), element("sequenceFlow", "again", sourceRef="a", targetRef="b")), ["again"], id="twice"),
])  # fmt: skip
def test_two_flows_between_the_same_nodes_are_refused(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(user("a"), flows("start -> a -> end")), id="a plain diagram"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
