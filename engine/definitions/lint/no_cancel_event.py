"""Cancel events belong to transactions."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import elements
from engine.definitions.lint.report import error
from engine.model.errors import Finding

RULE = "no-cancel-event"


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for element in elements(file):
        if any(trigger.kind == "cancel" for trigger in element.triggers):
            yield error(file, RULE, element, "Abbruchereignisse werden nicht unterstützt. Verwenden Sie ein Fehlerereignis mit Fehlercode.")
