"""A call of an unknown process is refused."""

from __future__ import annotations

import pytest

from tests.lint.build import around, element, ext, flows, places, zeebe

RULE = "called-process-known"


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(around(element("callActivity", "a", ext(zeebe("calledElement", processId="weg"))), flows("start -> a -> end")), ["a"], id="unknown"),
])  # fmt: skip
def test_a_call_of_an_unknown_process_is_refused(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(element("callActivity", "a", ext(zeebe("calledElement", processId="p"))), flows("start -> a -> end")), id="itself"),
    pytest.param(around(element("callActivity", "a", ext(zeebe("calledElement", processId="=welcher"))), flows("start -> a -> end")), id="FEEL"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
