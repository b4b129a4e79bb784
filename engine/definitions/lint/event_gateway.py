"""An event gateway must be followed by at least two events that wait for it alone."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile, Element
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import Scope, scopes
from engine.definitions.lint.report import error
from engine.model.errors import Finding

RULE = "event-gateway"


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for scope in scopes(file):
        for gateway in scope.elements.values():
            if gateway.type != "eventBasedGateway":
                continue
            flows = scope.outgoing(gateway.id)
            if len(flows) < 2:
                yield error(file, RULE, gateway, "Hinter einem ereignisbasierten Gateway müssen mindestens zwei Ereignisse stehen. Ergänzen Sie eines, oder löschen Sie das Gateway.")
            if gateway.node.get("eventGatewayType") == "Parallel" or gateway.node.get("instantiate") == "true":
                yield error(file, RULE, gateway, "Das ereignisbasierte Gateway darf weder parallel sein noch den Prozess starten. Setzen Sie es auf exklusiv.")
            yield from (error(file, RULE, target, message) for flow in flows if (target := scope.elements.get(flow.target)) and (message := _problem(scope, target)))


def _problem(scope: Scope, target: Element) -> str:
    if target.type not in ("intermediateCatchEvent", "receiveTask"):
        return "Hinter einem ereignisbasierten Gateway darf nur ein Zwischenereignis stehen, das auf etwas wartet. Fügen Sie ein Timer-, Meldungs- oder Signalereignis ein."
    if len(scope.incoming(target.id)) > 1:
        return "In dieses Ereignis führt neben dem ereignisbasierten Gateway ein weiterer Sequenzfluss. Zeichnen Sie für den anderen Weg ein eigenes Ereignis."
    if any(other.attached_to == target.id for other in scope.elements.values()):
        return "Ein Empfang hinter einem ereignisbasierten Gateway darf keine Randereignisse haben. Setzen Sie die Ereignisse hinter das Gateway."
    return ""
