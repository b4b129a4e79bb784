"""Every scope ends somewhere."""

from __future__ import annotations

import pytest

from tests.lint.build import around, diagram, flows, places, start, sub, user

RULE = "end-event"


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(diagram(start(), user("a"), flows("start -> a")), ["p"], id="process"),
    pytest.param(around(sub("a", start("s"), user("b"), flows("s -> b")), flows("start -> a -> end")), ["a"], id="sub-process"),
])  # fmt: skip
def test_every_scope_ends_somewhere(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(user("a"), flows("start -> a -> end")), id="a plain diagram"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
