"""What no token reaches is refused."""

from __future__ import annotations

import pytest

from tests.lint.build import around, boundary, end, flows, places, start, sub, timer, user

RULE = "reachable"


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(around(user("a"), user("b"), flows("start -> a -> end")), ["b"], id="island"),
    pytest.param(around(user("a"), user("b"), user("c"), flows("start -> a -> end"), flows("b -> c -> b")), ["b", "c"], id="a loop of its own"),
    pytest.param(around(sub("a", start("s"), user("b"), end("e"), flows("s -> e")), flows("start -> a -> end")), ["b"], id="inside a sub-process"),
])  # fmt: skip
def test_what_no_token_reaches_is_refused(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(user("a"), flows("start -> a -> end")), id="a plain diagram"),
    pytest.param(around(user("a"), boundary("b", "a", timer("P1D")), user("c"), flows("start -> a -> end; b -> c -> end")), id="behind a boundary event"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
