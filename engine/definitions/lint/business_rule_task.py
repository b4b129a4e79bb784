"""A business rule task calls a decision, or is a job."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import elements
from engine.definitions.lint.report import error
from engine.definitions.xml import NAMESPACES
from engine.model.errors import Finding

RULE = "business-rule-task"


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for element in elements(file, "businessRuleTask"):
        called = element.node.find("./bpmn:extensionElements/zeebe:calledDecision", NAMESPACES)
        if called is None and not element.job_type:
            yield error(file, RULE, element, "Die Regelaufgabe nennt keine Entscheidung. Wählen Sie unter «Implementation» «DMN decision», und tragen Sie Id und Ergebnisvariable ein.")
        elif called is not None and not (called.get("decisionId") and called.get("resultVariable")):
            yield error(file, RULE, element, "Der Regelaufgabe fehlt die Id der Entscheidung oder die Ergebnisvariable. Tragen Sie beides unter «Called decision» ein.")
