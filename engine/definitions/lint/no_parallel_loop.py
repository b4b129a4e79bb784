"""A parallel gateway that merges a loop waits for itself."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import scopes
from engine.definitions.lint.report import error
from engine.model.errors import Finding

RULE = "no-parallel-loop"


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for scope in scopes(file):
        for gateway in scope.elements.values():
            incoming = scope.incoming(gateway.id)
            if gateway.type != "parallelGateway" or len(incoming) < 2:
                continue
            without = scope.reachable((start.id for start in scope.starts), without={gateway.id})
            everything = scope.reachable(start.id for start in scope.starts)
            if any(flow.source not in without and flow.source in everything for flow in incoming):
                yield error(file, RULE, gateway, "Das parallele Gateway wartet auf einen Weg, der erst hinter ihm beginnt. Führen Sie die Schleife mit einem exklusiven Gateway zusammen.")
