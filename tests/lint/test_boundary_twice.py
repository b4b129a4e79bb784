"""Two boundary events for the same are refused."""

from __future__ import annotations

import pytest

from tests.lint.build import around, boundary, element, flows, message, on, places, timer, user

RULE = "boundary-twice"


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(around(user("a"), boundary("b", "a", on("message", "m1")), boundary("c", "a", on("message", "m1"), cancel="false"), flows("start -> a -> end"), beside=message("m1", "n", "=fall_nr")), ["c"], id="message"),
    pytest.param(around(user("a"), boundary("b", "a", on("error", "x")), boundary("c", "a", on("error", "y")), flows("start -> a -> end"), beside=element("error", "x", errorCode="1") + element("error", "y", errorCode="1")), ["c"], id="error code"),
    pytest.param(around(user("a"), boundary("b", "a", on("error")), boundary("c", "a", on("error")), flows("start -> a -> end")), ["c"], id="two that catch every error"),
])  # fmt: skip
def test_two_boundary_events_for_the_same_are_refused(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(user("a"), boundary("b", "a", timer("P1D")), boundary("c", "a", timer("P1D"), cancel="false"), flows("start -> a -> end")), id="two timers"),
    pytest.param(around(user("a"), user("z"), boundary("b", "a", on("message", "m1")), boundary("c", "z", on("message", "m1")), flows("start -> a -> z -> end"), beside=message("m1", "n", "=fall_nr")), id="two hosts"),
    pytest.param(around(user("a"), boundary("b", "a", on("error", "x")), boundary("c", "a", on("error", "y")), flows("start -> a -> end"), beside=element("error", "x", errorCode="1") + element("error", "y", errorCode="2")), id="two codes"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
