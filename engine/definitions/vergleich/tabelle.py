"""Two versions of a file of decisions: what they need, and their tables cell by cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from engine.definitions.vergleich.model import (
    GEAENDERT,
    NEU,
    WEG,
    Change,
    Detail,
    Order,
    Part,
    Spalte,
    Tabelle,
    Value,
    Zeile,
    Zelle,
    compare_features,
    compare_parts,
)
from engine.definitions.xml import local

LOGIC = frozenset({"literalExpression", "context", "list", "relation", "invocation", "functionDefinition", "conditional", "filter", "for", "some",
                   "every", "encapsulatedLogic"})  # fmt: skip
REQUIRED = {"requiredDecision": "Entscheidung", "requiredInput": "Eingabe", "requiredKnowledge": "Geschäftswissen"}
BESIDE = {"description": "Beschreibung"}
TYPES = {"decision": "Entscheidung", "inputData": "Eingabe", "businessKnowledgeModel": "Geschäftswissen", "itemDefinition": "Typ"}


@dataclass(frozen=True)
class Column:
    id: str
    is_input: bool
    label: str
    part: Part


@dataclass(frozen=True)
class Rule:
    """``cells`` by column id; ``features`` are what is written beside them."""

    id: str
    number: int
    cells: Mapping[str, str]
    features: Mapping[str, Value]


@dataclass(frozen=True)
class Table:
    """One decision table as written. A file without ids gets them from the places of things."""

    id: str
    name: str
    columns: Mapping[str, Column]
    rules: Mapping[str, Rule]


def compare(before: etree._Element, after: etree._Element) -> tuple[tuple[Change, ...], tuple[Tabelle, ...]]:
    """All changes of a file, and its changed tables laid over each other."""
    old, new = tables(before), tables(after)
    changes = list(compare_parts(parts(before), parts(after)))
    laid: list[Tabelle] = []
    for id_ in [one for one in new if one in old]:
        rules = list(_rules(old[id_], new[id_]))
        columns = compare_parts((c.part for c in old[id_].columns.values()), (c.part for c in new[id_].columns.values()))
        changes += [*columns, *rules]
        if columns or rules:
            laid.append(_laid_over(old[id_], new[id_], {change.id: change.art for change in columns}))
    return tuple(changes), tuple(laid)


def parts(root: etree._Element) -> list[Part]:
    """Decisions and what they need; tables are compared apart."""
    return [Part(_id(node), _name(node), TYPES[local(node)], dict(_features(node))) for node in root if local(node) in TYPES]


def tables(root: etree._Element) -> dict[str, Table]:
    """The decision tables by the id of their decision."""
    found = {}
    for decision in root:
        for node in decision:
            if local(decision) == "decision" and local(node) == "decisionTable":
                found[_id(decision)] = _table(decision, node)
    return found


def _features(node: etree._Element) -> Iterator[tuple[str, Value]]:
    yield "Name", _name(node)
    for child in node:
        tag = local(child)
        if tag in ("description", "question", "allowedAnswers"):
            yield {"description": "Beschreibung", "question": "Frage"}.get(tag, "Mögliche Antworten"), _text(child)
        elif tag == "variable":
            yield "Ergebnis als", child.get("name", "")
            yield "Art des Ergebnisses", child.get("typeRef", "")
        elif tag.endswith("Requirement"):
            for required in child:
                yield f"Braucht «{required.get('href', '').lstrip('#')}»", REQUIRED.get(local(required), local(required))
        elif tag == "decisionTable":
            yield "Trefferart", child.get("hitPolicy", "UNIQUE")
            yield "Zusammenfassung", child.get("aggregation", "")
            table = _table(node, child)
            yield "Reihenfolge der Regeln", Order(tuple(table.rules), tuple(table.rules))
            yield "Reihenfolge der Spalten", Order(tuple(table.columns), tuple(column.label for column in table.columns.values()))
        elif tag in LOGIC:
            yield ("Ausdruck", _text(child)) if tag == "literalExpression" else ("Logik", _written(child))
        elif tag == "extensionElements":
            yield from (("Versions-Tag", one.get("value", "")) for one in child if local(one) == "versionTag")
    if local(node) == "itemDefinition":
        yield "Inhalt", _written(node)


def _table(decision: etree._Element, node: etree._Element) -> Table:
    columns = [_column(child, number) for number, child in enumerate(one for one in node if local(one) in ("input", "output"))]
    inputs, outputs = [one.id for one in columns if one.is_input], [one.id for one in columns if not one.is_input]
    notes = [child.get("name") or "Anmerkung" for child in node if local(child) == "annotation"]
    rules = [_rule(child, number, inputs, outputs, notes) for number, child in enumerate((one for one in node if local(one) == "rule"), start=1)]
    return Table(_id(decision), _name(decision), {one.id: one for one in columns}, {one.id: one for one in rules})


def _column(node: etree._Element, number: int) -> Column:
    is_input = local(node) == "input"
    found = {local(child): child for child in node}
    expression = found.get("inputExpression")
    values = found.get("inputValues") if is_input else found.get("outputValues")
    features: dict[str, Value] = {
        "Beschriftung": node.get("label", ""),
        "Name": node.get("name", ""),
        "Ausdruck": _text(expression) if expression is not None else "",
        "Typ": (expression.get("typeRef", "") if expression is not None else node.get("typeRef", "")),
        "Erlaubte Werte": _text(values) if values is not None else "",
        "Vorgabe": _text(found["defaultOutputEntry"]) if "defaultOutputEntry" in found else "",
    }
    label = node.get("label") or node.get("name") or str(features["Ausdruck"]) or f"Spalte {number + 1}"
    id_ = node.get("id") or f"spalte_{number}"
    return Column(id_, is_input, label, Part(id_, label, "Eingabespalte" if is_input else "Ausgabespalte", features))


def _rule(node: etree._Element, number: int, inputs: list[str], outputs: list[str], notes: list[str]) -> Rule:
    tests = [_text(child) for child in node if local(child) == "inputEntry"]
    results = [_text(child) for child in node if local(child) == "outputEntry"]
    cells = dict(zip([*inputs, *outputs], [*tests, *results], strict=False))
    annotations = [_text(child) for child in node if local(child) == "annotationEntry"]
    described = {word: _text(child) for child in node if (word := BESIDE.get(local(child)))}
    return Rule(node.get("id") or f"regel_{number}", number, cells, {**described, **dict(zip(notes, annotations, strict=False))})


def _rules(old: Table, new: Table) -> Iterator[Change]:
    for id_, rule in new.rules.items():
        if id_ not in old.rules:
            yield Change(NEU, id_, f"{new.name}, Regel {rule.number}", "Regel")
        elif details := _cells(old, new, id_):
            yield Change(GEAENDERT, id_, f"{new.name}, Regel {rule.number}", "Regel", details)
    yield from (Change(WEG, id_, f"{old.name}, Regel {rule.number}", "Regel") for id_, rule in old.rules.items() if id_ not in new.rules)


def _cells(old: Table, new: Table, id_: str) -> tuple[Detail, ...]:
    """The cells that differ, of columns that both have; a new column is told once and not for each rule."""
    before, after = old.rules[id_], new.rules[id_]
    both = [column for column in new.columns if column in old.columns]
    cells = [
        Detail(new.columns[one].label, before.cells.get(one), after.cells.get(one)) for one in both if before.cells.get(one) != after.cells.get(one)
    ]
    return (*cells, *compare_features(before.features, after.features))


def _laid_over(old: Table, new: Table, changed: Mapping[str, str]) -> Tabelle:
    columns = {**new.columns, **{id_: column for id_, column in old.columns.items() if id_ not in new.columns}}
    shown = sorted(columns.values(), key=lambda column: not column.is_input)
    rules = [*new.rules, *(id_ for id_ in old.rules if id_ not in new.rules)]
    return Tabelle(
        new.id,
        new.name,
        tuple(Spalte(column.is_input, column.label, changed.get(column.id, "")) for column in shown),
        tuple(_row(old, new, id_, [column.id for column in shown]) for id_ in rules),
    )


def _row(old: Table, new: Table, id_: str, columns: list[str]) -> Zeile:
    before, after = old.rules.get(id_), new.rules.get(id_)
    art = NEU if before is None else WEG if after is None else GEAENDERT if _cells(old, new, id_) else ""
    cells = tuple(Zelle(before.cells.get(one) if before else None, after.cells.get(one) if after else None) for one in columns)
    return Zeile(art, before.number if before else None, after.number if after else None, cells)


def _written(node: etree._Element) -> str:
    """What a box says, without the ids that tools number anew."""
    inner = "".join(_written(child) for child in node if isinstance(child.tag, str))
    own = " ".join(f"{name}={value}" for name, value in sorted((str(n), str(v)) for n, v in node.attrib.items()) if name != "id")
    return f"{local(node)}({' '.join(part for part in (own, (node.text or '').strip(), inner) if part)})"


def _id(node: etree._Element) -> str:
    return node.get("id") or node.get("name") or ""


def _name(node: etree._Element) -> str:
    return node.get("name") or node.get("id") or ""


def _text(node: etree._Element) -> str:
    return "".join(str(text) for text in node.itertext()).strip()
