"""A script task evaluates one FEEL expression; code of any other language is refused, never run."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import elements
from engine.definitions.lint.report import error
from engine.definitions.xml import NAMESPACES
from engine.model.errors import Finding

RULE = "script-task"


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for element in elements(file):
        if element.node.find("./bpmn:script", NAMESPACES) is not None or element.node.get("scriptFormat"):
            yield error(file, RULE, element, "Skripte in Python oder einer anderen Sprache werden nie ausgeführt. Stellen Sie auf «FEEL expression» um, oder verwenden Sie eine Service-Aufgabe.")
    for element in elements(file, "scriptTask"):
        script = element.node.find("./bpmn:extensionElements/zeebe:script", NAMESPACES)
        if script is None and not element.job_type:
            yield error(file, RULE, element, "Der Skriptaufgabe fehlt der FEEL-Ausdruck. Tragen Sie ihn unter «Script» ein, mit Ergebnisvariable.")
        elif script is not None and not (script.get("expression") and script.get("resultVariable")):
            yield error(file, RULE, element, "Der Skriptaufgabe fehlt der Ausdruck oder die Ergebnisvariable. Tragen Sie beides unter «Script» ein.")
        elif script is not None and not script.get("expression", "").startswith("="):
            yield error(file, RULE, element, "Der Ausdruck der Skriptaufgabe ist kein FEEL. Schreiben Sie ein «=» davor.")
