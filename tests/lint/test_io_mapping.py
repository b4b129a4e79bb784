"""A mapping needs a variable as target."""

from __future__ import annotations

import pytest

from tests.lint.build import around, element, ext, flows, places, zeebe

RULE = "io-mapping"


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(around(element("userTask", "a", ext(zeebe("userTask"), zeebe("ioMapping", zeebe("input", target="", source="=x")))), flows("start -> a -> end")), ["a"], id="blank"),
    pytest.param(around(element("userTask", "a", ext(zeebe("userTask"), zeebe("ioMapping", zeebe("input", target="zwei worte", source="=x")))), flows("start -> a -> end")), ["a"], id="with a space"),
    pytest.param(around(element("userTask", "a", ext(zeebe("userTask"), zeebe("ioMapping", zeebe("output", target="x", source="x")))), flows("start -> a -> end")), ["a"], id="output without ="),
])  # fmt: skip
def test_a_mapping_needs_a_variable_as_target(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(element("userTask", "a", ext(zeebe("userTask"), zeebe("ioMapping", zeebe("input", target="x", source="Text")))), flows("start -> a -> end")), id="static input"),
    pytest.param(around(element("userTask", "a", ext(zeebe("userTask"), zeebe("ioMapping", zeebe("output", target="fall.x", source="=y")))), flows("start -> a -> end")), id="dotted output"),
    pytest.param(around(element("userTask", "a", ext(zeebe("userTask"), zeebe("ioMapping", zeebe("input", target="ablösung", source="=y")))), flows("start -> a -> end")), id="umlaut"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
