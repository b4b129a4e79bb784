"""A diagram of another platform is refused."""

from __future__ import annotations

import pytest

from tests.lint.build import around, definitions, end, flows, places, process, start, user

RULE = "platform"


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(definitions(process(start(), end(), flows("start -> end")), platform=""), [""], id="none"),
    pytest.param(definitions(process(start(), end(), flows("start -> end")), platform='modeler:executionPlatform="Camunda Platform" modeler:executionPlatformVersion="7.20.0"'), [''], id="Camunda 7"),
    pytest.param(definitions(process(start(), end(), flows("start -> end")).replace("<bpmn:startEvent", "<bpmn:startEvent xmlns:c=\"http://camunda.org/schema/1.0/bpmn\" c:asyncBefore=\"true\"")), [""], id="camunda namespace"),
    pytest.param(definitions(process(start(), end(), flows("start -> end")), platform='modeler:executionPlatform="Camunda Cloud" modeler:executionPlatformVersion="8.10.0"'), [''], id="newer than 8.9"),
])  # fmt: skip
def test_a_diagram_of_another_platform_is_refused(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(user("a"), flows("start -> a -> end")), id="a plain diagram"),
    pytest.param(definitions(process(start(), end(), flows("start -> end")), platform='modeler:executionPlatform="Camunda Cloud" modeler:executionPlatformVersion="8.7.0"'), id="8.7"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
