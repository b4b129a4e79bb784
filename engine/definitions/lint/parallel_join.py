"""A parallel join waits for all its ways; ways that exclude each other never all arrive."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile, Element
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import Scope, scopes
from engine.definitions.lint.report import error, warning
from engine.model.errors import Finding

RULE = "parallel-join"


HARD_ENDS = frozenset({"terminate", "error", "escalation"})


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for scope in scopes(file):
        for join in scope.elements.values():
            if join.type == "parallelGateway" and len(scope.incoming(join.id)) > 1:
                yield from _join(file, scope, join)


def _join(file: BpmnFile, scope: Scope, join: Element) -> Iterator[Finding]:
    inputs = scope.incoming(join.id)
    for split, ways in _choices(scope):
        reach = [scope.reachable(way, without={split.id, join.id}) for way in ways]
        fed = [frozenset(flow.id for flow in inputs if flow.source in reached or (flow.source == split.id and flow.target in way)) for reached, way in zip(reach, ways, strict=True)]
        some = {ids for ids in fed if ids}
        if len(some) > 1:
            yield error(file, RULE, join, f"Das parallele Gateway wartet auf Wege, von denen nach «{split.label}» nur einer genommen wird. Führen Sie sie mit einem exklusiven Gateway zusammen.")
            return
        if some and not any(ids == {flow.id for flow in inputs} for ids in some) and any(not ids and _ends_softly(scope, reached) for ids, reached in zip(fed, reach, strict=True)):
            yield warning(file, RULE, join, f"Nach «{split.label}» führt nicht jeder Weg hierher; das parallele Gateway könnte für immer warten. Führen Sie alle Wege zusammen, oder beenden Sie mit einem Terminierungsende.")
            return


def _choices(scope: Scope) -> Iterator[tuple[Element, list[list[str]]]]:
    """Elements after which exactly one way is taken, with the first elements of each way."""
    for element in scope.elements.values():
        ways = [[flow.target] for flow in scope.outgoing(element.id) if flow.target in scope.elements]
        interrupting = [[other.id] for other in scope.elements.values() if other.attached_to == element.id and other.interrupting]
        if element.type in ("exclusiveGateway", "eventBasedGateway") and len(ways) > 1:
            yield element, ways
        elif interrupting and ways:
            yield element, [*ways, *interrupting]


def _ends_softly(scope: Scope, reached: set[str]) -> bool:
    """A token that stops here leaves the rest of the case waiting."""
    ends = [scope.elements[name] for name in reached if scope.elements[name].type == "endEvent"]
    return any(end.trigger is None or end.trigger.kind not in HARD_ENDS for end in ends)
