"""An id names one thing."""

from __future__ import annotations

import pytest

from tests.lint.build import around, flows, message, places, user

RULE = "duplicate-id"


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(around(user("a"), user("a"), flows("start -> a -> end")), ["a"], id="two tasks"),
    pytest.param(around(user("a"), flows("start -> a -> end"), beside=message("a", "n", "=x")), ["a"], id="task and message"),
    pytest.param(around(user("a"), "<bpmn:task/>", flows("start -> a -> end")), [""], id="no id"),
])  # fmt: skip
def test_an_id_names_one_thing(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(user("a"), flows("start -> a -> end")), id="a plain diagram"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
