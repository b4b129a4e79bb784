"""Files are checked together: what one calls another may bring along."""

from __future__ import annotations

import json
import time

import pytest

from engine.definitions.catalog import Catalog
from engine.definitions.lint import lint
from tests.lint.build import around, element, ext, flows, process, user, zeebe
from tests.lint.build import definitions as bpmn

FORM = json.dumps({"id": "f10", "type": "default", "components": [{"type": "textfield", "key": "name", "label": "Name"}]}).encode()
DMN = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n"><decision id="segment" name="Segment">
<decisionTable id="t" hitPolicy="FIRST"><input id="i" label="Alter"><inputExpression id="e" typeRef="number"><text>alter</text></inputExpression></input>
<output id="o" name="segment" typeRef="string"/><rule id="r1"><inputEntry id="c1"><text>&lt; 18</text></inputEntry><outputEntry id="c2"><text>"Kind"</text></outputEntry></rule>
</decisionTable></decision></definitions>"""
CALLS = around(
    user("a", form="f10"),
    element("businessRuleTask", "b", ext(zeebe("calledDecision", decisionId="segment", resultVariable="s"))),
    element("callActivity", "c", ext(zeebe("calledElement", processId="anderer"))),
    flows("start -> a -> b -> c -> end"),
)
OTHER = bpmn(process('<bpmn:startEvent id="s"/><bpmn:endEvent id="e"/>', flows("s -> e"), id="anderer"))


def rules(findings, severity="error"):
    return [finding.rule for finding in findings if finding.severity == severity]


def test_a_diagram_with_all_it_calls_is_accepted():
    assert rules(lint({"fall.bpmn": CALLS, "f10.form": FORM, "segment.dmn": DMN, "anderer.bpmn": OTHER})) == []


def test_a_diagram_alone_lacks_what_it_calls():
    assert rules(lint({"fall.bpmn": CALLS})) == ["called-process-known", "decision-known", "form-known"]


def test_what_is_deployed_already_need_not_come_again():
    known = Catalog(processes=frozenset({"anderer"}), decisions=frozenset({"segment"}), forms=frozenset({"f10"}))
    assert rules(lint({"fall.bpmn": CALLS}, known=known)) == []


def test_a_diagram_may_come_before_its_form():
    found = lint({"fall.bpmn": CALLS}, missing="warning")
    assert rules(found) == []
    assert {"called-process-known", "decision-known", "form-known"} <= set(rules(found, "warning"))


@pytest.mark.parametrize(("files", "rule"), [
    pytest.param({}, "file", id="nothing at all"),
    pytest.param({"bild.png": b"x"}, "file", id="a picture"),
    pytest.param({"a.bpmn": b""}, "xml", id="an empty diagram"),
    pytest.param({"a.bpmn": b"<a/>"}, "bpmn", id="XML that is no BPMN"),
    pytest.param({"a.bpmn": b"<!DOCTYPE a []><a/>"}, "xml", id="DOCTYPE"),
    pytest.param({"a.form": b"{"}, "form", id="a broken form"),
    pytest.param({"a.bpmn": OTHER, "b.bpmn": OTHER}, "id-in-two-files", id="one process in two files"),
    pytest.param({"a.form": FORM, "b.form": FORM}, "id-in-two-files", id="one form in two files"),
    pytest.param({"a.dmn": DMN, "b.dmn": DMN}, "id-in-two-files", id="one decision in two files"),
])  # fmt: skip
def test_files_that_cannot_be_taken_are_named(files, rule):
    assert rule in rules(lint(files))


def test_an_unreadable_file_does_not_hide_what_is_wrong_with_the_others():
    found = lint({"a.bpmn": b"", "fall.bpmn": CALLS})
    assert {finding.file for finding in found} == {"a.bpmn", "fall.bpmn"}


@pytest.mark.parametrize(("cell", "message"), [
    pytest.param(b"&lt; 18 18", "fehlerhaft", id="no unary test"),
    pytest.param(b"zaehle(?) &gt; 3", "zaehle", id="an unknown function"),
])  # fmt: skip
def test_a_broken_cell_is_named_with_its_rule_and_column(cell, message):
    found, = (finding for finding in lint({"segment.dmn": DMN.replace(b"&lt; 18", cell)}) if finding.rule == "dmn-feel")
    assert (found.element, found.severity) == ("segment", "error")
    assert "Regel 1, Eingabe «Alter»" in found.message and message in found.message


def test_a_diagram_nobody_could_read_is_refused_at_once():
    many = "".join(element("task", f"t{number}") for number in range(700))
    assert rules(lint({"a.bpmn": around(many)})) == ["size"]


def test_a_diagram_full_of_gateways_is_checked_in_reasonable_time():
    gates = [f"{kind}{number}" for number in range(90) for kind in ("x", "j")]
    nodes = "".join(element("exclusiveGateway" if gate[0] == "x" else "parallelGateway", gate) for gate in gates)
    lines = "; ".join(f"{a} -> {b}; {a} -> {c}" for a, b, c in zip(gates, gates[1:], gates[2:], strict=False))
    began = time.perf_counter()
    assert lint({"a.bpmn": around(nodes, flows(f"start -> x0; {lines}; {gates[-1]} -> end"))})
    assert time.perf_counter() - began < 20


def test_a_decision_file_without_decision_is_refused():
    empty = b'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n"/>'
    assert rules(lint({"a.dmn": empty})) == ["dmn-empty"]


@pytest.mark.parametrize(("component", "rule"), [
    pytest.param({"conditional": {"hide": "=a >"}}, "form-feel", id="broken condition"),
    pytest.param({"conditional": {"hide": "=zaehle(a)"}}, "form-feel", id="unknown function"),
    pytest.param({"label": "Für {{1 +}}"}, "form-feel", id="broken template"),
    pytest.param({"validate": {"pattern": "(a"}}, "form-pattern", id="broken pattern"),
])  # fmt: skip
def test_a_forms_expressions_and_patterns_are_checked(component, rule):
    schema = {"id": "f", "type": "default", "components": [{"type": "textfield", "key": "a", "label": "A"} | component]}
    assert rules(lint({"f.form": json.dumps(schema).encode()})) == [rule]
