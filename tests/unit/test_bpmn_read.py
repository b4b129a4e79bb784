"""What commands and screens learn from a diagram."""

from __future__ import annotations

import pytest

from engine.definitions.bpmn import read
from engine.model.errors import DefinitionInvalid
from tests.lint.build import boundary, definitions, diagram, element, end, ext, flows, message, on, process, start, sub, timer, user, zeebe

LANES = element(
    "laneSet", "ls",
    element("lane", "l1", "<bpmn:flowNodeRef>start</bpmn:flowNodeRef><bpmn:flowNodeRef>phase</bpmn:flowNodeRef>", name="Intake"),
)  # fmt: skip


@pytest.fixture
def fall():
    content = definitions(
        process(
            ext(zeebe("versionTag", value="1.2")),
            LANES,
            start("start", ext(zeebe("formDefinition", formId="f10"))),
            sub("phase", start("s"), user("a", form="f11"), end("e"), boundary("b", "a", timer("P1D"), cancel="false"), flows("s -> a -> e; b -> e")),
            element("exclusiveGateway", "x", default="x_end"),
            element("serviceTask", "h", ext(zeebe("taskDefinition", type="hinweis"), zeebe("taskHeaders", zeebe("header", key="text", value="Hallo")))),
            element("receiveTask", "r", messageRef="m1"),
            end(),
            flows("start -> phase -> x -> end; x -> h : =a > 1; h -> r -> end"),
            id="fall",
        ),
        message("m1", "wiederbedarf", "=fall_nr"),
    )
    return read(content, "fall.bpmn")


def test_a_process_has_its_tag_start_form_and_elements_of_all_depths(fall):
    process, = fall.processes
    assert (process.id, process.version_tag, process.executable, process.start_form_id) == ("fall", "1.2", True, "f10")
    assert list(process.elements) == ["start", "phase", "s", "a", "e", "b", "x", "h", "r", "end"]
    assert [element.id for element in process.children("phase")] == ["s", "a", "e", "b"]


def test_what_stands_in_a_sub_process_stands_in_its_lane(fall):
    elements = fall.processes[0].elements
    assert (elements["phase"].lane, elements["a"].lane, elements["h"].lane) == ("Intake", "Intake", None)


def test_a_boundary_event_knows_its_host_and_trigger(fall):
    event = fall.processes[0].elements["b"]
    assert (event.attached_to, event.interrupting, event.parent) == ("a", False, "phase")
    assert (event.trigger.kind, event.trigger.timer, event.trigger.value) == ("timer", "duration", "P1D")


def test_a_job_and_a_message_are_read(fall):
    elements = fall.processes[0].elements
    assert (elements["h"].job_type, elements["h"].headers) == ("hinweis", {"text": "Hallo"})
    assert (elements["r"].trigger.value, elements["r"].trigger.correlation_key) == ("wiederbedarf", "=fall_nr")
    assert fall.messages[0].correlation_key == "=fall_nr"


def test_flows_know_condition_default_and_level(fall):
    flows = {flow.id: flow for flow in fall.processes[0].flows}
    assert flows["x_h"].condition == "=a > 1"
    assert flows["x_end"].is_default and not flows["x_h"].is_default
    assert flows["s_a"].parent == "phase"


def test_every_feel_text_is_listed_with_its_place(fall):
    assert {(found.element, found.attribute, found.text) for found in fall.expressions} == {
        ("x_h", "conditionExpression", "=a > 1"),
        ("m1", "correlationKey", "=fall_nr"),
    }


def test_a_header_is_no_feel():
    content = diagram(element("serviceTask", "a", ext(zeebe("taskHeaders", zeebe("header", key="k", value="=x")))))
    assert read(content, "f").expressions == ()


def test_a_reference_to_nothing_is_read_as_nothing():
    content = diagram(element("intermediateCatchEvent", "a", on("message", "weg")))
    assert read(content, "f").processes[0].elements["a"].trigger.value is None


def test_other_xml_is_no_diagram():
    with pytest.raises(DefinitionInvalid, match="kein BPMN-Diagramm"):
        read(b"<html/>", "f")
