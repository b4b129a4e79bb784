"""Every scope begins somewhere."""

from __future__ import annotations

import pytest

from tests.lint.build import around, diagram, end, flows, on, places, start, sub, user

RULE = "start-event"


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(diagram(user("a"), end(), flows("a -> end")), ["p"], id="process"),
    pytest.param(around(sub("a", user("b"), end("e"), flows("b -> e")), flows("start -> a -> end")), ["a"], id="sub-process"),
    pytest.param(around(sub("a", start("s"), start("t"), end("e"), flows("s -> e; t -> e")), flows("start -> a -> end")), ["a"], id="two starts of a sub-process"),
    pytest.param(around(start("s"), flows("start -> end; s -> end")), ["s"], id="two plain starts"),
])  # fmt: skip
def test_every_scope_begins_somewhere(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(user("a"), flows("start -> a -> end")), id="a plain diagram"),
    pytest.param(around(start("s", on("message", "m")), flows("start -> end; s -> end")), id="plain and message start"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
