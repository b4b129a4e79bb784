"""The ways that tokens take on a diagram between two places where something is recorded: the sequence flows of each, for drawing them."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass

from engine.definitions.plain import Flow, Node, Scope

# Nothing is recorded of these: a token passes them at once.
PASSED = frozenset({"xor", "and", "or", "events"})
# Ends that do not lead out of a sub-process by its own flows, but to an event on its border.
THROWN = frozenset({"error", "escalation", "cancel"})


@dataclass(frozen=True)
class Weg:
    """``fluesse`` are the ids of the flows in order. ``waehlt`` says that an event-based gateway lies on it: which event comes decides itself later."""

    fluesse: tuple[str, ...]
    waehlt: bool = False


def flusswege(scope: Scope) -> dict[tuple[str, str], Weg]:
    """The shortest way from each recorded element, and from each start, to each that a token reaches next: a recorded one, or an end.

    Into an expanded sub-process it goes by its start, out of it by its ends; one that may be repeated no time at all is also passed by.
    """
    diagram = _Diagram(scope)
    return {(origin, target): way for origin in diagram.origins() for target, way in diagram.reached(origin).items()}


class _Diagram:
    """A process with its sub-processes, by ids, which are unique in a diagram."""

    def __init__(self, scope: Scope):
        self.nodes: dict[str, Node] = {}
        self.around: dict[str, Node] = {}
        self.outgoing: dict[str, list[Flow]] = defaultdict(list)
        self._add(scope, None)
        self.outer = set(scope.nodes)

    def _add(self, scope: Scope, around: Node | None) -> None:
        for flow in scope.flows:
            self.outgoing[flow.source].append(flow)
        for node in scope.nodes.values():
            self.nodes[node.id] = node
            if around is not None:
                self.around[node.id] = around
            if node.body is not None:
                self._add(node.body, node)

    def origins(self) -> Iterator[str]:
        for id_, node in self.nodes.items():
            if node.kind == "start" and id_ in self.outer or node.kind not in {"start", "end", "subprocess", *PASSED}:
                yield id_

    def reached(self, origin: str) -> dict[str, Weg]:
        found: dict[str, Weg] = {}
        seen, todo = {origin}, deque([(origin, Weg(()))])
        while todo:
            at, way = todo.popleft()
            for target, further in self._next(at, way):
                node = self.nodes[target]
                if self._is_passed(node):
                    if target not in seen:
                        seen.add(target)
                        todo.append((target, further))
                else:
                    found.setdefault(target, further)
        return found

    def _is_passed(self, node: Node) -> bool:
        """Where the token does not stay, or is not seen to."""
        return node.kind in {*PASSED, "start", "subprocess"} or node.kind == "end" and node.id in self.around

    def _next(self, at: str, way: Weg) -> Iterator[tuple[str, Weg]]:
        node = self.nodes[at]
        if node.kind == "end":
            around = self.around.get(at)
            if around is None or node.event in THROWN:
                return
            yield from self._onward(around.id, way)
        elif node.body is not None:
            for first in _first(node.body):
                yield first, way
            if node.loop is not None:
                yield from self._onward(at, way)
        else:
            yield from self._onward(at, Weg(way.fluesse, way.waehlt or node.kind == "events"))

    def _onward(self, at: str, way: Weg) -> Iterator[tuple[str, Weg]]:
        for flow in self.outgoing[at]:
            yield flow.target, Weg((*way.fluesse, flow.id), way.waehlt)


def _first(body: Scope) -> list[str]:
    """Where a sub-process begins: its starts, or what nothing leads to."""
    later = {flow.target for flow in body.flows}
    starts = [node.id for node in body.nodes.values() if node.kind == "start"]
    return starts or [node.id for node in body.nodes.values() if node.id not in later and node.kind != "boundary" and not node.is_event_subprocess]
