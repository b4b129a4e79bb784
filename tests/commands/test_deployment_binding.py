"""A diagram may bind to what was deployed together with it; what comes later alone does not change it."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import delete, select

from engine import commands, queries
from engine.model.access import system
from engine.model.errors import DefinitionInvalid
from engine.store.tables import DefinitionVersion, Incident, ReleaseItem
from tests.commands.conftest import Desk
from tests.commands.drawings import drawing, flow, form, node, text_field, user

BOUND = 'bindingType="deployment"'


def called(task: str) -> bytes:
    return drawing("kind", node("startEvent", "s"), user(task, name=f"Schritt {task}"), node("endEvent", "e"), flow("s", task), flow(task, "e"))


def blatt(field: str) -> bytes:
    return form("blatt", text_field(field, required=True))


def decision(result: str) -> bytes:
    return f'''<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n"><decision id="wahl" name="Wahl">
      <variable id="v" name="wahl" typeRef="string"/><literalExpression id="l"><text>"{result}"</text></literalExpression></decision></definitions>'''.encode()


def parent(name: str = "Ausfüllen") -> bytes:
    return drawing(
        "eltern", node("startEvent", "start"),
        node("businessRuleTask", "waehlen", extensions=f'<zeebe:calledDecision decisionId="wahl" resultVariable="wahl" {BOUND}/>'),
        node("userTask", "ausfuellen", extensions=f'<zeebe:userTask/><zeebe:formDefinition formId="blatt" {BOUND}/><zeebe:assignmentDefinition candidateGroups="fallfuehrung"/>', name=name),
        node("callActivity", "ruf", extensions=f'<zeebe:calledElement processId="kind" {BOUND}/>'), node("endEvent", "ende"),
        flow("start", "waehlen"), flow("waehlen", "ausfuellen"), flow("ausfuellen", "ruf"), flow("ruf", "ende"))


def everything(generation: str, **other: bytes) -> dict[str, bytes]:
    return {"kind.bpmn": called(f"k{generation}"), "blatt.form": blatt(f"f{generation}"), "wahl.dmn": decision(f"d{generation}"), "eltern.bpmn": parent(), **other}


def deploy(desk: Desk, files: dict[str, bytes]) -> dict[str, int]:
    """What was deployed, by id with its version; then everything newest is released."""
    with desk.database.begin(system()) as session:
        deployed, _ = commands.deploy(session, files)
        commands.release(session)
    return {one.id: one.version for one in deployed}


def walked(desk: Desk) -> tuple[str, str, str]:
    """Field of the form, result of the decision and task of the called process, as a new case meets them."""
    ref = desk.open("eltern")
    (task,) = desk.tasks("ausfuellen")
    (field,) = [component.key for component in desk.do(queries.task, task.key).form.components]
    desk.complete("ausfuellen", **{field: "ja"})
    (inner,) = [one for one in desk.tasks() if one.fall_nr == ref.fall_nr]
    variables = desk.do(lambda session: commands.case_variables(session, commands.cases.own_instance(session, ref.fall_id)))
    return field, variables["wahl"], inner.element


def test_what_comes_later_alone_is_not_called(desk: Desk):
    deploy(desk, everything("1"))
    deploy(desk, {"kind.bpmn": called("k2"), "blatt.form": blatt("f2"), "wahl.dmn": decision("d2")})
    assert walked(desk) == ("f1", "d1", "k1")


def test_what_comes_together_again_is_called(desk: Desk):
    deploy(desk, everything("1"))
    assert walked(desk) == ("f1", "d1", "k1")
    deploy(desk, everything("2"))
    assert walked(desk) == ("f2", "d2", "k2")


def test_an_open_case_stays_with_what_came_with_its_diagram(desk: Desk):
    deploy(desk, everything("1"))
    desk.open("eltern")
    deploy(desk, everything("2"))
    (task,) = desk.tasks("ausfuellen")
    assert [component.key for component in desk.do(queries.task, task.key).form.components] == ["f1"]
    desk.complete("ausfuellen", f1="ja")
    assert desk.elements() == ["k1"]


@pytest.mark.parametrize(("changed", "versions"), [
    pytest.param({}, {"kind": 1, "blatt": 1, "wahl": 1, "eltern": 1}, id="nothing"),
    pytest.param({"blatt.form": blatt("neu")}, {"kind": 2, "blatt": 2, "wahl": 2, "eltern": 2}, id="the form"),
    pytest.param({"eltern.bpmn": parent("Neu")}, {"kind": 2, "blatt": 2, "wahl": 2, "eltern": 2}, id="the caller"),
])  # fmt: skip
def test_what_is_bound_together_gets_its_versions_together(desk: Desk, changed, versions):
    deploy(desk, everything("1"))
    assert deploy(desk, everything("1") | changed) == versions
    with desk.database.read(system()) as session:
        newest = session.query(DefinitionVersion).order_by(DefinitionVersion.key.desc()).limit(4)
        assert len({row.deployment_key for row in newest}) == 1


def test_unchanged_files_that_did_not_come_together_are_bound_anew(desk: Desk):
    deploy(desk, everything("1"))
    deploy(desk, {"blatt.form": blatt("f2")})
    deploy(desk, everything("1", **{"blatt.form": blatt("f2")}))
    assert walked(desk) == ("f2", "d1", "k1")


@pytest.mark.parametrize("left_out", ["kind.bpmn", "blatt.form", "wahl.dmn"])
def test_a_diagram_is_refused_without_what_must_come_with_it(desk: Desk, left_out):
    deploy(desk, everything("1"))
    files = everything("2")
    del files[left_out]
    with pytest.raises(DefinitionInvalid, match="zusammen mit diesem Diagramm"):
        deploy(desk, files)


@pytest.mark.parametrize(("missing", "element", "kind", "says"), [
    pytest.param("decision", "waehlen", "CALLED_DECISION_ERROR", "Die Entscheidung «wahl» aus derselben Ablage wie der Aufrufer", id="the decision"),
    pytest.param("process", "ruf", "CALLED_ELEMENT_ERROR", "Der aufgerufene Prozess «kind» aus derselben Ablage wie der Aufrufer", id="the called process"),
])  # fmt: skip
def test_a_case_whose_release_lacks_what_came_with_its_diagram_stops_with_an_incident(desk: Desk, missing, element, kind, says):
    """No deployment lets this happen; a release of before, or a hand in the database, may."""
    deploy(desk, everything("1"))
    deploy_without(desk, missing, {"kind.bpmn": called("k2"), "blatt.form": blatt("f2"), "wahl.dmn": decision("d2")})
    desk.open("eltern")
    if missing == "process":
        desk.complete("ausfuellen", f1="ja")
    (incident,) = desk.all(Incident)
    assert (incident.element, incident.kind) == (element, kind)
    assert says in incident.message and "ist in dieser Freigabe nicht enthalten" in incident.message
    assert not desk.elements()


def deploy_without(desk: Desk, kind: str, files: dict[str, bytes]) -> None:
    """Deploy and release, and take from the release what it holds of that kind besides its own versions."""
    with desk.database.begin(system()) as session:
        commands.deploy(session, files)
        commands.release(session)
        of_kind = select(DefinitionVersion.key).where(DefinitionVersion.kind == kind)
        taken = session.execute(delete(ReleaseItem).where(ReleaseItem.version_tag.is_not(None), ReleaseItem.definition_key.in_(of_kind)))
        assert taken.rowcount == 1


def test_the_form_of_another_file_of_that_name_changes_nothing(desk: Desk):
    """Only what the diagram names is bound to come with it."""
    deploy(desk, everything("1"))
    other = json.dumps({**json.loads(blatt("x")), "id": "anderes"}).encode()
    assert deploy(desk, everything("1") | {"anderes.form": other})["eltern"] == 1
