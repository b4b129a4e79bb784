"""Nobody watches the variables of a condition."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import elements
from engine.definitions.lint.report import error
from engine.model.errors import Finding

RULE = "no-conditional-event"


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for element in elements(file):
        if any(trigger.kind == "conditional" for trigger in element.triggers):
            yield error(file, RULE, element, "Bedingungsereignisse werden nicht unterstützt. Prüfen Sie die Bedingung mit einem Gateway, oder warten Sie auf eine Meldung.")
