"""A job needs the type by which its worker finds it."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import elements
from engine.definitions.lint.report import error
from engine.definitions.xml import NAMESPACES
from engine.model.errors import Finding

RULE = "service-task"


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for element in elements(file, "serviceTask", "sendTask"):
        if not element.job_type:
            yield error(file, RULE, element, "Der Service-Aufgabe fehlt der Auftragstyp. Tragen Sie ihn unter «Task definition» ein, zum Beispiel «hinweis».")
    for element in elements(file):
        definition = element.node.find("./bpmn:extensionElements/zeebe:taskDefinition", NAMESPACES)
        retries = "" if definition is None else definition.get("retries", "3")
        if retries and not retries.startswith("=") and not retries.isdecimal():
            yield error(file, RULE, element, f"Die Zahl der Versuche «{retries}» ist keine ganze Zahl. Tragen Sie zum Beispiel 3 ein.")
