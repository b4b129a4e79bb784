"""What follows an event gateway must wait for it alone."""

from __future__ import annotations

import pytest

from tests.lint.build import around, boundary, catch, element, flows, message, on, places, timer, user, xor

RULE = "event-gateway"


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(around(element("eventBasedGateway", "g"), catch("t", timer("P1D")), user("a"), flows("start -> g -> t -> end; g -> a -> end")), ["a"], id="a task behind it"),
    pytest.param(around(element("eventBasedGateway", "g"), catch("t", timer("P1D")), flows("start -> g -> t -> end")), ["g"], id="only one event"),
    pytest.param(around(element("eventBasedGateway", "g"), xor("x", default="x_g"), catch("t", timer("P1D")), catch("u", timer("P2D")), flows("start -> x -> g -> t -> end; g -> u -> end; x -> u : =y")), ["u"], id="a second way into the event"),
    pytest.param(around(element("eventBasedGateway", "g", eventGatewayType="Parallel"), catch("t", timer("P1D")), catch("u", timer("P2D")), flows("start -> g -> t -> end; g -> u -> end")), ["g"], id="parallel"),
    pytest.param(around(element("eventBasedGateway", "g"), catch("t", timer("P1D")), element("receiveTask", "r", messageRef="m"), boundary("b", "r", timer("P1D")), flows("start -> g -> t -> end; g -> r -> end; b -> end")), ["r"], id="a receive task with a boundary event"),
])  # fmt: skip
def test_what_follows_an_event_gateway_must_wait_for_it_alone(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(element("eventBasedGateway", "g"), catch("t", timer("P1D")), catch("m", on("message", "m1")), flows("start -> g -> t -> end; g -> m -> end"), beside=message("m1", "n", "=fall_nr")), id="timer or message"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
