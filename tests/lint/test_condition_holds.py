"""A condition that can never hold is told."""

from __future__ import annotations

import json

import pytest

from engine.definitions.lint import lint
from tests.lint.build import around, element, end, ext, flows, process, user, xor, zeebe
from tests.lint.build import definitions as bpmn

RULE = "condition-holds"


def gateway(condition: str) -> bytes:
    return around(user("a"), xor("x", default="x_end"), user("b"), flows(f"start -> a -> x -> end; x -> b : ={condition}; b -> end"))


def told(files: dict[str, bytes]) -> list[str]:
    return [finding.element for finding in lint(files, missing="warning") if finding.rule == RULE]


@pytest.mark.parametrize("condition", [
    pytest.param("false", id="false"), pytest.param("1 > 2", id="a false comparison of constants"), pytest.param('"ja"', id="no truth value"),
    pytest.param('e = "a" and e = "b"', id="two values at once"), pytest.param("n > 5 and n < 3", id="an empty range"), pytest.param("n > 5 and n <= 5", id="an empty point"),
    pytest.param("n = 4 and n > 7", id="a value outside its range"), pytest.param('(e = "a") and (e = "b")', id="in brackets"),
])  # fmt: skip
def test_a_condition_that_never_holds_is_told(condition):
    assert told({"fall.bpmn": gateway(condition)}) == ["x_b"]


@pytest.mark.parametrize("condition", [
    pytest.param("true", id="true"), pytest.param('e = "a"', id="one value"), pytest.param('e = "a" or e = "b"', id="either of two"), pytest.param("n >= 5 and n <= 5", id="one point"),
    pytest.param('e = "a and e = b"', id="and inside a text"), pytest.param('today() > date("2020-01-01")', id="the clock"), pytest.param('not(e = "a" and e = "b")', id="negated"),
    pytest.param('e = "a" and f = "b"', id="two variables"), pytest.param("n between 1 and 3", id="between"),
])  # fmt: skip
def test_everything_else_passes(condition):
    assert told({"fall.bpmn": gateway(condition)}) == []


def chosen(value: str) -> dict[str, bytes]:
    field = {"type": "radio", "key": "entscheid", "label": "Entscheid", "values": [{"value": "ja", "label": "Ja"}, {"value": "nein", "label": "Nein"}]}
    forms = {"f.form": json.dumps({"id": "f", "type": "default", "components": [field]}).encode()}
    start = element("startEvent", "start", ext(zeebe("formDefinition", formId="f")))
    rest = flows(f'start -> x -> end; x -> b : =entscheid = "{value}"; b -> end')
    return {"fall.bpmn": bpmn(process(start, xor("x", default="x_end"), user("b"), end(), rest))} | forms


def test_a_value_no_form_offers_is_told():
    assert told(chosen("jaa")) == ["x_b"]


def test_a_value_a_form_offers_passes():
    assert told(chosen("ja")) == []
