"""A cancel event is refused."""

from __future__ import annotations

import pytest

from tests.lint.build import around, boundary, end, flows, on, places, user

RULE = "no-cancel-event"


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(around(end("c", on("cancel")), flows("start -> c")), ["c"], id="end"),
    pytest.param(around(user("a"), boundary("b", "a", on("cancel")), flows("start -> a -> end")), ["b"], id="boundary"),
])  # fmt: skip
def test_a_cancel_event_is_refused(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(end("c", on("error", "e1")), flows("start -> c")), id="an error end"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
