"""The modeler's own rules speak where ours do not."""

from __future__ import annotations

import pytest

from engine.definitions.lint import lint, modeler
from engine.definitions.lint.modeler_german import GERMAN
from tests.lint.build import (
    around,
    boundary,
    definitions,
    element,
    end,
    ext,
    flows,
    message,
    process,
    start,
    timer,
    user,
    xor,
    zeebe,
)


def said(content: bytes) -> list[tuple[str, str]]:
    return [(f.rule, f.element) for f in lint({"fall.bpmn": content}, missing="warning") if "/" in f.rule]


FLOW = flows("start -> a -> end")


@pytest.mark.parametrize(("content", "expected"), [
    pytest.param(around(user("a"), FLOW), [("camunda-compat/user-task-definition", "a")], id="a task without form"),
    pytest.param(around(element("serviceTask", "a", ext(zeebe("taskDefinition", type="x"), zeebe("taskHeaders", zeebe("header", key="k", value="1"), zeebe("header", key="k", value="2")))), FLOW), [("camunda-compat/duplicate-task-headers", "a")], id="two headers of one name"),
])  # fmt: skip
def test_a_rule_of_the_modeler_is_told(content, expected):
    assert said(content) == expected


@pytest.mark.parametrize("content", [
    pytest.param(around(user("a", form="f"), FLOW), id="a complete task"),
    pytest.param(around(user("a", form="f"), xor("x"), user("b", form="f"), flows("start -> a -> x -> b -> end"), boundary("t", "a", timer("P1D")), end("e"), flows("t -> e")), id="flows written at their ends by nobody"),
])  # fmt: skip
def test_a_sound_diagram_passes(content):
    assert said(content) == []


def test_what_our_rules_say_is_not_said_twice():
    content = around(element("receiveTask", "a", messageRef="m"), FLOW, beside=message("m", "antwort"))
    found = [f for f in lint({"fall.bpmn": content}) if f.severity == "error"]
    assert [f.rule for f in found] == ["message"]


def test_without_a_platform_only_our_rule_speaks():
    content = definitions(process(start(), user("a"), end(), FLOW), platform="")
    assert said(content) == []
    assert "platform" in {f.rule for f in lint({"fall.bpmn": content})}


def test_the_finding_is_german_and_quotes_the_modeler():
    found, = (f for f in lint({"fall.bpmn": around(user("a"), FLOW)}) if f.rule == "camunda-compat/user-task-definition")
    assert found.severity == "warning"
    assert found.message == "Der Aufgabe fehlt das Formular. Tragen Sie unter «Form» die Formular-Id ein. (Modeler: «A <User Task> should have a defined <Form>»)."


def test_a_diagram_that_crashes_a_rule_is_reported_not_raised():
    report, = modeler.reports("<kein><xml")
    assert report["rule"] == "modeler/unchecked"


def test_every_rule_has_a_german_sentence():
    assert all(text.endswith(".") and "\N{LATIN SMALL LETTER SHARP S}" not in text for text in GERMAN.values())
