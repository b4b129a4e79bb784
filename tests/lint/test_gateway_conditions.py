"""A way out without a condition is refused."""

from __future__ import annotations

import pytest

from tests.lint.build import around, element, flows, places, user, xor

RULE = "gateway-conditions"


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(around(xor("a", default="a_end"), user("b"), flows("start -> a; a -> b; a -> end; b -> end")), ["a_b"], id="neither condition nor default"),
    pytest.param(around(xor("a", default="a_end"), user("b"), flows("start -> a; a -> b : =x; a -> end : =y; b -> end")), ["a_end"], id="condition on the default"),
    pytest.param(around(xor("a", default="a_end"), user("b"), flows("start -> a; a -> b : x; a -> end; b -> end")), ["a_b"], id="text instead of FEEL"),
    pytest.param(around(element("inclusiveGateway", "a", default="a_end"), user("b"), flows("start -> a; a -> b; a -> end; b -> end")), ["a_b"], id="inclusive"),
])  # fmt: skip
def test_a_way_out_without_a_condition_is_refused(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(xor("a", default="a_end"), user("b"), flows("start -> a; a -> b : =x; a -> end; b -> end")), id="one condition and a default"),
    pytest.param(around(xor("a"), flows("start -> a -> end")), id="a merge"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
