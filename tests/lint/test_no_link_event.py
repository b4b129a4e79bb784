"""A link event is refused."""

from __future__ import annotations

import pytest

from tests.lint.build import around, catch, element, flows, on, places, user

RULE = "no-link-event"


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(around(element("intermediateThrowEvent", "a", on("link")), catch("b", on("link")), flows("start -> a; b -> end")), ["a", "b"], id="both ends"),
])  # fmt: skip
def test_a_link_event_is_refused(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(user("a"), flows("start -> a -> end")), id="a plain diagram"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
