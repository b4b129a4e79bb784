"""Compensation is refused."""

from __future__ import annotations

import pytest

from tests.lint.build import around, boundary, element, end, flows, on, places, user

RULE = "no-compensation"


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(around(element("intermediateThrowEvent", "a", on("compensate")), flows("start -> a -> end")), ["a"], id="throw"),
    pytest.param(around(user("a"), boundary("b", "a", on("compensate")), element("serviceTask", "h", isForCompensation="true"), flows("start -> a -> end")), ["b", "h"], id="boundary and handler"),
    pytest.param(around(end("e", on("compensate")), flows("start -> e")), ["e"], id="end"),
])  # fmt: skip
def test_compensation_is_refused(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(user("a"), flows("start -> a -> end")), id="a plain diagram"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
