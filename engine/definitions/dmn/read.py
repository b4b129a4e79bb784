"""Decision models (DMN 1.1 to 1.5) as plain data. Whatever could not be evaluated as it is drawn is refused here.

A rule is published under the text of an annotation column named ``regel`` (or ``Regel``) if the table has one, otherwise under its XML id.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from lxml import etree

from engine.definitions.dmn.boxed import Boxes, knowledge_of
from engine.definitions.dmn.model import ANYTHING, Column, Decision, Knowledge, Parameter, Rule, Table
from engine.definitions.dmn.types import Types
from engine.definitions.dmn.xml import child, child_text, children, required, text_of, variable, variable_type
from engine.definitions.xml import local, namespace, parse
from engine.model.errors import DefinitionInvalid, Finding

HIT_POLICIES = frozenset({"UNIQUE", "FIRST", "ANY", "PRIORITY", "OUTPUT ORDER", "RULE ORDER", "COLLECT"})
AGGREGATIONS = frozenset({"", "SUM", "MIN", "MAX", "COUNT"})
RANKED = frozenset({"PRIORITY", "OUTPUT ORDER"})
DEEPEST_KNOWLEDGE = 8


def read_decisions(content: bytes, file: str) -> dict[str, Decision]:
    """All decisions of a file by id.

    Raises:
        DefinitionInvalid: not DMN, or with something that cannot be evaluated; every defect is one finding.
    """
    reader = _Reader(parse(content, file), file)
    decisions = reader.decisions()
    if reader.findings:
        raise DefinitionInvalid(reader.findings)
    return decisions


class _Reader:
    """Walks one file and collects its defects, so that an author sees all of them at once."""

    def __init__(self, root: etree._Element, file: str):
        self.root = root
        self.file = file
        self.findings: list[Finding] = []
        self.models = {element.get("id", ""): element for element in children(root, "businessKnowledgeModel")}
        self.services = {element.get("id", "") for element in children(root, "decisionService")}
        self.data = {element.get("id", ""): element for element in children(root, "inputData")}

    def decisions(self) -> dict[str, Decision]:
        if local(self.root) != "definitions" or "/spec/DMN/" not in namespace(self.root):
            return self.not_dmn()
        for element in children(self.root, "import"):
            what = element.get("name") or element.get("locationURI") or element.get("namespace", "")
            self.refuse(
                element, "dmn-import", f"Der Import «{what}» wird nicht unterstützt. Nehmen Sie das Importierte in diese Datei auf."
            )
        found: dict[str, Decision] = {}
        for element in children(self.root, "decision"):
            decision = self.decision(element)
            if not decision.id or decision.id in found:
                self.refuse(element, "dmn-id", "Jede Entscheidung braucht eine eigene Id.")
            found[decision.id] = decision
        if not found and not self.findings:
            self.refuse(self.root, "dmn-empty", "Die Datei enthält keine Entscheidung.")
        self.check_requirements(found)
        return found

    def not_dmn(self) -> dict[str, Decision]:
        message = "Die Datei ist keine Entscheidungsdatei (DMN). Bitte die im Modeler gespeicherte .dmn-Datei verwenden."
        self.refuse(self.root, "dmn-file", message)
        return {}

    def decision(self, element: etree._Element) -> Decision:
        types = self.types(element)
        id = element.get("id", "")
        return Decision(
            id=id,
            name=element.get("name", "") or id,
            file=self.file,
            variable=variable(element) or id,
            requires=required(element, "informationRequirement", "requiredDecision"),
            data=tuple(self.input_data(id, types) for id in required(element, "informationRequirement", "requiredInput")),
            knowledge=self.knowledge(element, knowledge_of(element), frozenset()),
            type=types.named(variable_type(element)),
            logic=self.boxes(element).inside(element),
        )

    def types(self, element: etree._Element) -> Types:
        return Types(self.root, lambda name: self.refuse(element, "dmn-type", f"Den Typ «{name}» gibt es nicht."))

    def boxes(self, element: etree._Element) -> Boxes:
        return Boxes(self.types(element), partial(self.table, element), partial(self.refuse, element))

    def input_data(self, id: str, types: Types) -> Parameter:
        element = self.data.get(id)
        if element is None:
            return Parameter(id, ANYTHING)
        return Parameter(variable(element) or element.get("name", "") or id, types.named(variable_type(element)))

    def knowledge(self, user: etree._Element, ids: tuple[str, ...], inside: frozenset[str]) -> tuple[Knowledge, ...]:
        return tuple(self.model(user, id, inside | {id}) for id in ids if id not in inside)

    def model(self, user: etree._Element, id: str, inside: frozenset[str]) -> Knowledge:
        element = self.models.get(id)
        if element is None:
            what = (
                "Entscheidungsdienste (decision service) werden nicht unterstützt"
                if id in self.services
                else "dieses Geschäftswissen fehlt in der Datei"
            )
            self.refuse(user, "dmn-requirement", f"«{id}» kann nicht aufgerufen werden: {what}.")
            return Knowledge(id, self.boxes(user).inside(None), ())
        body = child(element, "encapsulatedLogic")
        if body is None or len(inside) > DEEPEST_KNOWLEDGE:
            self.refuse(element, "dmn-logic", "Dem Geschäftswissen fehlt der Ausdruck, oder es ist zu tief verschachtelt.")
            return Knowledge(id, self.boxes(element).inside(None), ())
        deeper = self.knowledge(element, knowledge_of(element), inside)
        return Knowledge(variable(element) or element.get("name", ""), self.boxes(element).function(body), deeper)

    # Tables

    def table(self, owner: etree._Element, element: etree._Element) -> Table:
        boxes = self.boxes(owner)
        inputs = tuple(self.input(owner, boxes, column) for column in children(element, "input"))
        outputs = tuple(self.column(boxes, column, "") for column in children(element, "output"))
        defaults = tuple(child_text(column, "defaultOutputEntry") for column in children(element, "output"))
        table = Table(
            hit_policy=element.get("hitPolicy", "UNIQUE").upper(),
            aggregation=element.get("aggregation", "").upper(),
            inputs=inputs,
            outputs=outputs,
            rules=tuple(self.rule(owner, boxes, element, row, len(inputs), len(outputs)) for row in children(element, "rule")),
            fallback=defaults if any(defaults) else None,
        )
        for rule, message in _table_defects(table):
            self.refuse(owner, rule, message)
        return table

    def input(self, owner: etree._Element, boxes: Boxes, element: etree._Element) -> Column:
        expression = child(element, "inputExpression")
        source = "" if expression is None else boxes.feel(expression)
        column = self.column(boxes, element, source)
        if not source:
            self.refuse(owner, "dmn-input", f"Der Eingabe «{column.label}» fehlt der Ausdruck.")
        return column

    def column(self, boxes: Boxes, element: etree._Element, source: str) -> Column:
        expression = child(element, "inputExpression")
        shape = boxes.types.named((element if expression is None else expression).get("typeRef", ""))
        values = child_text(element, "inputValues" if expression is not None else "outputValues")
        name = element.get("name", "") or element.get("id", "")
        label = element.get("label", "") or source or name
        return Column(element.get("id", ""), name, label, source, replace(shape, allowed=values or shape.allowed))

    def rule(self, owner: etree._Element, boxes: Boxes, table: etree._Element, element: etree._Element, inputs: int, outputs: int) -> Rule:
        tests = tuple(boxes.feel(cell) for cell in children(element, "inputEntry"))
        results = tuple(boxes.feel(cell) for cell in children(element, "outputEntry"))
        number = children(table, "rule").index(element) + 1
        rule = Rule(_published(table, element) or str(number), tests, results)
        if (len(tests), len(results)) != (inputs, outputs):
            self.refuse(owner, "dmn-cells", f"Die Regel «{rule.id}» hat nicht gleich viele Zellen wie die Tabelle Spalten.")
        return rule

    # Requirements

    def check_requirements(self, decisions: Mapping[str, Decision]) -> None:
        elements = {element.get("id", ""): element for element in children(self.root, "decision")}
        for decision in decisions.values():
            for missing in set(decision.requires) - set(decisions):
                self.refuse(elements[decision.id], "dmn-requirement", f"Die benötigte Entscheidung «{missing}» fehlt in der Datei.")
            if decision.id in _reached(decisions, decision.id):
                message = "Die Entscheidung benötigt über andere sich selbst. Bitte den Kreis auflösen."
                self.refuse(elements[decision.id], "dmn-requirement", message)

    def refuse(self, element: etree._Element, rule: str, message: str) -> None:
        finding = Finding(self.file, element.get("id", ""), element.get("name", ""), rule, "error", message)
        if finding not in self.findings:
            self.findings.append(finding)


def _table_defects(table: Table) -> list[tuple[str, str]]:
    """What makes a table impossible to evaluate, as rule and message."""
    aggregates = bool(table.aggregation)
    ranked = table.hit_policy in RANKED
    defects = [
        (table.hit_policy not in HIT_POLICIES, "dmn-hit-policy", f"Die Trefferregel «{table.hit_policy}» gibt es nicht."),
        (
            table.aggregation not in AGGREGATIONS or (aggregates and table.hit_policy != "COLLECT"),
            "dmn-hit-policy",
            f"Die Zusammenfassung «{table.aggregation}» gibt es hier nicht; möglich ist sie nur mit COLLECT.",
        ),
        (not table.outputs, "dmn-output", "Die Tabelle hat keine Ausgabe."),
        (aggregates and len(table.outputs) > 1, "dmn-hit-policy", "COLLECT mit Zusammenfassung braucht genau eine Ausgabe."),
        (
            ranked and not any(column.allowed for column in table.outputs),
            "dmn-hit-policy",
            f"{table.hit_policy} braucht die erlaubten Werte einer Ausgabe in der Reihenfolge ihres Vorrangs.",
        ),
        (len({column.name for column in table.outputs}) < len(table.outputs), "dmn-output", "Jede Ausgabe braucht einen eigenen Namen."),
        (
            len({rule.id for rule in table.rules}) < len(table.rules),
            "dmn-rule",
            "Jede Regel braucht eine eigene Bezeichnung (Spalte «Regel» oder Id).",
        ),
    ]
    return [(rule, message) for wrong, rule, message in defects if wrong]


def _reached(decisions: Mapping[str, Decision], start: str) -> set[str]:
    reached: set[str] = set()
    ahead = list(decisions[start].requires)
    while ahead:
        id = ahead.pop()
        if id in decisions and id not in reached:
            reached.add(id)
            ahead += decisions[id].requires
    return reached


def _published(table: etree._Element, rule: etree._Element) -> str:
    names = [annotation.get("name", "") for annotation in children(table, "annotation")]
    texts = [text_of(entry, "text") for entry in children(rule, "annotationEntry")]
    labels = [text for name, text in zip(names, texts, strict=False) if name in ("regel", "Regel") and text]
    return labels[0] if labels else rule.get("id", "")
