"""Multi instance needs its list."""

from __future__ import annotations

import pytest

from tests.lint.build import around, each, flows, places, user

RULE = "multi-instance"


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(around(user("a", "<bpmn:multiInstanceLoopCharacteristics/>"), flows("start -> a -> end")), ["a"], id="no extension"),
    pytest.param(around(user("a", each("personen")), flows("start -> a -> end")), ["a"], id="no ="),
    pytest.param(around(user("a", each(output="r")), flows("start -> a -> end")), ["a"], id="output without element"),
    pytest.param(around(user("a", each(output="r", result="x")), flows("start -> a -> end")), ["a"], id="element without ="),
])  # fmt: skip
def test_multi_instance_needs_its_list(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(user("a"), flows("start -> a -> end")), id="a plain diagram"),
    pytest.param(around(user("a", each()), flows("start -> a -> end")), id="list"),
    pytest.param(around(user("a", each(output="r", result="=x")), flows("start -> a -> end")), id="list and result"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
