"""A variable that nobody writes is told; where that cannot be known, nothing is said."""

from __future__ import annotations

import json

import pytest

from engine.definitions.lint import lint
from tests.lint.build import definitions as bpmn
from tests.lint.build import element, end, ext, flows, job, process, script, user, xor, zeebe

RULE = "variable-written"


def form(id: str, *components: dict) -> dict[str, bytes]:
    return {f"{id}.form": json.dumps({"id": id, "type": "default", "components": list(components)}).encode()}


def text(key: str) -> dict:
    return {"type": "textfield", "key": key, "label": key}


START = form("anmeldung", text("name"), {"type": "dynamiclist", "path": "kinder", "label": "Kinder", "components": [text("vorname")]})


def begun(*inner: str) -> bytes:
    return bpmn(process(element("startEvent", "start", ext(zeebe("formDefinition", formId="anmeldung"))), *inner, end()))


def told(files: dict[str, bytes]) -> list[str]:
    return [finding.message.split("»")[0].partition("«")[2] for finding in lint(files, missing="warning") if finding.rule == RULE]


LINE = flows("start -> a -> end")
WEICHE = flows("start -> a -> x -> end; x -> b : =entscheid = \"ja\"; b -> end")


@pytest.mark.parametrize(("diagram", "names"), [
    pytest.param(begun(script("a", "=nmae"), LINE), ["nmae"], id="a slip of the pen"),
    pytest.param(begun(user("a"), xor("x", default="x_end"), user("b"), WEICHE), ["entscheid"], id="in a condition"),
    pytest.param(begun(element("userTask", "a", ext(zeebe("userTask"), zeebe("assignmentDefinition", candidateGroups="fallfuehrung"), zeebe("taskSchedule", dueDate="=frist"))), LINE), ["frist"], id="in a due date"),
])  # fmt: skip
def test_a_variable_nobody_writes_is_told(diagram, names):
    assert told({"fall.bpmn": diagram} | START) == names


@pytest.mark.parametrize("diagram", [
    pytest.param(begun(script("a", "=name + fall_nr"), LINE), id="start form and root variables"),
    pytest.param(begun(script("a", '=kinder[vorname = "Anna"]'), LINE), id="a field of a list's elements"),
    pytest.param(begun(script("a", "=count(kinder)", result="anzahl"), script("b", "=anzahl + 1"), flows("start -> a -> b -> end")), id="a result variable"),
    pytest.param(begun(script("a", "=for kind in kinder return kind.vorname"), LINE), id="a name the expression binds"),
    pytest.param(begun(element("serviceTask", "a", ext(zeebe("taskDefinition", type="pruefen"), zeebe("ioMapping", zeebe("output", source="=ergebnis", target="e")))), LINE), id="what a job brings"),
    pytest.param(begun(job("a", type="x"), script("b", "=e"), element("scriptTask", "c", ext(zeebe("script", expression="=1", resultVariable="e"))), flows("start -> a -> b -> c -> end")), id="written later"),
    pytest.param(bpmn(process('<bpmn:startEvent id="start"/>', script("a", "=irgendwas"), end(), LINE)), id="a process that others may call"),
])  # fmt: skip
def test_everything_else_passes(diagram):
    assert told({"fall.bpmn": diagram} | START) == []


def test_nothing_is_said_while_a_form_is_missing():
    assert told({"fall.bpmn": begun(script("a", "=nmae"), LINE)}) == []


def test_the_caller_writes_for_the_called():
    caller = begun(element("callActivity", "a", ext(zeebe("calledElement", processId="kind", propagateAllChildVariables="false"))), LINE)
    called = bpmn(process('<bpmn:startEvent id="s"/>', script("t", "=name + alter"), end("e"), flows("s -> t -> e"), id="kind"))
    assert told({"fall.bpmn": caller, "kind.bpmn": called} | START) == ["alter"]
