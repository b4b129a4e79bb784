"""A variable that nobody writes is null: usually a slip of the pen."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile, Expression, Message
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import elements
from engine.definitions.lint.report import warning
from engine.definitions.lint.variables import Writers
from engine.model.errors import Finding

RULE = "variable-written"

# An output reads what a job, a message or a called process brought, and nobody draws that.
BRINGING = ("serviceTask", "sendTask", "receiveTask", "callActivity", "intermediateCatchEvent", "boundaryEvent", "businessRuleTask", "userTask", "subProcess", "startEvent")  # fmt: skip


def check(file: BpmnFile, catalog: Catalog, written: Writers) -> Iterator[Finding]:
    if file.file not in written.complete:
        return
    bringing = {element.id for element in elements(file, *BRINGING)}
    for expression in file.expressions:
        if expression.attribute == "source" and expression.element in bringing:
            continue
        for name in sorted(_read(expression, catalog) - written.names):
            where = Message(expression.element, expression.name)
            yield warning(file, RULE, where, f"Die Variable «{name}» in «{expression.text[:60]}» schreibt niemand: kein Formular, keine Zuordnung, kein Ergebnis. Prüfen Sie die Schreibweise.")


def _read(expression: Expression, catalog: Catalog) -> set[str]:
    return set() if catalog.parse_error(expression.text[1:]) else catalog.feel.certain_names(expression.text[1:])
