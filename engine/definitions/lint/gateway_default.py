"""Without a default flow a case stops with an incident when no condition holds."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import scopes
from engine.definitions.lint.report import error
from engine.model.errors import Finding

RULE = "gateway-default"


NEGATED = re.compile(r"=\s*not\s*\((.*)\)\s*", re.DOTALL)


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for scope in scopes(file):
        for element in scope.elements.values():
            flows = scope.outgoing(element.id)
            if element.type not in ("exclusiveGateway", "inclusiveGateway") or (len(flows) < 2 and not any(flow.condition for flow in flows)):
                continue
            if element.default_flow and element.default_flow not in {flow.id for flow in flows}:
                yield error(file, RULE, element, "Den Standardfluss des Gateways gibt es nicht mehr. Legen Sie ihn neu fest.")
            elif not element.default_flow and not _is_complete([flow.condition or "" for flow in flows]):
                yield error(file, RULE, element, "Dem Gateway fehlt der Standardfluss; ist keine Bedingung wahr, bliebe der Fall stehen. Machen Sie einen Weg zum Standardfluss.")


def _is_complete(conditions: list[str]) -> bool:
    """Two ways out, one the literal negation of the other."""
    plain = {condition.removeprefix("=").strip() for condition in conditions}
    return any(found[1].strip() in plain for condition in conditions if (found := NEGATED.fullmatch(condition)))
