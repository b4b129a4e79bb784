"""A sending event needs its job."""

from __future__ import annotations

import pytest

from tests.lint.build import around, element, end, ext, flows, message, on, places, zeebe

RULE = "message-throw"


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(around(element("intermediateThrowEvent", "a", on("message", "m1")), flows("start -> a -> end"), beside=message("m1", "n", "=fall_nr")), ["a"], id="throw"),
    pytest.param(around(end("e", on("message", "m1")), flows("start -> e"), beside=message("m1", "n", "=fall_nr")), ["e"], id="end"),
])  # fmt: skip
def test_a_sending_event_needs_its_job(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(element("intermediateThrowEvent", "a", ext(zeebe("taskDefinition", type="senden")), on("message", "m1")), flows("start -> a -> end"), beside=message("m1", "n", "=fall_nr")), id="with job type"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
