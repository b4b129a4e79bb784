"""A boundary event stands on an activity."""

from __future__ import annotations

import pytest

from tests.lint.build import around, boundary, flows, on, places, timer, user, xor

RULE = "boundary-event"


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(around(user("a"), boundary("b", "weg", timer("P1D")), flows("start -> a -> end")), ["b"], id="host gone"),
    pytest.param(around(xor("a"), boundary("b", "a", timer("P1D")), flows("start -> a -> end")), ["b"], id="on a gateway"),
    pytest.param(around(user("a"), boundary("b", "a", on("error", "x"), cancel="false"), flows("start -> a -> end")), ["b"], id="non-interrupting error"),
])  # fmt: skip
def test_a_boundary_event_stands_on_an_activity(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(user("a"), boundary("b", "a", on("error", "x")), flows("start -> a -> end")), id="interrupting error"),
    pytest.param(around(user("a"), boundary("b", "a", timer("P1D"), cancel="false"), flows("start -> a -> end")), id="non-interrupting timer"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
