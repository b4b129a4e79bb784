"""A diagram may bind to a version by its tag; the release holds that version too."""

from __future__ import annotations

import json

import pytest

from engine import commands, queries
from engine.model.access import system
from engine.model.errors import DefinitionInvalid
from engine.store.tables import Timer
from tests.commands.conftest import Desk
from tests.commands.drawings import drawing, flow, form, node, text_field, timer, user


def called(tag: str, task: str) -> bytes:
    wait = node("boundaryEvent", f"frist_{task}", timer("Duration", "P1D"), attachedToRef=task, cancelActivity="false", name=f"Frist {task}")
    body = [node("startEvent", "s"), user(task, name=f"Schritt {task}"), node("endEvent", "e"), wait, node("endEvent", "e2"),
            flow("s", task), flow(task, "e"), flow(f"frist_{task}", "e2")]
    return drawing("kind", *body).replace(b'isExecutable="true">', f'isExecutable="true"><bpmn:extensionElements><zeebe:versionTag value="{tag}"/></bpmn:extensionElements>'.encode(), 1)


def tagged_form(tag: str, field: str) -> bytes:
    return json.dumps({**json.loads(form("blatt", text_field(field, required=True))), "versionTag": tag}).encode()


def decision(tag: str, result: str) -> bytes:
    return f'''<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"
      id="d" name="d" namespace="n"><decision id="wahl" name="Wahl"><extensionElements><zeebe:versionTag value="{tag}"/></extensionElements>
      <variable id="v" name="wahl" typeRef="string"/><literalExpression id="l"><text>"{result}"</text></literalExpression></decision></definitions>'''.encode()


BOUND = 'bindingType="versionTag" versionTag="1.0"'
ELTERN = drawing(
    "eltern", node("startEvent", "start"),
    node("businessRuleTask", "waehlen", extensions=f'<zeebe:calledDecision decisionId="wahl" resultVariable="wahl" {BOUND}/>'),
    node("userTask", "ausfuellen", extensions=f'<zeebe:userTask/><zeebe:formDefinition formId="blatt" {BOUND}/><zeebe:assignmentDefinition candidateGroups="fallfuehrung"/>'),
    node("callActivity", "ruf", extensions=f'<zeebe:calledElement processId="kind" propagateAllChildVariables="false" {BOUND}/>'), node("endEvent", "ende"),
    flow("start", "waehlen"), flow("waehlen", "ausfuellen"), flow("ausfuellen", "ruf"), flow("ruf", "ende"))


def deployed(desk: Desk, **files: bytes) -> None:
    with desk.database.begin(system()) as session:
        commands.deploy(session, {name.replace("_", "."): content for name, content in files.items()})


def release(desk: Desk) -> None:
    with desk.database.begin(system()) as session:
        commands.release(session)


@pytest.fixture(params=["the tagged version is the released one", "a newer version is released"])
def bound(request: pytest.FixtureRequest, desk: Desk) -> Desk:
    deployed(desk, kind_bpmn=called("1.0", "alt"), blatt_form=tagged_form("1.0", "altes"), wahl_dmn=decision("1.0", "alt"), eltern_bpmn=ELTERN)
    if "newer" in request.param:
        deployed(desk, kind_bpmn=called("2.0", "neu"), blatt_form=tagged_form("2.0", "neues"), wahl_dmn=decision("2.0", "neu"))
    release(desk)
    return desk


def test_decision_form_and_called_process_come_in_the_version_with_the_tag(bound: Desk):
    ref = bound.open("eltern")
    (task,) = bound.tasks()
    view = bound.do(queries.task, task.key)
    assert [component.key for component in view.form.components] == ["altes"] and view.values.get("altes") is None
    bound.complete("ausfuellen", altes="ja")
    (task,) = bound.tasks()
    assert (task.element, task.name, task.fall_nr) == ("alt", "Schritt alt", ref.fall_nr)
    assert bound.do(queries.case, ref.fall_nr) is not None
    (frist,) = bound.all(Timer)
    bound.clock.at = frist.due_at
    assert bound.wake().failures == 0
    bound.complete("alt")
    assert bound.tasks() == []


def test_a_tag_that_no_version_has_is_not_released(desk: Desk):
    deployed(desk, kind_bpmn=called("2.0", "neu"), blatt_form=tagged_form("1.0", "altes"), wahl_dmn=decision("1.0", "alt"), eltern_bpmn=ELTERN)
    with pytest.raises(DefinitionInvalid, match="Versions-Tag «1.0»"):
        release(desk)
