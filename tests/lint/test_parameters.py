"""Parameters are read by names that exist, and nothing else bears their name."""

from __future__ import annotations

import json

import pytest

from engine.definitions.lint import lint
from tests.lint.build import around, element, ext, flows, places, zeebe

RULE = "parameter"


def task(*content: str) -> bytes:
    return around(element("userTask", "a", ext(zeebe("userTask"), *content)), flows("start -> a -> end"))


def output(source: str, target: str = "x") -> str:
    return zeebe("ioMapping", zeebe("output", target=target, source=source))


@pytest.mark.parametrize("content", [
    pytest.param(task(output("=parameter.ka_frisst")), id="unknown name"),
    pytest.param(task(output("=duration(parameter.sb_intervall.kind)")), id="dot instead of underscore"),
    pytest.param(task(output("=1", "parameter")), id="variable of that name"),
    pytest.param(around(element("businessRuleTask", "a", ext(zeebe("calledDecision", decisionId="d", resultVariable="parameter"))), flows("start -> a -> end")), id="result of that name"),
])  # fmt: skip
def test_an_unknown_or_hidden_name_is_reported(content):
    assert places(content, RULE) == ["a"]


@pytest.mark.parametrize("content", [
    pytest.param(task(output("=parameter.ka_frist")), id="known name"),
    pytest.param(task(output("=duration(parameter.sb_intervall_kind)")), id="inside a function"),
    pytest.param(task(output("=fall.parameter.irgendwas")), id="part of a variable"),
    pytest.param(task(output("=mein_parameter.ka_frisst")), id="another name"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []


def test_forms_and_decisions_are_checked_too():
    text = {"type": "textfield", "id": "f", "key": "parameter", "label": "F", "conditional": {"hide": "=parameter.nie = 1"}}
    form = json.dumps({"id": "f", "type": "default", "schemaVersion": 19, "components": [text]}).encode()
    decision = (
        b'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="m" name="M"><decision id="d" name="D">'
        b"<literalExpression><text>parameter.nie</text></literalExpression></decision></definitions>"
    )
    found = [(f.file, f.severity) for f in lint({"f.form": form, "d.dmn": decision}) if f.rule == RULE]
    assert found == [("f.form", "error"), ("f.form", "warning"), ("d.dmn", "error")]
