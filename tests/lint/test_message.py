"""Waiting for a message needs name and key."""

from __future__ import annotations

import pytest

from tests.lint.build import around, boundary, catch, diagram, element, end, flows, message, on, places, start, user

RULE = "message"


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(around(catch("a", on("message")), flows("start -> a -> end")), ["a"], id="no reference"),
    pytest.param(around(catch("a", on("message", "m1")), flows("start -> a -> end"), beside=message("m1", "", "=x")), ["a"], id="no name"),
    pytest.param(around(catch("a", on("message", "m1")), flows("start -> a -> end"), beside=message("m1", "n")), ["a"], id="no key"),
    pytest.param(around(catch("a", on("message", "m1")), flows("start -> a -> end"), beside=message("m1", "n", "fall_nr")), ["a"], id="key without ="),
    pytest.param(around(element("receiveTask", "a"), flows("start -> a -> end")), ["a"], id="receive task"),
    pytest.param(around(user("a"), boundary("b", "a", on("message", "m1")), flows("start -> a -> end"), beside=message("m1", "n")), ["b"], id="boundary"),
])  # fmt: skip
def test_waiting_for_a_message_needs_name_and_key(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(catch("a", on("message", "m1")), flows("start -> a -> end"), beside=message("m1", "n", "=fall_nr")), id="name and key"),
    pytest.param(diagram(start("s", on("message", "m1")), end(), flows("s -> end"), beside=message("m1", "n")), id="a start needs no key"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
