"""Every way out of a deciding gateway needs a FEEL condition, except the default flow."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile, Flow
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import scopes
from engine.definitions.lint.report import error
from engine.model.errors import Finding

RULE = "gateway-conditions"


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for scope in scopes(file):
        for element in scope.elements.values():
            flows = scope.outgoing(element.id)
            if element.type in ("exclusiveGateway", "inclusiveGateway"):
                asked = flows if len(flows) > 1 else [flow for flow in flows if flow.condition]
                yield from (error(file, RULE, flow, message) for flow in asked if (message := _problem(flow)))


def _problem(flow: Flow) -> str:
    if flow.is_default:
        return "Der Standardfluss hat eine Bedingung; sie würde nicht ausgewertet. Löschen Sie sie." if flow.condition else ""
    if not flow.condition:
        return "Dem Sequenzfluss fehlt die Bedingung. Tragen Sie eine ein, zum Beispiel «=betrag > 100», oder machen Sie ihn zum Standardfluss."
    if not flow.condition.startswith("="):
        return f"Die Bedingung «{flow.condition[:60]}» ist kein FEEL-Ausdruck. Schreiben Sie ein «=» davor."
    return ""
