"""The called process must exist by the time the call is reached."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import elements, is_static
from engine.definitions.lint.report import finding
from engine.model.errors import Finding

RULE = "called-process-known"


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for element in elements(file, "callActivity"):
        if is_static(element.called_process) and element.called_process not in catalog.processes:
            yield finding(file, RULE, element, f"Der aufgerufene Prozess «{element.called_process}» ist nirgends zu finden. Laden Sie seine Datei mit hoch, oder berichtigen Sie die Id.", catalog.missing)
