"""Compensation would be ignored: throw, boundary event and handler."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import elements
from engine.definitions.lint.report import error
from engine.model.errors import Finding

RULE = "no-compensation"


MESSAGE = "Kompensation wird nicht unterstützt. Zeichnen Sie das Rückgängigmachen als eigene Aufgaben hinter einem Gateway oder Fehlerereignis."


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for element in elements(file):
        if element.node.get("isForCompensation") == "true" or any(trigger.kind == "compensate" for trigger in element.triggers):
            yield error(file, RULE, element, MESSAGE)
