"""Small lint-clean diagrams for the tests of the commands: every construct that makes a row."""

from __future__ import annotations

import json

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" '
    'xmlns:modeler="http://camunda.org/schema/modeler/1.0" id="definitions_{id}" targetNamespace="http://bpmn.io/schema/bpmn" '
    'modeler:executionPlatform="Camunda Cloud" modeler:executionPlatformVersion="8.9.0">'
)


def drawing(id: str, *elements: str, messages: str = "") -> bytes:
    """A file with one executable process."""
    head = HEAD.format(id=id)
    body = "".join(elements)
    text = f'{head}<bpmn:process id="{id}" name="{id.capitalize()}" isExecutable="true">{body}</bpmn:process>{messages}</bpmn:definitions>'
    return text.encode()


def node(tag: str, id: str, *content: str, extensions: str = "", **attributes: str) -> str:
    extra = "".join(f' {name}="{value}"' for name, value in attributes.items())
    inside = f"<bpmn:extensionElements>{extensions}</bpmn:extensionElements>" if extensions else ""
    return f'<bpmn:{tag} id="{id}"{extra}>{inside}{"".join(content)}</bpmn:{tag}>'


def flow(source: str, target: str, condition: str = "") -> str:
    inside = f"<bpmn:conditionExpression><![CDATA[{condition}]]></bpmn:conditionExpression>" if condition else ""
    return f'<bpmn:sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}">{inside}</bpmn:sequenceFlow>'


def user(id: str, *, form: str = "", groups: str = "fallfuehrung", due: str = "", name: str = "") -> str:
    extensions = "<zeebe:userTask/>"
    extensions += f'<zeebe:formDefinition formId="{form}"/>' if form else ""
    extensions += f'<zeebe:assignmentDefinition candidateGroups="{groups}"/>'
    extensions += f'<zeebe:taskSchedule dueDate="{due}"/>' if due else ""
    return node("userTask", id, extensions=extensions, name=name or id.replace("_", " ").capitalize())


def job(id: str, type: str, **headers: str) -> str:
    rows = "".join(f'<zeebe:header key="{key}" value="{value}"/>' for key, value in headers.items())
    return node("serviceTask", id, extensions=f'<zeebe:taskDefinition type="{type}"/><zeebe:taskHeaders>{rows}</zeebe:taskHeaders>')


def timer(kind: str, text: str) -> str:
    return f"<bpmn:timerEventDefinition><bpmn:time{kind}>{text}</bpmn:time{kind}></bpmn:timerEventDefinition>"


def message(id: str, name: str) -> str:
    subscription = '<bpmn:extensionElements><zeebe:subscription correlationKey="=fall_nr"/></bpmn:extensionElements>'
    return f'<bpmn:message id="{id}" name="{name}">{subscription}</bpmn:message>'


def form(id: str, *components: dict) -> bytes:
    head = {"id": id, "type": "default", "schemaVersion": 19, "executionPlatform": "Camunda Cloud", "executionPlatformVersion": "8.9.0"}
    return json.dumps({**head, "components": list(components)}).encode()


def text_field(key: str, **validate: object) -> dict:
    return {"type": "textfield", "id": f"f_{key}", "key": key, "label": key.capitalize(), "validate": validate}


START_FORM = form(
    "anmeldung",
    text_field("grund", required=True),
    {
        "type": "dynamiclist",
        "id": "f_personen",
        "path": "personen",
        "label": "Personen",
        "isRepeating": True,
        "components": [text_field("name"), text_field("vorname"), text_field("rolle_ue"), text_field("geburtsdatum")],
    },
)
PRUEFEN_FORM = form(
    "pruefen",
    {"type": "checkbox", "id": "f_ok", "key": "ok", "label": "In Ordnung"},
    text_field("bemerkung", maxLength=20),
)

