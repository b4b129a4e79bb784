"""What no token can reach is drawn for nothing."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import scopes
from engine.definitions.lint.report import error
from engine.model.errors import Finding

RULE = "reachable"


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for scope in scopes(file):
        if not scope.starts:
            continue
        reached = scope.reachable(start.id for start in scope.starts)
        for element in scope.elements.values():
            if element.id not in reached:
                yield error(file, RULE, element, "Zu diesem Element führt vom Start her kein Weg. Verbinden Sie es, oder löschen Sie es.")
