"""Two events for the same behind one gateway are refused."""

from __future__ import annotations

import pytest

from tests.lint.build import around, catch, element, flows, message, on, places, timer

RULE = "event-gateway-twice"


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(around(element("eventBasedGateway", "g"), catch("a", on("message", "m1")), catch("b", on("message", "m1")), flows("start -> g -> a -> end; g -> b -> end"), beside=message("m1", "n", "=fall_nr")), ["b"], id="same message"),
])  # fmt: skip
def test_two_events_for_the_same_behind_one_gateway_are_refused(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(element("eventBasedGateway", "g"), catch("a", timer("P1D")), catch("b", timer("P2D")), flows("start -> g -> a -> end; g -> b -> end")), id="two timers"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
