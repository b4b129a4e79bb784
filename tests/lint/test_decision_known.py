"""An unknown decision is refused."""

from __future__ import annotations

import pytest

from tests.lint.build import around, element, ext, flows, places, zeebe

RULE = "decision-known"


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(around(element("businessRuleTask", "a", ext(zeebe("calledDecision", decisionId="weg", resultVariable="r"))), flows("start -> a -> end")), ["a"], id="unknown"),
])  # fmt: skip
def test_an_unknown_decision_is_refused(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(element("businessRuleTask", "a", ext(zeebe("calledDecision", decisionId="=welche", resultVariable="r"))), flows("start -> a -> end")), id="FEEL"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
