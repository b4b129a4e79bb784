"""The decision must exist by the time the task is reached."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import elements, is_static
from engine.definitions.lint.report import finding
from engine.model.errors import Finding

RULE = "decision-known"


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for element in elements(file, "businessRuleTask"):
        if is_static(element.decision) and element.decision not in catalog.decisions:
            yield finding(file, RULE, element, f"Die Entscheidung «{element.decision}» ist nirgends zu finden. Laden Sie die DMN-Datei mit hoch, oder berichtigen Sie die Id.", catalog.missing)
