"""A flow without both ends, or over the border of a sub-process, leads nowhere."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import scopes
from engine.definitions.lint.report import error
from engine.model.errors import Finding

RULE = "flow-ends"


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for scope in scopes(file):
        for flow in scope.flows:
            if flow.source not in scope.elements or flow.target not in scope.elements:
                yield error(file, RULE, flow, "Der Sequenzfluss verbindet nicht zwei Elemente derselben Ebene. Zeichnen Sie ihn neu; über den Rand eines Teilprozesses führen nur Ereignisse.")
            elif scope.elements[flow.target].type in ("startEvent", "boundaryEvent"):
                yield error(file, RULE, flow, "Ein Sequenzfluss darf nicht in ein Start- oder Randereignis führen. Führen Sie ihn zum nächsten Element.")
            elif scope.elements[flow.source].type == "endEvent":
                yield error(file, RULE, flow, "Aus einem Endereignis darf kein Sequenzfluss führen. Verwenden Sie ein Zwischenereignis.")
