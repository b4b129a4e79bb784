"""Several flows out of a task: whether all or one is meant stays unsaid."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import scopes
from engine.definitions.lint.report import error
from engine.model.errors import Finding

RULE = "no-implicit-split"


GATEWAYS = frozenset({"exclusiveGateway", "inclusiveGateway", "parallelGateway", "eventBasedGateway", "complexGateway"})


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for scope in scopes(file):
        for element in scope.elements.values():
            if element.type not in GATEWAYS and len(scope.outgoing(element.id)) > 1:
                yield error(file, RULE, element, "Aus diesem Element führen mehrere Sequenzflüsse. Setzen Sie ein Gateway dahinter: parallel, wenn alle Wege gelten, exklusiv, wenn einer gilt.")
