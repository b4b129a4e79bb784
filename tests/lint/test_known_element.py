"""An element the runtime does not know is refused."""

from __future__ import annotations

import pytest

from tests.lint.build import around, element, flows, places, sub, user

RULE = "known-element"


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(around(user("a"), element("callChoreography", "c"), flows("start -> a -> end")), ["c"], id="choreography"),
    pytest.param(around(sub("a", element("subChoreography", "c")), flows("start -> a -> end")), ["c"], id="a sub-choreography inside"),
])  # fmt: skip
def test_an_element_the_runtime_does_not_know_is_refused(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(user("a"), flows("start -> a -> end")), id="a plain diagram"),
    pytest.param(around(user("a"), element("textAnnotation", "t"), element("dataObjectReference", "o"), element("association", "x"), element("laneSet", "l"), flows("start -> a -> end")), id="texts, data and lanes"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