# Anmeldung → prüfen (reminder every week, deadline of 30 days) → in order, or wait for an answer or ten days.
ANTRAG = drawing(
    "antrag",
    node("startEvent", "start", extensions='<zeebe:formDefinition formId="anmeldung"/>'),
    user("pruefen", form="pruefen", groups="intake, fallfuehrung", due="=string(today() + duration(&quot;P5D&quot;))", name="Antrag prüfen"),
    node("boundaryEvent", "erinnern", timer("Cycle", "R/P7D"), attachedToRef="pruefen", cancelActivity="false"),
    job("hinweisen", "hinweis", an_rolle="teamleitung", text="Antrag liegt"),
    node("endEvent", "erinnert"),
    node("boundaryEvent", "frist", timer("Duration", "P30D"), attachedToRef="pruefen"),
    user("mahnen", groups="teamleitung"),
    node("endEvent", "gemahnt"),
    node("exclusiveGateway", "ok_weiche", default="ok_weiche_warten"),
    node("endEvent", "fertig"),
    node("eventBasedGateway", "warten"),
    node("intermediateCatchEvent", "antwort", '<bpmn:messageEventDefinition messageRef="m_antwort"/>'),
    node("intermediateCatchEvent", "zehn_tage", timer("Duration", "P10D")),
    user("abschliessen"),
    node("exclusiveGateway", "zusammen"),
    node("endEvent", "ende"),
    flow("start", "pruefen"),
    flow("pruefen", "ok_weiche"),
    flow("erinnern", "hinweisen"),
    flow("hinweisen", "erinnert"),
    flow("frist", "mahnen"),
    flow("mahnen", "gemahnt"),
    flow("ok_weiche", "fertig", "=ok"),
    flow("ok_weiche", "warten"),
    flow("warten", "antwort"),
    flow("warten", "zehn_tage"),
    flow("antwort", "zusammen"),
    flow("zehn_tage", "zusammen"),
    flow("zusammen", "abschliessen"),
    flow("abschliessen", "ende"),
    messages=message("m_antwort", "antwort"),
)

# A task whose condition needs a variable that nobody may have set: the road to an incident.
KLEMMT = drawing(
    "klemmt",
    node("startEvent", "start"),
    user("erfassen", form="erfassen"),
    node("exclusiveGateway", "weiche", default="weiche_sonst"),
    user("hoch"),
    user("sonst"),
    node("endEvent", "ende_hoch"),
    node("endEvent", "ende_sonst"),
    flow("start", "erfassen"),
    flow("erfassen", "weiche"),
    flow("weiche", "hoch", "=punkte > 5"),
    flow("weiche", "sonst"),
    flow("hoch", "ende_hoch"),
    flow("sonst", "ende_sonst"),
)
ERFASSEN_FORM = form("erfassen", {"type": "number", "id": "f_punkte", "key": "punkte", "label": "Punkte"})

# A review that comes back as long as nobody ends it.
SCHLAUFE = drawing(
    "schlaufe",
    node("startEvent", "start"),
    node("exclusiveGateway", "wieder"),
    user("pruefung", form="runde"),
    node("boundaryEvent", "mahnung", timer("Cycle", "R/P30D"), attachedToRef="pruefung", cancelActivity="false"),
    job("hinweisen", "hinweis", an_rolle="teamleitung", text="Prüfung überfällig"),
    node("endEvent", "gemahnt"),
    node("exclusiveGateway", "genug", default="genug_wieder"),
    node("endEvent", "ende"),
    flow("start", "wieder"),
    flow("wieder", "pruefung"),
    flow("pruefung", "genug"),
    flow("genug", "wieder"),
    flow("genug", "ende", "=fertig"),
    flow("mahnung", "hinweisen"),
    flow("hinweisen", "gemahnt"),
)
RUNDE_FORM = form(
    "runde",
    {"type": "checkbox", "id": "f_fertig", "key": "fertig", "label": "Fertig"},
    text_field("notiz"),
)

ALL = {
    "antrag.bpmn": ANTRAG,
    "anmeldung.form": START_FORM,
    "pruefen.form": PRUEFEN_FORM,
    "klemmt.bpmn": KLEMMT,
    "erfassen.form": ERFASSEN_FORM,
    "schlaufe.bpmn": SCHLAUFE,
    "runde.form": RUNDE_FORM,
}
