"""A call must name its process."""

from __future__ import annotations

import pytest

from tests.lint.build import around, element, ext, flows, places, zeebe

RULE = "call-activity"


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(around(element("callActivity", "a"), flows("start -> a -> end")), ["a"], id="nothing"),
])  # fmt: skip
def test_a_call_must_name_its_process(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(element("callActivity", "a", ext(zeebe("calledElement", processId="p"))), flows("start -> a -> end")), id="named"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
