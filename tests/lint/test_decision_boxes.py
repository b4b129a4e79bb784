"""FEEL inside the boxes of a decision is checked, with the names the boxes bind."""

from __future__ import annotations

import pytest

from engine.definitions.lint import lint
from tests.dmn.build import context, decision, function, knowledge, literal, model, table


def told(content: bytes) -> list[str]:
    return [finding.message for finding in lint({"a.dmn": content}) if finding.rule == "dmn-feel"]


@pytest.mark.parametrize(("content", "where"), [
    pytest.param(model(decision(context(("a", literal("1 +"))))), "«a», Ausdruck", id="an entry of a context"),
    pytest.param(model(decision(context(("a", literal("zaehle(1)"))))), "«zaehle»", id="an unknown function"),
    pytest.param(model(knowledge("K", ["x"], table("UNIQUE", ["x"], ["o"], [["< <", "1"]])), decision(literal("K(1)"), needs=["b_K"])), "«K», Regel 1, Eingabe «x»", id="a table in business knowledge"),
])  # fmt: skip
def test_a_broken_text_is_told_with_its_box(content, where):
    message, = told(content)
    assert where in message


@pytest.mark.parametrize("content", [
    pytest.param(model(knowledge("K", ["x"], literal("x + 1")), decision(literal("K(1)"), needs=["b_K"])), id="business knowledge"),
    pytest.param(model(decision(context(("f", function(["x"], literal("x"))), ("", literal("f(1)"))))), id="a function of a context"),
])  # fmt: skip
def test_functions_the_boxes_define_are_known(content):
    assert told(content) == []
