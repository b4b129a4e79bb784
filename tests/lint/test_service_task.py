"""A job needs its type."""

from __future__ import annotations

import pytest

from tests.lint.build import around, element, ext, flows, job, places, zeebe

RULE = "service-task"


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(around(element("serviceTask", "a"), flows("start -> a -> end")), ["a"], id="service"),
    pytest.param(around(element("sendTask", "a"), flows("start -> a -> end")), ["a"], id="send"),
    pytest.param(around(element("serviceTask", "a", ext(zeebe("taskDefinition", type="x", retries="drei"))), flows("start -> a -> end")), ["a"], id="retries in words"),
])  # fmt: skip
def test_a_job_needs_its_type(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(job("a"), flows("start -> a -> end")), id="a type"),
    pytest.param(around(element("serviceTask", "a", ext(zeebe("taskDefinition", type="x", retries="=n"))), flows("start -> a -> end")), id="FEEL retries"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
