"""Every text with a leading = must be FEEL."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile, Message
from engine.definitions.catalog import Catalog
from engine.definitions.lint.report import error
from engine.model.errors import Finding

RULE = "feel-syntax"


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for expression in file.expressions:
        problem = catalog.parse_error(expression.text[1:]) if expression.text[1:].strip() else "der Ausdruck ist leer"
        if problem:
            where = Message(expression.element, expression.name)
            yield error(file, RULE, where, f"Der FEEL-Ausdruck «{expression.text[:80]}» ({expression.attribute}) ist fehlerhaft: {problem.rstrip('.')}. Berichtigen Sie ihn.")
