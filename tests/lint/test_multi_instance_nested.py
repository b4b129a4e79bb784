"""Nested collections need different names."""

from __future__ import annotations

import pytest

from tests.lint.build import around, each, end, flows, places, start, sub, user

RULE = "multi-instance-nested"


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(around(sub("a", each(output="r", result="=r"), start("s"), user("b", each(output="r", result="=q")), end("e"), flows("s -> b -> e")), flows("start -> a -> end")), ["b"], id="same"),
])  # fmt: skip
def test_nested_collections_need_different_names(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(sub("a", each(output="r", result="=r"), start("s"), user("b", each(output="q", result="=q")), end("e"), flows("s -> b -> e")), flows("start -> a -> end")), id="different"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
