"""Decision models (DMN 1.1 to 1.5) as plain data. Whatever could not be evaluated as it is drawn is refused here.

A rule is published under the text of an annotation column named ``regel`` (or ``Regel``) if the table has one, otherwise under its XML id.
"""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from engine.definitions.dmn_model import Column, Decision, Rule, Table
from engine.definitions.xml import local, namespace, parse
from engine.model.errors import DefinitionInvalid, Finding

HIT_POLICIES = frozenset({"UNIQUE", "FIRST", "ANY", "PRIORITY", "OUTPUT ORDER", "RULE ORDER", "COLLECT"})
AGGREGATIONS = frozenset({"", "SUM", "MIN", "MAX", "COUNT"})
RANKED = frozenset({"PRIORITY", "OUTPUT ORDER"})
DEEPEST_KNOWLEDGE = 8

TYPES = {
    "": "",
    "any": "",
    "string": "string",
    "boolean": "boolean",
    "number": "number",
    "integer": "number",
    "long": "number",
    "double": "number",
    "date": "date",
    "time": "time",
    "datetime": "dateTime",
    "date and time": "dateTime",
    "duration": "duration",
    "daytimeduration": "duration",
    "days and time duration": "duration",
    "yearmonthduration": "duration",
    "years and months duration": "duration",
    "list": "list",
    "context": "context",
}


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
        self.items = {child.get("name", ""): child for child in _children(root, "itemDefinition")}
        self.knowledge = {child.get("id", ""): child for child in _children(root, "businessKnowledgeModel")}

    def decisions(self) -> dict[str, Decision]:
        if local(self.root) != "definitions" or "/spec/DMN/" not in namespace(self.root):
            self.refuse(
                self.root,
                "dmn-file",
                "Die Datei ist keine Entscheidungsdatei (DMN). Bitte die im Modeler gespeicherte .dmn-Datei verwenden.",
            )
            return {}
        found: dict[str, Decision] = {}
        for element in _children(self.root, "decision"):
            decision = self.decision(element)
            if not decision.id or decision.id in found:
                self.refuse(element, "dmn-id", "Jede Entscheidung braucht eine eigene Id.")
            found[decision.id] = decision
        if not found and not self.findings:
            self.refuse(self.root, "dmn-empty", "Die Datei enthält keine Entscheidung.")
        self.check_requirements(found)
        return found

    def decision(self, element: etree._Element) -> Decision:
        table = _child(element, "decisionTable")
        known = self.required(element, "knowledgeRequirement", "requiredKnowledge")
        if table is not None and known:
            self.refuse(element, "dmn-logic", "Geschäftswissen (BKM) kann in einer Tabelle nicht verwendet werden, nur in einem Ausdruck.")
        return Decision(
            id=element.get("id", ""),
            name=element.get("name", "") or element.get("id", ""),
            file=self.file,
            variable=_variable(element) or element.get("id", ""),
            requires=self.required(element, "informationRequirement", "requiredDecision"),
            inputs=tuple(self.input_name(id) for id in self.required(element, "informationRequirement", "requiredInput")),
            table=None if table is None else self.table(element, table),
            expression="" if table is not None else self.with_knowledge(self.logic(element, element), known, frozenset()),
        )

    def required(self, element: etree._Element, requirement: str, target: str) -> tuple[str, ...]:
        hrefs = [link.get("href", "") for outer in _children(element, requirement) for link in _children(outer, target)]
        return tuple(href.rpartition("#")[2] for href in hrefs)

    def input_name(self, id: str) -> str:
        for element in _children(self.root, "inputData"):
            if element.get("id") == id:
                return _variable(element) or element.get("name", "") or id
        return id

    # Tables

    def table(self, decision: etree._Element, element: etree._Element) -> Table:
        outputs = tuple(self.column(decision, child, "") for child in _children(element, "output"))
        inputs = tuple(self.input(decision, child) for child in _children(element, "input"))
        defaults = tuple(_text(child, "defaultOutputEntry") for child in _children(element, "output"))
        table = Table(
            hit_policy=element.get("hitPolicy", "UNIQUE").upper(),
            aggregation=element.get("aggregation", "").upper(),
            inputs=inputs,
            outputs=outputs,
            rules=tuple(self.rule(decision, element, child, len(inputs), len(outputs)) for child in _children(element, "rule")),
            fallback=defaults if any(defaults) else None,
        )
        self.check_table(decision, table)
        return table

    def input(self, decision: etree._Element, element: etree._Element) -> Column:
        expression = _child(element, "inputExpression")
        source = "" if expression is None else self.feel(decision, expression)
        column = self.column(decision, element, source)
        if not source:
            self.refuse(decision, "dmn-input", f"Der Eingabe «{column.label}» fehlt der Ausdruck.")
        return column

    def column(self, decision: etree._Element, element: etree._Element, source: str) -> Column:
        expression = _child(element, "inputExpression")
        type_name = (element if expression is None else expression).get("typeRef", "")
        type, allowed, many = self.type(decision, type_name, 5)
        name = element.get("name", "") or element.get("id", "")
        values = _text(element, "inputValues" if expression is not None else "outputValues")
        return Column(element.get("id", ""), name, element.get("label", "") or source or name, source, type, values or allowed, many)

    def type(self, decision: etree._Element, name: str, depth: int) -> tuple[str, str, bool]:
        """Base type, allowed values and whether it is a list of them, through the file's own types."""
        plain = name.rpartition(":")[2].strip()
        item = self.items.get(name) if name in self.items else self.items.get(plain)
        if item is None or depth == 0:
            if plain.lower() not in TYPES:
                self.refuse(decision, "dmn-type", f"Den Typ «{name}» gibt es nicht.")
            return TYPES.get(plain.lower(), ""), "", False
        base, allowed, many = (
            ("context", "", False) if _children(item, "itemComponent") else self.type(decision, _text_of(item, "typeRef"), depth - 1)
        )
        allowed = _text(item, "allowedValues") or allowed
        return ("list", allowed, True) if item.get("isCollection") == "true" else (base, allowed, many)

    def rule(self, decision: etree._Element, table: etree._Element, element: etree._Element, inputs: int, outputs: int) -> Rule:
        tests = tuple(self.feel(decision, child) for child in _children(element, "inputEntry"))
        results = tuple(self.feel(decision, child) for child in _children(element, "outputEntry"))
        rule = Rule(_published(table, element), tests, results)
        if (len(tests), len(results)) != (inputs, outputs):
            self.refuse(decision, "dmn-cells", f"Die Regel «{rule.id}» hat nicht gleich viele Zellen wie die Tabelle Spalten.")
        return rule

    def check_table(self, decision: etree._Element, table: Table) -> None:
        if table.hit_policy not in HIT_POLICIES:
            self.refuse(decision, "dmn-hit-policy", f"Die Trefferregel «{table.hit_policy}» gibt es nicht.")
        if table.aggregation not in AGGREGATIONS or (table.aggregation and table.hit_policy != "COLLECT"):
            self.refuse(
                decision,
                "dmn-hit-policy",
                f"Die Zusammenfassung «{table.aggregation}» gibt es hier nicht; möglich ist sie nur mit COLLECT.",
            )
        if not table.outputs:
            self.refuse(decision, "dmn-output", "Die Tabelle hat keine Ausgabe.")
        if table.aggregation and len(table.outputs) > 1:
            self.refuse(decision, "dmn-hit-policy", "COLLECT mit Zusammenfassung braucht genau eine Ausgabe.")
        if table.hit_policy in RANKED and not any(column.allowed for column in table.outputs):
            self.refuse(
                decision,
                "dmn-hit-policy",
                f"{table.hit_policy} braucht die erlaubten Werte einer Ausgabe in der Reihenfolge ihres Vorrangs.",
            )
        if len({column.name for column in table.outputs}) < len(table.outputs):
            self.refuse(decision, "dmn-output", "Jede Ausgabe braucht einen eigenen Namen.")
        if len({rule.id for rule in table.rules}) < len(table.rules):
            self.refuse(decision, "dmn-rule", "Jede Regel braucht eine eigene Bezeichnung (Spalte «Regel» oder Id).")

    # Expressions

    def logic(self, decision: etree._Element, element: etree._Element) -> str:
        """The FEEL text of a literal expression, or of a context or list of them; empty when there is none."""
        for child in element:
            match local(child):
                case "literalExpression":
                    return self.feel(decision, child) or self.without_logic(decision)
                case "context":
                    return self.context(decision, child)
                case "list":
                    return f"[{', '.join(self.boxed(decision, entry) for entry in child if local(entry))}]"
                case "relation" | "invocation" | "functionDefinition" | "conditional" | "for" | "every" | "some" | "filter":
                    self.refuse(
                        decision,
                        "dmn-logic",
                        f"Die Form «{local(child)}» wird nicht unterstützt; bitte als Tabelle oder Ausdruck zeichnen.",
                    )
                    return "null"
        return self.without_logic(decision)

    def without_logic(self, decision: etree._Element) -> str:
        self.refuse(decision, "dmn-logic", "Es fehlt die Tabelle oder der Ausdruck.")
        return "null"

    def context(self, decision: etree._Element, element: etree._Element) -> str:
        entries: list[str] = []
        for entry in _children(element, "contextEntry"):
            variable = _child(entry, "variable")
            if variable is None:
                return f"({{{', '.join([*entries, f'ergebnis: {self.logic(decision, entry)}'])}}}).ergebnis"
            entries.append(f"{variable.get('name', '')}: {self.logic(decision, entry)}")
        return f"{{{', '.join(entries)}}}"

    def boxed(self, decision: etree._Element, entry: etree._Element) -> str:
        return self.feel(decision, entry) if local(entry) == "literalExpression" else self.context(decision, entry)

    def with_knowledge(self, expression: str, known: tuple[str, ...], inside: frozenset[str]) -> str:
        """``expression`` with the business knowledge it requires as functions around it."""
        functions = [self.function(id, inside | {id}) for id in known if id in self.knowledge and id not in inside]
        return f"({{{', '.join([*functions, f'ergebnis: {expression}'])}}}).ergebnis" if functions else expression

    def function(self, id: str, inside: frozenset[str]) -> str:
        element = self.knowledge[id]
        name, body = _variable(element) or element.get("name", ""), _child(element, "encapsulatedLogic")
        if body is None or len(inside) > DEEPEST_KNOWLEDGE:
            self.refuse(element, "dmn-logic", "Dem Geschäftswissen fehlt der Ausdruck, oder es ist zu tief verschachtelt.")
            return f"{name}: null"
        parameters = ", ".join(parameter.get("name", "") for parameter in _children(body, "formalParameter"))
        deeper = self.required(element, "knowledgeRequirement", "requiredKnowledge")
        return f"{name}: function({parameters}) {self.with_knowledge(self.logic(element, body), deeper, inside)}"

    def feel(self, decision: etree._Element, element: etree._Element) -> str:
        language = element.get("expressionLanguage", "feel").lower()
        if "feel" not in language:
            self.refuse(decision, "dmn-language", f"Die Sprache «{language}» wird nicht unterstützt; erlaubt ist FEEL.")
        return _text_of(element, "text")

    # Requirements

    def check_requirements(self, decisions: Mapping[str, Decision]) -> None:
        elements = {element.get("id", ""): element for element in _children(self.root, "decision")}
        for decision in decisions.values():
            for missing in set(decision.requires) - set(decisions):
                self.refuse(elements[decision.id], "dmn-requirement", f"Die benötigte Entscheidung «{missing}» fehlt in der Datei.")
            if decision.id in _reached(decisions, decision.id):
                self.refuse(
                    elements[decision.id], "dmn-requirement", "Die Entscheidung benötigt über andere sich selbst. Bitte den Kreis auflösen."
                )

    def refuse(self, element: etree._Element, rule: str, message: str) -> None:
        finding = Finding(self.file, element.get("id", ""), element.get("name", ""), rule, "error", message)
        if finding not in self.findings:
            self.findings.append(finding)


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
    names = [annotation.get("name", "") for annotation in _children(table, "annotation")]
    texts = [_text_of(entry, "text") for entry in _children(rule, "annotationEntry")]
    labels = [text for name, text in zip(names, texts, strict=False) if name in ("regel", "Regel") and text]
    return labels[0] if labels else rule.get("id", "")


def _children(element: etree._Element, name: str) -> list[etree._Element]:
    return [child for child in element if local(child) == name]


def _child(element: etree._Element, name: str) -> etree._Element | None:
    return next(iter(_children(element, name)), None)


def _variable(element: etree._Element) -> str:
    child = _child(element, "variable")
    return "" if child is None else child.get("name", "")


def _text(element: etree._Element, name: str) -> str:
    """The ``<text>`` inside the child ``name``."""
    child = _child(element, name)
    return "" if child is None else _text_of(child, "text")


def _text_of(element: etree._Element, name: str) -> str:
    child = _child(element, name)
    return "" if child is None else str(child.xpath("string()")).strip()
