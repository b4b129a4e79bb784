"""A complex gateway is refused."""

from __future__ import annotations

import pytest

from tests.lint.build import around, element, flows, places, xor

RULE = "no-complex-gateway"


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(around(element("complexGateway", "a"), flows("start -> a -> end")), ["a"], id="complex"),
])  # fmt: skip
def test_a_complex_gateway_is_refused(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(xor("a"), flows("start -> a -> end")), id="an exclusive gateway"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
