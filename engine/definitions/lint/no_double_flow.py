"""Two flows between the same nodes arrive as one."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import scopes
from engine.definitions.lint.report import error
from engine.model.errors import Finding

RULE = "no-double-flow"


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for scope in scopes(file):
        seen: set[tuple[str, str]] = set()
        for flow in scope.flows:
            if (flow.source, flow.target) in seen:
                yield error(file, RULE, flow, f"Zwischen «{flow.source}» und «{flow.target}» führen zwei Sequenzflüsse. Löschen Sie einen, und verbinden Sie die Bedingungen mit «or».")
            seen.add((flow.source, flow.target))
