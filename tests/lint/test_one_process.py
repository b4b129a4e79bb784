"""A file holds one executable process."""

from __future__ import annotations

import pytest

from tests.lint.build import around, definitions, flows, places, process, start, user

RULE = "one-process"


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(definitions(), [""], id="none"),
    pytest.param(definitions(process(start(), id="q", executable="false")), ["q"], id="not executable"),
    pytest.param(definitions(process(start()), process(start("s"), id="q")), ["q"], id="two executable"),
    pytest.param(definitions(process(start()), process(start("s"), id="q", executable="false")), ["q"], id="a second pool with contents"),
    pytest.param(definitions(process()), ["p"], id="an empty process"),
    pytest.param(definitions(process(start(), id="")), [""], id="no id"),
])  # fmt: skip
def test_a_file_holds_one_executable_process(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(user("a"), flows("start -> a -> end")), id="a plain diagram"),
    pytest.param(definitions(process(start()), process(id="q", executable="false")), id="a collapsed pool beside"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
