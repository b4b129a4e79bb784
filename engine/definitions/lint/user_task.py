"""A user task must be of the dialect's own kind, else no task would appear in anybody's list."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import elements
from engine.definitions.lint.report import error
from engine.definitions.xml import NAMESPACES
from engine.model.errors import Finding

RULE = "user-task"


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for element in elements(file, "userTask"):
        if element.node.find("./bpmn:extensionElements/zeebe:userTask", NAMESPACES) is None:
            yield error(file, RULE, element, "Die Benutzeraufgabe ist noch eine Auftragsaufgabe. Stellen Sie unter «Implementation» auf «Camunda user task» um.")
        form = element.node.find("./bpmn:extensionElements/zeebe:formDefinition", NAMESPACES)
        if form is not None and not form.get("formId"):
            yield error(file, RULE, element, "Das Formular ist nicht über seine Id verknüpft. Wählen Sie unter «Form» den Typ «Camunda Form (linked)», und tragen Sie die Formular-Id ein.")
