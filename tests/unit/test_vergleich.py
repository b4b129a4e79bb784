"""What two versions have in common and not: every known edit is told, and nothing else."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from random import Random
from typing import Any

import pytest
from lxml import etree

from engine.definitions.vergleich import Comparison, compare, compare_sets, id_of
from engine.model.errors import DefinitionInvalid

BPMN_FOLDER = Path(__file__).resolve().parents[2] / "bpmn"
FILES = sorted(file for file in BPMN_FOLDER.rglob("*") if file.suffix in (".bpmn", ".dmn", ".form"))
B = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
Z = "{http://camunda.org/schema/zeebe/1.0}"
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
# What it is told as: kind, id, property, before, after.
Told = tuple[str, str, str | None, str | None, str | None]


def told(comparison: Comparison) -> set[Told]:
    found: set[Told] = set()
    for change in comparison.changes:
        found |= {(change.art, change.id, one.merkmal, one.vorher, one.nachher) for one in change.details} or {(change.art, change.id, None, None, None)}
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_nothing_differs_from_itself(file: Path):
    content = file.read_bytes()
    assert not compare(content, content, file=file.name)


def owner(node: Any) -> str:
    while node.getparent() is not None and not (node.tag.startswith(B) and node.get("id") and not node.tag.endswith("EventDefinition")):
        node = node.getparent()
    return str(node.get("id"))


def attribute(path: str, name: str, merkmal: Callable[[Any], str] | str) -> Callable[[Any, Random], Told | None]:
    """An edit: another value for an attribute of some element there."""

    def edit(root: Any, rng: Random) -> Told | None:
        found = [node for node in root.iterfind(path) if node.get(name) and owner(node) not in root.edited]
        if not found:
            return None
        node = rng.choice(found)
        before, after = node.get(name), f"{node.get(name)}_neu"
        node.set(name, after)
        root.edited.add(owner(node))
        return "geaendert", owner(node), merkmal if isinstance(merkmal, str) else merkmal(node), before, after

    return edit


def text(path: str, merkmal: str) -> Callable[[Any, Random], Told | None]:
    def edit(root: Any, rng: Random) -> Told | None:
        found = [node for node in root.iterfind(path) if (node.text or "").strip() and owner(node.getparent()) not in root.edited]
        if not found:
            return None
        node = rng.choice(found)
        before = node.text.strip()
        node.text = f"{before} + 1"
        root.edited.add(owner(node.getparent()))
        return "geaendert", owner(node.getparent()), merkmal, before, f"{before} + 1"

    return edit


def move(root: Any, rng: Random) -> Told | None:
    shapes = [shape for shape in root.iter(f"{DI}BPMNShape") if shape.get("bpmnElement") not in root.edited]
    shape = rng.choice(shapes)
    shape[0].set("x", str(float(shape[0].get("x")) + 10))
    root.edited.add(shape.get("bpmnElement"))
    return "verschoben", shape.get("bpmnElement"), None, None, None


def annotate(root: Any, rng: Random) -> Told | None:
    """A new note at the edge; seen the other way round, one that goes."""
    process = root.find(f"{B}process")
    note = etree.SubElement(process, f"{B}textAnnotation", id=f"notiz_{rng.randrange(10**6)}")
    etree.SubElement(note, f"{B}text").text = "Neu"
    root.edited.add(note.get("id"))
    return "neu", note.get("id"), None, None, None


EDITS = [
    attribute(f".//{B}userTask", "name", "Name"),
    attribute(f".//{Z}assignmentDefinition", "candidateGroups", "Zuständig"),
    attribute(f".//{Z}formDefinition", "formId", "Formular"),
    attribute(f".//{Z}calledElement", "processId", "Aufgerufener Prozess"),
    attribute(f".//{Z}calledDecision", "decisionId", "Entscheidungstabelle"),
    attribute(f".//{Z}taskDefinition", "type", "Auftrag"),
    attribute(f".//{Z}output", "source", lambda node: f"Ausgabe «{node.get('target')}»"),
    attribute(f".//{Z}header", "value", lambda node: f"Angabe «{node.get('key')}»"),
    text(f".//{B}timeDuration", "Frist"),
    text(f".//{B}conditionExpression", "Bedingung"),
    move,
    annotate,
]


class Root:
    """A diagram with the ids that were edited: one edit for each, so that each is told apart."""

    def __init__(self, content: bytes):
        self.tree, self.edited = etree.fromstring(content), set[str]()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.tree, name)


@pytest.mark.parametrize("seed", range(12))
def test_known_edits_of_a_diagram_are_told_exactly_and_mirrored(seed: int):
    rng = Random(seed)
    file = rng.choice([one for one in FILES if one.suffix == ".bpmn"])
    before, root = file.read_bytes(), Root(file.read_bytes())
    expected = {one for edit in rng.sample(EDITS, 6) if (one := edit(root, rng)) is not None}
    after = etree.tostring(root.tree)
    assert told(compare(before, after, file=file.name)) == expected
    turned = {"neu": "weg", "weg": "neu"}
    mirrored = {(turned.get(art, art), id_, what, new, old) for art, id_, what, old, new in expected}
    assert told(compare(after, before, file=file.name)) == mirrored


def test_a_flow_that_leads_elsewhere_and_another_default_are_told_by_what_they_lead_to():
    file = BPMN_FOLDER / "kurzassessment.bpmn"
    root = etree.fromstring(file.read_bytes())
    gateway = next(node for node in root.iter(f"{B}exclusiveGateway") if node.get("default"))
    flows = [flow for flow in root.iter(f"{B}sequenceFlow") if flow.get("sourceRef") == gateway.get("id")]
    other = next(flow for flow in flows if flow.get("id") != gateway.get("default"))
    gateway.set("default", other.get("id"))
    (change,) = compare(file.read_bytes(), etree.tostring(root), file=file.name).changes
    assert [detail.merkmal for detail in change.details] == ["Standardweg"] and change.details[0].vorher != change.details[0].nachher


def test_a_renamed_lane_is_one_change_and_not_one_for_each_element_in_it():
    file = BPMN_FOLDER / "kurzassessment.bpmn"
    after = file.read_bytes().replace(b'id="bahn_intake" name="Intake"', b'id="bahn_intake" name="Eingang"')
    assert told(compare(file.read_bytes(), after, file=file.name)) == {("geaendert", "bahn_intake", "Name", "Intake", "Eingang")}


def test_the_sentence_for_a_deadline_is_the_one_people_say():
    file = BPMN_FOLDER / "fall.bpmn"
    root = etree.fromstring(file.read_bytes())
    timer = next(root.iter(f"{B}timeDuration"))
    before, name = timer.text.strip(), timer.getparent().getparent().get("name")
    timer.text = "P21D"
    (change,) = compare(file.read_bytes(), etree.tostring(root), file=file.name).changes
    assert change.worte == (f"Frist von «{name}»: {before} → P21D",)


TABLE = (BPMN_FOLDER / "segment_kind.dmn").read_bytes()


@pytest.mark.parametrize(("old", "new", "expected"), [
    pytest.param(b'hitPolicy="FIRST"', b'hitPolicy="UNIQUE"', ("geaendert", "segment_kind", "Trefferart", "FIRST", "UNIQUE"), id="hit policy"),
    pytest.param(b"<text>true</text>", b"<text>false</text>", ("geaendert", "D3k_1", "Jemand stabilisiert", "true", "false"), id="a cell"),
    pytest.param(b'label="Jemand orientiert"', b'label="Jemand sucht"',
                 ("geaendert", "segment_kind_eingang_2", "Beschriftung", "Jemand orientiert", "Jemand sucht"), id="a column's label"),
    pytest.param(b'name="segment_kind" />', b'name="segment" />', ("geaendert", "segment_kind", "Ergebnis als", "segment_kind", "segment"), id="the result's name"),
    pytest.param(b"<description>H\xc3\xb6chster", b"<description>Grosser",
                 ("geaendert", "D3k_1", "Beschreibung", "Höchster Unterstützungsbedarf der Erwachsenen", "Grosser Unterstützungsbedarf der Erwachsenen"), id="a rule's description"),
])  # fmt: skip
def test_a_table_is_compared_cell_by_cell(old: bytes, new: bytes, expected: Told):
    after = TABLE.replace(old, new, 1)
    assert after != TABLE
    assert told(compare(TABLE, after, file="x.dmn")) == {expected}


def test_rules_come_go_and_change_places():
    root = etree.fromstring(TABLE)
    table = root.find(".//{*}decisionTable")
    rules = table.findall("{*}rule")
    table.remove(rules[0])
    table.append(rules[1])
    new = copy.deepcopy(rules[2])
    for node in new.iter():
        node.set("id", f"{node.get('id')}_neu") if node.get("id") else None
    table.append(new)
    found = compare(TABLE, etree.tostring(root), file="x.dmn")
    assert {(change.art, change.id) for change in found.changes} == {("weg", "D3k_1"), ("neu", f"{rules[2].get('id')}_neu"), ("geaendert", "segment_kind")}
    assert [(row.art, row.vorher, row.nachher) for row in found.tabellen[0].zeilen][-1] == ("weg", 1, None)


FORM = json.loads((BPMN_FOLDER / "formulare/f12_entscheid.form").read_text("utf-8"))


def form(change: Callable[[Any], Any]) -> set[Told]:
    after = copy.deepcopy(FORM)
    change(after["components"])
    return told(compare(json.dumps(FORM).encode(), json.dumps(after).encode(), file="x.form"))


@pytest.mark.parametrize(("change", "expected"), [
    pytest.param(lambda c: c[1].update(label="Was"), {("geaendert", "f12_entscheid_entscheid", "Beschriftung", "Entscheid", "Was")}, id="label"),
    pytest.param(lambda c: c[1]["validate"].update(required=False), {("geaendert", "f12_entscheid_entscheid", "Pflichtfeld", "ja", "nein")}, id="required"),
    pytest.param(lambda c: c[1]["values"].pop(), {("geaendert", "f12_entscheid_entscheid", "Auswahl «offen»", "noch offen", None)}, id="an option less"),
    pytest.param(lambda c: c[1]["values"].reverse(), {("geaendert", "f12_entscheid_entscheid", "Reihenfolge der Auswahl",
                 "zugesprochen, abgelehnt, Anmeldung zurückgezogen, noch offen", "noch offen, Anmeldung zurückgezogen, abgelehnt, zugesprochen")}, id="options turned round"),
    pytest.param(lambda c: c[2]["conditional"].update(hide="=true"), {("geaendert", "f12_entscheid_entscheid_am", "Ausblenden wenn",
                 '=entscheid != "zugesprochen" and entscheid != "abgelehnt"', "=true")}, id="condition"),
    pytest.param(lambda c: c[2]["properties"].update(validierung="datum_kuenftig"),
                 {("geaendert", "f12_entscheid_entscheid_am", "Prüfung", "datum_vergangen", "datum_kuenftig")}, id="validation"),
    pytest.param(lambda c: c.pop(1), {("weg", "f12_entscheid_entscheid", None, None, None)}, id="a field less"),
    pytest.param(lambda c: c[1].update(type="select"), {("geaendert", "f12_entscheid_entscheid", "Art", "Auswahl", "Auswahlliste")}, id="type"),
])  # fmt: skip
def test_a_form_is_compared_field_by_field(change: Callable[[Any], Any], expected: set[Told]):
    assert form(change) == expected


def test_two_sets_tell_what_came_went_and_changed_and_are_json():
    found = compare_sets({"a.dmn": TABLE, "b.dmn": TABLE}, {"b.dmn": TABLE.replace(b"FIRST", b"UNIQUE"), "c.dmn": TABLE})
    assert [(one.file, one.art) for one in found] == [("a.dmn", "weg"), ("b.dmn", "geaendert"), ("c.dmn", "neu")]
    assert json.loads(json.dumps([asdict(one) for one in found]))


def test_what_is_no_diagram_is_refused():
    with pytest.raises(DefinitionInvalid):
        compare(b"<x/>", b"<x", file="x.bpmn")
    with pytest.raises(DefinitionInvalid):
        compare(b"", b"", file="x.txt")
    assert id_of(TABLE, "x.dmn") == "segment_kind"
