"""The form must exist by the time somebody opens the task."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import elements, is_static
from engine.definitions.lint.report import finding
from engine.model.errors import Finding

RULE = "form-known"


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for element in elements(file, "userTask", "startEvent"):
        if is_static(element.form_id) and element.form_id not in catalog.forms:
            yield finding(file, RULE, element, f"Das Formular «{element.form_id}» ist nirgends zu finden. Laden Sie die Formulardatei mit hoch, oder berichtigen Sie die Id.", catalog.missing)
