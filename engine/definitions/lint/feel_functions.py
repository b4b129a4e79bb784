"""An unknown function gives null, or stops the case."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile, Message
from engine.definitions.catalog import Catalog
from engine.definitions.lint.report import error
from engine.model.errors import Finding

RULE = "feel-functions"


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for expression in file.expressions:
        if catalog.parse_error(expression.text[1:]):
            continue
        for name in catalog.unknown_functions(expression.text[1:]):
            where = Message(expression.element, expression.name)
            yield error(file, RULE, where, f"Die Funktion «{name}» gibt es in FEEL nicht ({expression.text[:80]}). Prüfen Sie die Schreibweise.")
