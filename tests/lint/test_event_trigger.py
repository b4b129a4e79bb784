"""An event must have a possible trigger."""

from __future__ import annotations

import pytest

from tests.lint.build import around, boundary, catch, element, end, flows, on, places, start, sub, timer, user

RULE = "event-trigger"


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(around(catch("a", ""), flows("start -> a -> end")), ["a"], id="catch without trigger"),
    pytest.param(around(catch("a", on("error")), flows("start -> a -> end")), ["a"], id="catch of an error"),
    pytest.param(around(end("e", timer("P1D")), flows("start -> e")), ["e"], id="timer at an end"),
    pytest.param(around(user("a"), boundary("b", "a", ""), flows("start -> a -> end")), ["b"], id="boundary without trigger"),
    pytest.param(around(catch("a", timer("P1D") + on("signal", "s")), flows("start -> a -> end")), ["a"], id="two triggers"),
    pytest.param(around(sub("a", start("s", on("message", "m")), end("e"), flows("s -> e")), flows("start -> a -> end")), ["s"], id="message start of a sub-process"),
    pytest.param(around(element("intermediateThrowEvent", "a", timer("P1D")), flows("start -> a -> end")), ["a"], id="timer throw"),
])  # fmt: skip
def test_an_event_must_have_a_possible_trigger(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(user("a"), flows("start -> a -> end")), id="a plain diagram"),
    pytest.param(around(end("e", on("signal", "s")), flows("start -> e")), id="signal end"),
    pytest.param(around(end("e", on("terminate")), flows("start -> e")), id="terminate"),
    pytest.param(around(element("intermediateThrowEvent", "a"), flows("start -> a -> end")), id="empty throw"),
    pytest.param(around(user("a"), boundary("b", "a", on("message", "m")), flows("start -> a -> end")), id="message boundary"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
