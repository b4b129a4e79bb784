"""Broken feel is refused wherever it stands."""

from __future__ import annotations

import pytest

from tests.lint.build import around, catch, each, element, ext, flows, message, on, places, script, timer, user, xor, zeebe

RULE = "feel-syntax"


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(around(xor("a", default="a_end"), user("b"), flows("start -> a; a -> b : =x >; a -> end; b -> end")), ["a_b"], id="condition"),
    pytest.param(around(catch("a", timer("=duration(", "Duration")), flows("start -> a -> end")), ["a"], id="timer"),
    pytest.param(around(element("userTask", "a", ext(zeebe("userTask"), zeebe("ioMapping", zeebe("input", target="x", source="=1 +")))), flows("start -> a -> end")), ["a"], id="mapping"),
    pytest.param(around(script("a", expression="=if x"), flows("start -> a -> end")), ["a"], id="script"),
    pytest.param(around(catch("a", on("message", "m1")), flows("start -> a -> end"), beside=message("m1", "n", "=fall nr )")), ["m1"], id="correlation key"),
    pytest.param(around(user("a", each("=[1, ")), flows("start -> a -> end")), ["a"], id="list"),
    pytest.param(around(script("a", expression="="), flows("start -> a -> end")), ["a"], id="empty"),
])  # fmt: skip
def test_broken_feel_is_refused_wherever_it_stands(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(xor("a", default="a_end"), user("b"), flows("start -> a; a -> b : =x > 1; a -> end; b -> end")), id="condition"),
    pytest.param(around(catch("a", timer("=duration(\"P1D\")", "Duration")), flows("start -> a -> end")), id="duration"),
    pytest.param(around(element("serviceTask", "a", ext(zeebe("taskDefinition", type="x"), zeebe("taskHeaders", zeebe("header", key="k", value="=) (")))), flows("start -> a -> end")), id="a header is no FEEL"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
