"""A form from its schema to stored values: reading, posting, conditions, messages."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from werkzeug.datastructures import MultiDict

from engine.definitions.feel import Feel
from engine.definitions.forms import GEMEINDEN, GEMEINDEN_GRENZEN, Checklist, DynamicList, Select, Text, TextField, flatten, read
from engine.model.errors import DefinitionInvalid, FormInvalid, Trouble

NOW = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def feel():
    with Feel() as made:
        yield made


def form(*components, **schema):
    return read(json.dumps({"id": "f", "type": "default", "components": list(components)} | schema).encode(), "f.form")


def text(key, *, required=False, **more):
    return {"type": "textfield", "key": key, "label": key.title(), "validate": {"required": required, **more.pop("validate", {})}, **more}


def choice(key, *values, type="radio", **more):
    return {"type": type, "key": key, "label": key.title(), "values": [{"label": v.title(), "value": v} for v in values], **more}


def rows(path, *components, **more):
    return {"type": "dynamiclist", "path": path, "label": path.title(), "components": list(components), **more}


def day(key, **more):
    return {"type": "datetime", "subtype": "date", "key": key, "dateLabel": key.title(), **more}


def errors(made, feel, posted, context=None):
    with pytest.raises(FormInvalid) as refused:
        made.validate(made.values_from(posted), context or {}, feel=feel, now=NOW)
    return refused.value.errors


def values(made, feel, posted, context=None):
    return made.validate(made.values_from(posted), context or {}, feel=feel, now=NOW)


@pytest.mark.parametrize(("content", "advice"), [
    pytest.param(b"{", "Zeile 1", id="no JSON"),
    pytest.param(b"[]", "components", id="no object"),
    pytest.param(b'{"id": "f", "id": "g", "components": []}', "zweimal", id="a name twice"),
    pytest.param(b'{"id": "f", "components": [], "x": NaN}', "NaN", id="NaN"),
    pytest.param(b'{"id": "f", "components": [], "x": 1e999}', "zu gross", id="infinite number"),
    pytest.param(b'{"id": "f", "components": ' + b"[" * 60 + b"]" * 60 + b"}", "tiefer", id="deep"),
    pytest.param(b"[" * 100_000, "verschachtelt", id="so deep that Python gives up"),
    pytest.param(b'{"a": "' + b"x" * 1024 * 1024 + b'"}', "1 MB", id="large"),
    pytest.param('{"id": "ä"}'.encode("latin-1"), "UTF-8", id="Latin-1"),
    pytest.param(b'{"components": []}', "keine Id", id="no id"),
    pytest.param(b'{"id": "f", "components": [{"type": "filepicker", "key": "x"}]}', "filepicker", id="unknown component"),
    pytest.param(b'{"id": "f", "components": [{"type": "html", "content": "<b>"}]}', "html", id="HTML"),
    pytest.param(b'{"id": "f", "components": [{"type": "textfield"}]}', "Schlüssel", id="no key"),
    pytest.param(b'{"id": "f", "components": [{"type": "textfield", "key": "a b"}]}', "Buchstaben", id="odd key"),
    pytest.param(b'{"id": "f", "components": [{"type": "textfield", "key": "a"}, {"type": "number", "key": "a"}]}', "mehrfach", id="key twice"),
    pytest.param(b'{"id": "f", "components": [{"type": "select", "key": "a"}]}', "Auswahlwerte", id="select without values"),
    pytest.param(b'{"id": "f", "components": [{"type": "textfield", "key": "a", "conditional": {"hide": "x"}}]}', "FEEL", id="condition without ="),
    pytest.param(b'{"id": "f", "components": [{"type": "textfield", "key": "a", "properties": {"validierung": "ahv"}}]}', "ahvn13", id="unknown rule"),
    pytest.param(b'{"id": "f", "components": [{"type": "text", "text": "{{#if x}}"}]}', "Ausblenden", id="template block"),
    pytest.param(b'{"id": "f", "components": [{"type": "dynamiclist", "components": []}]}', "Pfad", id="list without path"),
    pytest.param(b'{"id": "f", "components": [{"type": "dynamiclist", "path": "l", "components": [{"type": "textfield", "key": "a", "readonly": true}]}]}', "verloren", id="locked field in a changeable list"),
])  # fmt: skip
def test_a_file_that_is_no_usable_form_is_refused_with_advice(content, advice):
    with pytest.raises(DefinitionInvalid) as refused:
        read(content, "f.form")
    assert any(advice in finding.message for finding in refused.value.findings)
    assert all(finding.file == "f.form" and finding.severity == "error" for finding in refused.value.findings)


def test_everything_wrong_with_a_form_is_told_at_once():
    with pytest.raises(DefinitionInvalid) as refused:
        form({"type": "textfield"}, {"type": "video"}, {"type": "select", "key": "s"})
    assert len(refused.value.findings) == 3


def test_components_are_typed():
    made = form(text("a"), choice("b", "x", type="select"), choice("c", "x", type="taglist"), {"type": "text", "text": "T"}, rows("d", text("e")))
    assert [type(component) for component in made.components] == [TextField, Select, Checklist, Text, DynamicList]


def test_a_post_becomes_raw_values_by_path():
    made = form(text("name"), choice("themen", "a", "b", type="checklist"), {"type": "checkbox", "key": "ja"}, rows("personen", text("vorname")), day("am"))
    sent = MultiDict([("name", "Muster"), ("themen", "a"), ("themen", "b"), ("personen.0.vorname", "A"), ("personen.7.vorname", "B"), ("csrf_token", "x")])
    assert made.values_from(sent) == {"name": "Muster", "themen": ["a", "b"], "ja": False, "personen": [{"vorname": "A"}, {"vorname": "B"}], "am": ""}


def test_a_date_may_be_sent_in_three_parts(feel):
    made = form(day("am"))
    assert values(made, feel, {"am.tag": "31", "am.monat": "8", "am.jahr": "2026"}) == {"am": "2026-08-31"}


def test_a_locked_field_is_never_taken_from_the_post(feel):
    made = form(text("vorschlag", readonly=True), text("regel", disabled=True), text("fest", readonly="=true"), text("grund"))
    sent = {"vorschlag": "X", "regel": "X", "fest": "X", "grund": "gut", "unbekannt": "X"}
    assert values(made, feel, sent, {"vorschlag": "Ablösen"}) == {"grund": "gut"}


def test_a_required_field_says_what_to_do(feel):
    made = form(
        text("name", required=True),
        choice("art", "x", validate={"required": True}),
        choice("themen", "x", type="checklist", validate={"required": True}),
        day("am", validate={"required": True}),
        {"type": "checkbox", "key": "ok", "label": "Einwilligung", "validate": {"required": True}},
    )
    assert errors(made, feel, {"name": "  "}) == {
        "name": "Geben Sie «Name» ein.",
        "art": "Wählen Sie bei «Art» eine Möglichkeit.",
        "themen": "Wählen Sie bei «Themen» mindestens eine Möglichkeit.",
        "am": "Geben Sie bei «Am» ein Datum ein, zum Beispiel 31.8.2026.",
        "ok": "Bestätigen Sie «Einwilligung», indem Sie das Feld ankreuzen.",
    }


@pytest.mark.parametrize(("field", "sent", "advice"), [
    pytest.param(text("a", validate={"minLength": 3}), "ab", "mindestens 3 Zeichen", id="too short"),
    pytest.param(text("a", validate={"maxLength": 3}), "abcd", "höchstens 3 Zeichen", id="too long"),
    pytest.param(text("a"), "x" * 501, "höchstens 500 Zeichen", id="a text field is no store for novels"),
    pytest.param(text("a", validate={"pattern": r"^\d{4}$"}), "45000", "verlangten Form", id="pattern"),
    pytest.param(text("a", validate={"pattern": "^x$"}, properties={"meldung": "Geben Sie x ein."}), "y", "Geben Sie x ein.", id="own message"),
    pytest.param(text("a", validate={"validationType": "email"}), "ich", "E-Mail", id="e-mail"),
    pytest.param({"type": "number", "key": "a", "label": "A", "validate": {"min": 5}}, "4", "ab 5", id="too small"),
    pytest.param({"type": "number", "key": "a", "label": "A", "validate": {"max": 30}}, "31", "höchstens 30", id="too large"),
    pytest.param({"type": "number", "key": "a", "label": "A", "decimalDigits": 0}, "1.5", "ohne Nachkommastellen", id="not whole"),
    pytest.param({"type": "number", "key": "a", "label": "A"}, "viel", "1'234.50", id="no number"),
    pytest.param(choice("a", "x"), "y", "angebotenen", id="not offered"),
    pytest.param(choice("a", "x", type="checklist"), "y", "angebotenen", id="not offered among several"),
    pytest.param(day("a", disallowPassedDates=True), "1.3.2026", "nicht in der Vergangenheit", id="yesterday"),
    pytest.param(day("a"), "30.2.2026", "gibt es nicht", id="30 February"),
    pytest.param(day("a"), "1.3.2206", "mehr als 150 Jahre in der Zukunft", id="a slip in the year"),
    pytest.param(text("a", properties={"validierung": "ahvn13"}), "756.9217.0769.84", "Prüfziffer", id="AHV number"),
])
def test_a_wrong_value_is_answered_with_advice(feel, field, sent, advice):
    assert advice in errors(form(field), feel, {"a": sent})["a"]


def test_how_far_ahead_a_date_may_lie_is_counted_from_the_clock(feel):
    made = form(day("a"))
    assert made.validate({"a": "2306-03-01"}, {}, feel=feel, now=datetime(2300, 3, 2, tzinfo=UTC)) == {"a": "2306-03-01"}


def test_a_hostile_pattern_runs_into_the_time_limit_not_into_the_worker(feel):
    made = form(text("a", validate={"pattern": "^(a+)+$"}))
    with pytest.raises(Trouble):
        values(made, feel, {"a": "a" * 60 + "!"})


def test_an_options_own_type_comes_back(feel):
    made = form({"type": "select", "key": "n", "label": "N", "values": [{"label": "Eins", "value": 1}, {"label": "Zwei", "value": 2}]})
    assert values(made, feel, {"n": "2"}) == {"n": 2}


def test_options_come_from_a_variable_or_an_expression(feel):
    made = form(
        {"type": "select", "key": "a", "label": "A", "valuesKey": "gemeinden"},
        {"type": "select", "key": "b", "label": "B", "valuesExpression": "=for p in personen return {label: p.name, value: p.id}"},
    )
    context = {"gemeinden": ["Olten", "Grenchen"], "personen": [{"id": "P1", "name": "Muster"}]}
    assert values(made, feel, {"a": "Olten", "b": "P1"}, context) == {"a": "Olten", "b": "P1"}
    assert set(errors(made, feel, {"a": "Bern", "b": "P2"}, context)) == {"a", "b"}


def test_a_hidden_field_is_dropped_and_not_required(feel):
    made = form(choice("weiter", "ja", "nein"), text("grund", required=True, conditional={"hide": '=weiter != "nein"'}))
    assert values(made, feel, {"weiter": "ja", "grund": "geheim"}) == {"weiter": "ja"}
    assert list(errors(made, feel, {"weiter": "nein"})) == ["grund"]


def test_a_condition_does_not_see_what_another_condition_hides(feel):
    made = form(text("c"), text("b", conditional={"hide": '=c = "weg"'}), text("a", conditional={"hide": '=b = "weg"'}))
    assert values(made, feel, {"a": "A", "b": "weg", "c": "weg"}) == {"a": "A", "c": "weg"}


def test_conditions_that_contradict_each_other_come_to_an_end(feel):
    made = form(text("a", conditional={"hide": "=b = null"}), text("b", conditional={"hide": "=a != null"}))
    made.show({"a": "x", "b": "y"}, {}, feel=feel, now=NOW)


def test_a_condition_sees_the_variables_of_the_case(feel):
    made = form(text("a", conditional={"hide": '=segment = "Kind"'}))
    assert values(made, feel, {"a": "x"}, {"segment": "Kind"}) == {}


def test_limits_and_switches_may_be_feel(feel):
    made = form({"type": "number", "key": "n", "label": "N", "validate": {"max": "=grenze", "required": "=pflicht"}})
    assert "höchstens 7" in errors(made, feel, {"n": "8"}, {"grenze": 7})["n"]
    assert errors(made, feel, {}, {"pflicht": True}) == {"n": "Geben Sie «N» ein."}
    assert values(made, feel, {}, {"pflicht": False}) == {"n": None}


PERSONEN = rows(
    "personen",
    text("name", required=True),
    day("geburtsdatum", validate={"required": True}, properties={"validierung": "geburtsdatum"}),
    choice("rolle", "kind", "partner", type="select"),
    text("vormund", required=True, conditional={"hide": '=rolle != "kind"'}),
)


def test_errors_of_a_row_carry_its_path(feel):
    sent = {"personen.0.name": "A", "personen.0.geburtsdatum": "1.1.1990", "personen.1.name": "B", "personen.1.geburtsdatum": "3.3.2026"}
    assert list(errors(form(PERSONEN), feel, sent)) == ["personen.1.geburtsdatum"]


def test_a_condition_in_a_row_sees_its_own_row(feel):
    sent = {"personen.0.name": "A", "personen.0.geburtsdatum": "1.1.1990", "personen.0.rolle": "partner"}
    kind = {"personen.1.name": "B", "personen.1.geburtsdatum": "1.1.2020", "personen.1.rolle": "kind"}
    assert list(errors(form(PERSONEN), feel, sent | kind)) == ["personen.1.vormund"]


def test_untouched_rows_are_left_out(feel):
    sent = {"personen.0.name": "", "personen.1.name": "A", "personen.1.geburtsdatum": "1.1.1990", "personen.2.name": " "}
    assert values(form(PERSONEN), feel, sent) == {"personen": [{"name": "A", "geburtsdatum": "1990-01-01", "rolle": None}]}


def test_an_unreadable_row_is_not_taken_for_untouched(feel):
    sent = {"personen.0.name": "A", "personen.0.geburtsdatum": "1.1.1990", "personen.1.geburtsdatum": "??"}
    assert set(errors(form(PERSONEN), feel, sent)) == {"personen.1.name", "personen.1.geburtsdatum"}


def test_a_list_of_required_fields_wants_a_row(feel):
    assert list(errors(form(PERSONEN), feel, {})) == ["personen"]
    assert set(errors(form(PERSONEN), feel, {"personen.0.name": ""})) == {"personen.0.name", "personen.0.geburtsdatum"}


def test_a_list_may_be_empty_where_the_author_says_so(feel):
    made = form(rows("massnahmen", text("art", required=True), properties={"minItems": "0", "maxItems": "1"}))
    assert values(made, feel, {"massnahmen.0.art": ""}) == {"massnahmen": []}
    assert "höchstens 1" in errors(made, feel, {"massnahmen.0.art": "a", "massnahmen.1.art": "b"})["massnahmen"]


def test_rows_nobody_may_add_keep_what_the_form_does_not_show(feel):
    made = form(rows("ziele", text("ziel", readonly=True), choice("status", "offen", "erreicht"), allowAddRemove=False))
    stored = {"ziele": [{"id": "Z1", "ziel": "Deutsch A2", "status": "offen"}, {"id": "Z2", "ziel": "Arbeit", "status": "offen"}]}
    sent = {"ziele.0.status": "erreicht", "ziele.0.ziel": "X", "ziele.1.status": "offen", "ziele.2.status": "offen"}
    assert values(made, feel, sent, stored)["ziele"] == [
        {"id": "Z1", "ziel": "Deutsch A2", "status": "erreicht"},
        {"id": "Z2", "ziel": "Arbeit", "status": "offen"},
    ]


def test_groups_with_a_path_and_dotted_keys_make_objects(feel):
    made = form({"type": "group", "path": "adresse", "components": [text("ort")]}, text("kontakt.telefon"), {"type": "group", "components": [text("frei")]})
    sent = {"adresse.ort": "Olten", "kontakt.telefon": "032", "frei": "x"}
    assert values(made, feel, sent) == {"adresse": {"ort": "Olten"}, "kontakt": {"telefon": "032"}, "frei": "x"}


def test_a_hidden_group_takes_its_fields_with_it(feel):
    made = form({"type": "group", "conditional": {"hide": "=true"}, "components": [text("frei", required=True)]}, text("a"))
    assert values(made, feel, {"frei": "x", "a": "y"}) == {"a": "y"}


def test_an_end_is_not_before_its_beginning(feel):
    made = form(day("von"), day("bis", properties={"nicht_vor": "von"}))
    assert errors(made, feel, {"von": "2.3.2026", "bis": "1.3.2026"}) == {"bis": "Geben Sie bei «Bis» ein Datum ein, das nicht vor dem 02.03.2026 liegt."}


def test_a_date_lies_no_further_ahead_than_the_form_says(feel):
    made = form(day("am", properties={"tage_voraus": "60"}))
    assert values(made, feel, {"am": "1.5.2026"}) == {"am": "2026-05-01"}
    message = "Geben Sie bei «Am» ein Datum ein, das nicht nach dem 01.05.2026 liegt: höchstens 60 Tage ab heute."
    assert errors(made, feel, {"am": "2.5.2026"}) == {"am": message}


def test_a_program_may_send_json_values(feel):
    made = form({"type": "number", "key": "n", "label": "N"}, {"type": "checkbox", "key": "c", "label": "C"}, PERSONEN, choice("l", "x", type="checklist"))
    raw = {"n": 1234.5, "c": True, "personen": [{"name": "A", "geburtsdatum": "1990-01-01"}], "l": ["x"]}
    assert made.validate(raw, {}, feel=feel, now=NOW)["n"] == 1234.5


@pytest.mark.parametrize("raw", [
    pytest.param({"name": ["x"], "personen": "x"}, id="text for a list, list for a text"),
    pytest.param({"name": {"a": 1}, "personen": [1, None]}, id="objects and numbers"),
    pytest.param({"name": True, "personen": {"0": {}}}, id="a truth value"),
])
def test_wrong_json_types_are_messages_not_crashes(feel, raw):
    made = form(text("name", required=True), PERSONEN)
    with pytest.raises(FormInvalid):
        made.validate(raw, {}, feel=feel, now=NOW)


def test_the_day_turns_at_midnight_in_zurich(feel):
    made = form(day("am", properties={"validierung": "datum_vergangen"}))
    late = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    assert made.validate({"am": "3.3.2026"}, {}, feel=feel, now=late) == {"am": "2026-03-03"}


def test_the_caller_may_name_the_communes_of_today(feel):
    made = form(text("gemeinde_bfs", properties={"validierung": "gemeinde"}))
    assert values(made, feel, {"gemeinde_bfs": "2546"}, {GEMEINDEN: [2546]}) == {"gemeinde_bfs": "2546"}
    assert "gemeinde_bfs" in errors(made, feel, {"gemeinde_bfs": "2601"}, {GEMEINDEN: [2546]})


@pytest.mark.parametrize(("typed", "am", "is_refused"), [
    pytest.param("2546", "31.12.2026", False, id="on its last day"),
    pytest.param("2546", "1.1.2027", True, id="on the day after"),
    pytest.param("2546", "", False, id="no day said"),
    pytest.param("2543", "1.1.2027", False, id="a commune that goes on"),
])  # fmt: skip
def test_a_commune_must_still_exist_on_the_day_beside_it(feel, typed, am, is_refused):
    made = form(text("gemeinde_bfs", properties={"validierung": "gemeinde", "gueltig_am": "am"}), day("am"))
    context = {GEMEINDEN: [2543, 2546], GEMEINDEN_GRENZEN: {"2546": ["", "2026-12-31", "Bettlach"]}}
    expected = "Diese Gemeinde gibt es am 01.01.2027 nicht mehr, sie besteht nur bis 31.12.2026. Wählen Sie stattdessen Bettlach."
    if is_refused:
        assert errors(made, feel, {"gemeinde_bfs": typed, "am": am}, context) == {"gemeinde_bfs": expected}
    else:
        assert values(made, feel, {"gemeinde_bfs": typed, "am": am}, context)["gemeinde_bfs"] == typed


@pytest.mark.parametrize(("properties", "am", "is_refused"), [
    pytest.param({"gueltig_am": "am"}, "1.1.2027", False, id="on its first day"),
    pytest.param({"gueltig_am": "am"}, "31.12.2026", True, id="on the day before"),
    pytest.param({"gueltig_am": "am"}, "", True, id="no day said: today"),
    pytest.param({}, "1.1.2027", True, id="the form knows no day: today"),
])  # fmt: skip
def test_a_commune_to_come_is_chosen_from_its_first_day_on(feel, properties, am, is_refused):
    made = form(text("gemeinde_bfs", properties={"validierung": "gemeinde", **properties}), day("am"))
    context = {GEMEINDEN: [2543], GEMEINDEN_GRENZEN: {"2543": ["2027-01-01", "", ""]}}
    if is_refused:
        found = errors(made, feel, {"gemeinde_bfs": "2543", "am": am}, context)["gemeinde_bfs"]
        assert found.endswith("noch nicht, sie besteht erst ab 01.01.2027. Wählen Sie die bisherige Gemeinde.")
    else:
        assert values(made, feel, {"gemeinde_bfs": "2543", "am": am}, context)["gemeinde_bfs"] == "2543"


def test_who_moved_here_before_the_merger_lives_in_the_merged_commune_today(feel):
    made = form(text("gemeinde_bfs", properties={"validierung": "gemeinde", "gueltig_am": "am"}), day("am"))
    context = {GEMEINDEN: [2543], GEMEINDEN_GRENZEN: {"2543": ["2026-01-01", "", ""]}}
    assert values(made, feel, {"gemeinde_bfs": "2543", "am": "1.5.2019"}, context)["gemeinde_bfs"] == "2543"


def test_a_form_opens_with_variables_defaults_and_an_empty_row(feel):
    made = form(text("a", defaultValue="Vorgabe"), text("b"), rows("personen", text("name")))
    assert made.prefill({"b": "Wert"}) == {"a": "Vorgabe", "b": "Wert", "personen": [{"name": None}]}
    assert made.prefill({"personen": [{"name": "X"}, {"name": "Y"}]})["personen"] == [{"name": "X"}, {"name": "Y"}]


def test_a_shown_form_has_its_texts_options_and_rows(feel):
    made = form({"type": "text", "text": "Fall {{fall_nr}} vom {{am}}"}, text("x", label='="Betrag für " + fall_nr'), PERSONEN)
    context = {"fall_nr": "F-7", "am": "2026-01-31", "personen": [{"name": "A", "rolle": "kind"}]}
    shown = made.show(made.prefill(context), context, feel=feel, now=NOW)
    assert shown[0].component.text == "Fall F-7 vom 31.01.2026"
    assert shown[1].component.label == "Betrag für F-7"
    assert [one.path for one in flatten(shown) if not one.hidden and one.path.startswith("personen.")] == [
        "personen.0.name", "personen.0.geburtsdatum", "personen.0.rolle", "personen.0.vormund",
    ]  # fmt: skip


@pytest.mark.parametrize(("posted", "context", "asked"), [
    pytest.param({"note": "3"}, {}, True, id="a number chosen by a browser, which sends a text"),
    pytest.param({"note": "2"}, {}, False, id="another number"),
    pytest.param({"woher": "7"}, {"orte": [{"label": "Sieben", "value": 7}]}, True, id="an option that only a variable gives"),
    pytest.param({"felder": ["1", "3"]}, {}, True, id="one of several"),
])  # fmt: skip
def test_conditions_compare_the_values_behind_the_options(feel, posted, context, asked):
    scale = [{"label": str(value), "value": value} for value in (1, 2, 3)]
    made = form(
        {"type": "radio", "key": "note", "label": "Note", "values": scale},
        {"type": "select", "key": "woher", "label": "Woher", "valuesKey": "orte"},
        {"type": "checklist", "key": "felder", "label": "Felder", "values": scale},
        {**text("grund"), "conditional": {"hide": "=not(note = 3 or woher = 7 or list contains(felder, 3))"}},
    )
    shown = made.show(made.values_from(posted), context, feel=feel, now=NOW)
    assert [one.hidden for one in shown if one.path == "grund"] == [not asked]
