"""A small case for the tests of the screens: a form of every kind, a message, a gateway that can fail."""

from __future__ import annotations

from tests.commands.drawings import drawing, flow, form, message, node, text_field, user

ANMELDUNG = form(
    "anmeldung",
    {
        "type": "dynamiclist",
        "id": "f_personen",
        "path": "personen",
        "label": "Personen",
        "properties": {"minItems": "1"},
        "components": [text_field("name", required=True), text_field("vorname", required=True), text_field("rolle_ue")],
    },
)

PRUEFUNG = form(
    "pruefung",
    {"type": "text", "id": "f_text", "text": "## Bitte prüfen\n\n**Fett** und <script>alert(1)</script>"},
    {
        "type": "radio",
        "id": "f_entscheid",
        "key": "entscheid",
        "label": "Entscheid",
        "values": [{"label": "Ja", "value": "ja"}, {"label": "Nein", "value": "nein"}],
        "validate": {"required": True},
    },
    {**text_field("begruendung"), "type": "textarea", "label": "Begründung", "conditional": {"hide": '=entscheid != "nein"'}},
    {"type": "datetime", "id": "f_ab", "key": "ab", "subtype": "date", "dateLabel": "Gültig ab", "validate": {"required": True}},
    {"type": "number", "id": "f_betrag", "key": "betrag", "label": "Betrag"},
    {"type": "checkbox", "id": "f_dringend", "key": "dringend", "label": "Dringend"},
    {**text_field("fall_nr"), "label": "Fallnummer", "readonly": True},
)

_START = node("startEvent", "start", extensions='<zeebe:formDefinition formId="anmeldung"/>', name="Angemeldet")
_WARTEN = node(
    "intermediateCatchEvent", "warten", '<bpmn:messageEventDefinition id="m_def" messageRef="m_unterlagen"/>', name="Unterlagen vollständig"
)

FALL = drawing(
    "fall",
    _START,
    user("pruefen", form="pruefung", groups="intake", due="=today() + duration(&quot;P5D&quot;)", name="Anspruch prüfen"),
    _WARTEN,
    node("exclusiveGateway", "weiche", name="Hoch?", default="weiche_ende"),
    node("endEvent", "hoch"),
    node("endEvent", "ende"),
    flow("start", "pruefen"),
    flow("pruefen", "warten"),
    flow("warten", "weiche"),
    flow("weiche", "hoch", "=betrag > 100"),
    flow("weiche", "ende"),
    messages=message("m_unterlagen", "unterlagen.vollstaendig"),
)

ALL = {"fall.bpmn": FALL, "anmeldung.form": ANMELDUNG, "pruefung.form": PRUEFUNG}
