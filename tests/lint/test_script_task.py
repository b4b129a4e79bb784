"""A script must be feel."""

from __future__ import annotations

import pytest

from tests.lint.build import around, element, ext, flows, job, places, script, zeebe

RULE = "script-task"


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(around(element("scriptTask", "a"), flows("start -> a -> end")), ["a"], id="nothing"),
    pytest.param(around(element("scriptTask", "a", "<bpmn:script>import os</bpmn:script>", ext(zeebe("taskDefinition", type="x")), scriptFormat="python"), flows("start -> a -> end")), ["a"], id="Python"),
    pytest.param(around(script("a", expression="1 + 1"), flows("start -> a -> end")), ["a"], id="no ="),
    pytest.param(around(script("a", result=""), flows("start -> a -> end")), ["a"], id="no result"),
    pytest.param(around(job("a", "<bpmn:script>x</bpmn:script>"), flows("start -> a -> end")), ["a"], id="a script body on another task"),
])  # fmt: skip
def test_a_script_must_be_feel(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(script("a", expression="=1 + 1"), flows("start -> a -> end")), id="FEEL"),
    pytest.param(around(element("scriptTask", "a", ext(zeebe("taskDefinition", type="x"))), flows("start -> a -> end")), id="job"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
