"""The boxes of a decision: literal expressions, contexts, lists, relations, invocations, functions, and those of DMN 1.4 (if, for, filter …)."""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from engine.definitions.dmn.model import (
    Conditional,
    Context,
    Entry,
    Filter,
    Function,
    Invocation,
    Items,
    Iteration,
    Literal,
    Logic,
    Parameter,
    Relation,
    Table,
)
from engine.definitions.dmn.types import Types
from engine.definitions.dmn.xml import child, children, required, text_of, variable, variable_type
from engine.definitions.xml import local

NOTHING = Literal("null")
BESIDE = frozenset({"description", "extensionElements", "variable", "question", "allowedAnswers"})
Refuse = Callable[[str, str], None]


class Boxes:
    """Reads the logic of one decision or business knowledge; ``refuse(rule, message)`` hears what cannot be evaluated."""

    def __init__(self, types: Types, table: Callable[[etree._Element], Table], refuse: Refuse):
        self.types = types
        self.table = table
        self.refuse = refuse
        self.readers: dict[str, Callable[[etree._Element], Logic]] = {
            "literalExpression": self.literal,
            "decisionTable": self.table,
            "context": self.context,
            "list": self.items,
            "relation": self.relation,
            "invocation": self.invocation,
            "functionDefinition": self.function,
            "conditional": self.conditional,
            "filter": self.filter,
            "for": self.iteration,
            "some": self.iteration,
            "every": self.iteration,
        }

    def inside(self, element: etree._Element | None) -> Logic:
        """The only box inside ``element``."""
        found = [] if element is None else [box for box in element if local(box) in self.readers]
        if found:
            return self.box(found[0])
        others = [] if element is None else [local(box) for box in element if local(box) and local(box) not in BESIDE]
        unknown = [name for name in others if not name.endswith(("Requirement", "Parameter"))]
        self.refuse(
            "dmn-logic", f"Die Form «{unknown[0]}» wird nicht unterstützt." if unknown else "Es fehlt die Tabelle oder der Ausdruck."
        )
        return NOTHING

    def box(self, element: etree._Element) -> Logic:
        return self.readers[local(element)](element)

    def boxes(self, element: etree._Element) -> list[etree._Element]:
        return [box for box in element if local(box) in self.readers]

    def literal(self, element: etree._Element) -> Literal:
        imported = child(element, "importedValues")
        source = self.feel(element)
        if imported is not None:
            self.refuse("dmn-import", f"Werte aus «{imported.get('locationURI', '')}» können nicht eingelesen werden.")
        elif not source:
            self.refuse("dmn-logic", "Es fehlt die Tabelle oder der Ausdruck.")
        return Literal(source or "null")

    def feel(self, element: etree._Element) -> str:
        """The text of an expression or a cell."""
        language = element.get("expressionLanguage", "feel").lower()
        if "feel" not in language:
            self.refuse("dmn-language", f"Die Sprache «{language}» wird nicht unterstützt; erlaubt ist FEEL.")
        return text_of(element, "text")

    def context(self, element: etree._Element) -> Context:
        return Context(tuple(self.entry(entry) for entry in children(element, "contextEntry")))

    def entry(self, element: etree._Element) -> Entry:
        return Entry(variable(element), self.inside(element), self.types.named(variable_type(element)))

    def items(self, element: etree._Element) -> Items:
        return Items(tuple(self.box(box) for box in self.boxes(element)))

    def relation(self, element: etree._Element) -> Relation:
        columns = tuple(column.get("name", "") for column in children(element, "column"))
        rows = tuple(tuple(self.box(box) for box in self.boxes(row)) for row in children(element, "row"))
        if any(len(row) != len(columns) for row in rows):
            self.refuse("dmn-cells", "Eine Zeile der Relation hat nicht gleich viele Zellen wie die Relation Spalten.")
        return Relation(columns, rows)

    def invocation(self, element: etree._Element) -> Invocation:
        bindings = tuple(self.binding(binding) for binding in children(element, "binding"))
        callee = self.boxes(element)
        return Invocation(self.box(callee[0]) if callee else self.inside(element), bindings)

    def binding(self, element: etree._Element) -> Entry:
        parameter = child(element, "parameter")
        value = self.boxes(element)
        return Entry("" if parameter is None else parameter.get("name", ""), self.box(value[0]) if value else NOTHING)

    def function(self, element: etree._Element) -> Function:
        """Also the ``encapsulatedLogic`` of business knowledge."""
        if element.get("kind", "FEEL").upper() != "FEEL":
            self.refuse("dmn-language", f"Funktionen der Art «{element.get('kind')}» werden nicht unterstützt; erlaubt ist FEEL.")
            return Function((), NOTHING)
        parameters = children(element, "formalParameter")
        named = tuple(Parameter(parameter.get("name", ""), self.types.named(parameter.get("typeRef", ""))) for parameter in parameters)
        body = self.boxes(element)
        return Function(named, self.inside(element), self.types.named(body[0].get("typeRef", "") if body else ""))

    def conditional(self, element: etree._Element) -> Conditional:
        test, then, otherwise = (self.inside(child(element, part)) for part in ("if", "then", "else"))
        return Conditional(test, then, otherwise)

    def filter(self, element: etree._Element) -> Filter:
        return Filter(self.inside(child(element, "in")), self.inside(child(element, "match")))

    def iteration(self, element: etree._Element) -> Iteration:
        mode = local(element)
        body = child(element, "return" if mode == "for" else "satisfies")
        return Iteration(mode, element.get("iteratorVariable", ""), self.inside(child(element, "in")), self.inside(body))


def knowledge_of(element: etree._Element) -> tuple[str, ...]:
    return required(element, "knowledgeRequirement", "requiredKnowledge")
