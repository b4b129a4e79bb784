"""An unknown function is refused."""

from __future__ import annotations

import pytest

from tests.lint.build import around, flows, places, script

RULE = "feel-functions"


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(around(script("a", expression="=zaehle(x)"), flows("start -> a -> end")), ["a"], id="invented"),
])  # fmt: skip
def test_an_unknown_function_is_refused(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(script("a", expression="=count(x)"), flows("start -> a -> end")), id="of FEEL"),
    pytest.param(around(script("a", expression="=arbeitstage plus(today(), 3)"), flows("start -> a -> end")), id="of the project"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
