"""A condition behind a task would be ignored."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import scopes
from engine.definitions.lint.report import error
from engine.model.errors import Finding

RULE = "no-condition-on-task-flow"


DECIDING = frozenset({"exclusiveGateway", "inclusiveGateway", "complexGateway"})


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for scope in scopes(file):
        for flow in scope.flows:
            source = scope.elements.get(flow.source)
            if flow.condition is not None and source is not None and source.type not in DECIDING:
                yield error(file, RULE, flow, f"Die Bedingung hinter «{source.label}» würde nicht ausgewertet. Setzen Sie ein exklusives Gateway dazwischen, oder löschen Sie die Bedingung.")
