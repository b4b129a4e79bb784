"""A rule task must name its decision."""

from __future__ import annotations

import pytest

from tests.lint.build import around, element, ext, flows, places, zeebe

RULE = "business-rule-task"


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(around(element("businessRuleTask", "a"), flows("start -> a -> end")), ["a"], id="nothing"),
    pytest.param(around(element("businessRuleTask", "a", ext(zeebe("calledDecision", decisionId="d"))), flows("start -> a -> end")), ["a"], id="no result variable"),
])  # fmt: skip
def test_a_rule_task_must_name_its_decision(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(element("businessRuleTask", "a", ext(zeebe("calledDecision", decisionId="d", resultVariable="r"))), flows("start -> a -> end")), id="decision"),
    pytest.param(around(element("businessRuleTask", "a", ext(zeebe("taskDefinition", type="d"))), flows("start -> a -> end")), id="job"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
