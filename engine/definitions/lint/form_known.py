"""The form must exist by the time somebody opens the task or reports the event."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import elements, is_static
from engine.definitions.lint.report import finding
from engine.model.errors import Finding

RULE = "form-known"
# The Modeler's property that names, at a waiting event, the form with which people report it.
FORMULAR = "formular"


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for element in elements(file):
        named = element.form_id if element.type in ("userTask", "startEvent") else element.properties.get(FORMULAR)
        if is_static(named) and named not in catalog.forms:
            yield finding(file, RULE, element, f"Das Formular «{named}» ist nirgends zu finden. Laden Sie die Formulardatei mit hoch, oder berichtigen Sie die Id.", catalog.missing)
