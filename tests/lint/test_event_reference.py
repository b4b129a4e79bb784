"""A thrown event needs its code or name."""

from __future__ import annotations

import pytest

from tests.lint.build import around, boundary, catch, element, end, flows, on, places, user

RULE = "event-reference"


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(around(end("e", on("error")), flows("start -> e")), ["e"], id="error end without reference"),
    pytest.param(around(end("e", on("error", "x")), flows("start -> e"), beside=element("error", "x")), ["e"], id="error without code"),
    pytest.param(around(catch("a", on("signal", "x")), flows("start -> a -> end"), beside=element("signal", "x")), ["a"], id="signal without name"),
    pytest.param(around(end("e", on("message", "weg")), flows("start -> e")), ["e"], id="a message that is gone"),
    pytest.param(around(end("e", on("escalation")), flows("start -> e")), ["e"], id="escalation end"),
])  # fmt: skip
def test_a_thrown_event_needs_its_code_or_name(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(end("e", on("error", "x")), flows("start -> e"), beside=element("error", "x", errorCode="42")), id="error with code"),
    pytest.param(around(user("a"), boundary("b", "a", on("error")), flows("start -> a -> end")), id="boundary for every error"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
