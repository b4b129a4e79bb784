"""A way that stops at a task ends the branch without saying so."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import scopes
from engine.definitions.lint.report import error
from engine.model.errors import Finding

RULE = "dead-end"


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for scope in scopes(file):
        for element in scope.elements.values():
            if element.type != "endEvent" and element.node.get("isForCompensation") != "true" and not scope.outgoing(element.id):
                yield error(file, RULE, element, "Hier hört der Weg auf. Führen Sie einen Sequenzfluss weiter, mindestens zu einem Endereignis.")
