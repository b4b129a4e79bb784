"""Without an end event a case would never be completed."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import scopes
from engine.definitions.lint.report import error
from engine.model.errors import Finding

RULE = "end-event"


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for scope in scopes(file):
        where = scope.process.elements[scope.parent] if scope.parent else scope.process
        if scope.elements and not any(element.type == "endEvent" for element in scope.elements.values()):
            yield error(file, RULE, where, "Das Endereignis fehlt. Zeichnen Sie eines hinter den letzten Schritt.")
