"""Behind one event gateway each event must wait for something else."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile, Element
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import scopes
from engine.definitions.lint.report import error
from engine.model.errors import Finding

RULE = "event-gateway-twice"


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for scope in scopes(file):
        for gateway in scope.elements.values():
            if gateway.type == "eventBasedGateway":
                yield from _twice(file, [scope.elements[flow.target] for flow in scope.outgoing(gateway.id) if flow.target in scope.elements])


def _twice(file: BpmnFile, events: list[Element]) -> Iterator[Finding]:
    seen: set[tuple[str, str | None, str | None]] = set()
    for event in events:
        trigger = event.trigger
        if trigger is not None and trigger.kind in ("message", "signal"):
            what = (trigger.kind, trigger.value, trigger.correlation_key)
            if what in seen:
                yield error(file, RULE, event, f"Hinter demselben Gateway wartet schon ein Ereignis auf «{trigger.value}». Löschen Sie eines davon.")
            seen.add(what)
