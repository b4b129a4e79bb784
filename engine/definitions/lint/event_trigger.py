"""Which events can stand where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.definitions.bpmn import BpmnFile, Element
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import elements
from engine.definitions.lint.report import error
from engine.model.errors import Finding

RULE = "event-trigger"


ALLOWED: Mapping[str, frozenset[str]] = {
    "startEvent": frozenset({"", "message", "timer", "signal"}),
    "endEvent": frozenset({"", "message", "signal", "error", "escalation", "terminate"}),
    "intermediateCatchEvent": frozenset({"timer", "message", "signal"}),
    "intermediateThrowEvent": frozenset({"", "message", "signal", "escalation"}),
    "boundaryEvent": frozenset({"timer", "message", "signal", "error", "escalation"}),
}
# These have rules of their own, which say what to do instead.
ELSEWHERE = frozenset({"compensate", "cancel", "conditional", "link"})


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for element in elements(file, *ALLOWED):
        kinds = {trigger.kind for trigger in element.triggers} or {""}
        if len(element.triggers) > 1:
            yield error(file, RULE, element, "Das Ereignis hat mehrere Auslöser. Zeichnen Sie für jeden ein eigenes Ereignis.")
        elif element.type == "startEvent" and element.parent and kinds != {""}:
            yield error(file, RULE, element, "Ein Teilprozess beginnt mit einem Startereignis ohne Auslöser. Setzen Sie den Auslöser als Ereignis dahinter.")
        elif not kinds <= ALLOWED[element.type] | ELSEWHERE:
            yield error(file, RULE, element, _message(element, *kinds))


def _message(element: Element, kind: str) -> str:
    if not kind:
        return "Das Ereignis hat keinen Auslöser. Wählen Sie, worauf es wartet: Timer, Meldung oder Signal."
    return f"Der Auslöser «{kind}» ist an dieser Stelle nicht möglich. Erlaubt sind: {', '.join(sorted(ALLOWED[element.type] - {''}))}."
