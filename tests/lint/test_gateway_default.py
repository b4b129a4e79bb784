"""A split without default is refused."""

from __future__ import annotations

import pytest

from tests.lint.build import around, flows, places, user, xor

RULE = "gateway-default"


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(around(xor("a", default=""), user("b"), flows("start -> a; a -> b : =x > 1; a -> end : =x < 1; b -> end")), ["a"], id="two conditions"),
    pytest.param(around(xor("a"), flows("start -> a; a -> end : =x")), ["a"], id="one way with a condition"),
    pytest.param(around(xor("a", default="weg"), user("b"), flows("start -> a; a -> b : =x; a -> end : =y; b -> end")), ["a"], id="a default that is gone"),
    pytest.param(around(xor("a", default=""), user("b"), flows("start -> a; a -> b : =x; a -> end : =not(y); b -> end")), ["a"], id="not() of something else"),
])  # fmt: skip
def test_a_split_without_default_is_refused(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(xor("a", default="a_end"), user("b"), flows("start -> a; a -> b : =x; a -> end; b -> end")), id="a default"),
    pytest.param(around(xor("a", default=""), user("b"), flows("start -> a; a -> b : =x; a -> end : =not(x); b -> end")), id="a condition and its negation"),
    pytest.param(around(xor("a"), flows("start -> a -> end")), id="a merge"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
