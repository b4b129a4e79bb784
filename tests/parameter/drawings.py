"""A small periodic review whose interval, decision and forms ask for parameters."""

from __future__ import annotations

from tests.commands.drawings import drawing, flow, form, node, text_field, timer, user

INTERVALL = "=string(today() + duration(parameter.sb_intervall_stabilisieren))".replace('"', "&quot;")
DECISION = '<zeebe:calledDecision decisionId="verfuegt" resultVariable="verfuegt_durch"/>'
ERGEBNIS = '<zeebe:output source="=verfuegt_durch" target="verfuegung"/>'
NAECHSTE = '<zeebe:output source="=parameter.sb_intervall_stabilisieren" target="intervall"/>'

PROZESS = drawing(
    "ueberpruefung",
    node("startEvent", "start", extensions='<zeebe:formDefinition formId="beginn"/>'),
    node("businessRuleTask", "wer_verfuegt", extensions=f"{DECISION}<zeebe:ioMapping>{ERGEBNIS}{NAECHSTE}</zeebe:ioMapping>"),
    node("exclusiveGateway", "wieder"),
    user("standortbestimmung", form="runde", due=INTERVALL),
    node("boundaryEvent", "mahnen", timer("Duration", "=parameter.eskalation_1"), attachedToRef="standortbestimmung", cancelActivity="false"),
    user("mahnung", groups="teamleitung"),
    node("endEvent", "gemahnt"),
    node("exclusiveGateway", "genug", default="genug_wieder"),
    node("endEvent", "ende"),
    flow("start", "wer_verfuegt"),
    flow("wer_verfuegt", "wieder"),
    flow("wieder", "standortbestimmung"),
    flow("standortbestimmung", "genug"),
    flow("mahnen", "mahnung"),
    flow("mahnung", "gemahnt"),
    flow("genug", "wieder"),
    flow("genug", "ende", "=fertig"),
)
BEGINN = form(
    "beginn",
    {"type": "number", "id": "f_gemeinde", "key": "gemeinde_bfs", "label": "Gemeinde", "properties": {"validierung": "gemeinde"}},
    {**text_field("kommission", required=True), "conditional": {"hide": '=parameter.verfuegung_durch != "sozialkommission"'}},
)
RUNDE = form(
    "runde",
    {"type": "checkbox", "id": "f_fertig", "key": "fertig", "label": "Fertig"},
    {**text_field("beschluss", required=True), "conditional": {"hide": '=parameter.verfuegung_durch != "sozialkommission"'}},
)
ENTSCHEID = (
    b'<?xml version="1.0" encoding="UTF-8"?><definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="m" name="Modell">'
    b'<decision id="verfuegt" name="Wer verf\xc3\xbcgt"><variable name="verfuegt"/>'
    b"<literalExpression><text>parameter.verfuegung_durch</text></literalExpression></decision></definitions>"
)
ALL = {"ueberpruefung.bpmn": PROZESS, "beginn.form": BEGINN, "runde.form": RUNDE, "verfuegt.dmn": ENTSCHEID}
