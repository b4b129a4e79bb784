"""What a task shows as of now comes from steps that only look."""

from __future__ import annotations

import pytest

from tests.lint.build import around, element, ext, flows, job, places, zeebe

RULE = "looks-again"
FLOWS = flows("start -> zaehlen -> merken -> rechnen -> a -> end")


def showing(names: str) -> str:
    """A diagram whose task wants these steps taken again."""
    task = ext(zeebe("userTask"), zeebe("assignmentDefinition", candidateGroups="teamleitung"), zeebe("properties", zeebe("property", name="jetzt", value=names)))
    rule = element("businessRuleTask", "rechnen", ext(zeebe("calledDecision", decisionId="d", resultVariable="x")))
    return around(job("zaehlen", type="aufgaben.zaehlen"), job("merken", type="fall.merken"), rule, element("userTask", "a", task), FLOWS)


@pytest.mark.parametrize("names", [
    pytest.param("zaehlen, weg", id="a step that is not there"),
    pytest.param("merken", id="a step that changes the case"),
    pytest.param("a", id="the task itself"),
])  # fmt: skip
def test_anything_but_looking_is_refused(names):
    assert places(showing(names), RULE) == ["a"]


@pytest.mark.parametrize("names", [pytest.param("zaehlen, rechnen", id="counting and deciding"), pytest.param("", id="nothing")])
def test_counting_and_deciding_pass(names):
    assert places(showing(names), RULE) == []
