"""Of two boundary events for the same thing only one would react."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import scopes
from engine.definitions.lint.report import error
from engine.model.errors import Finding

RULE = "boundary-twice"


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for scope in scopes(file):
        seen: set[tuple[str | None, str, str | None, str | None]] = set()
        for event in scope.elements.values():
            trigger = event.trigger
            if event.type != "boundaryEvent" or trigger is None or trigger.kind == "timer":
                continue
            what = (event.attached_to, trigger.kind, trigger.value, trigger.correlation_key)
            if what in seen:
                yield error(file, RULE, event, f"Am selben Element wartet schon ein Randereignis auf «{trigger.value or trigger.kind}». Löschen Sie eines, oder geben Sie ihm einen anderen Namen oder Code.")
            seen.add(what)
