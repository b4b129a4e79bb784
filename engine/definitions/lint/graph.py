"""Walking the flows of one scope: a process or the inside of one sub-process. Boundary events follow their host."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from engine.definitions.bpmn import CONTAINERS, BpmnFile, Element, Flow, Process

JOBS = frozenset({"serviceTask", "sendTask"})
ALWAYS_WAIT = JOBS | {"userTask", "receiveTask", "intermediateCatchEvent", "eventBasedGateway", "callActivity"}


@dataclass(frozen=True)
class Scope:
    """``parent`` is the sub-process whose inside this is, None for the process itself."""

    process: Process
    parent: str | None
    elements: Mapping[str, Element]
    flows: tuple[Flow, ...]

    def successors(self, element: str) -> list[str]:
        return self._next.get(element, [])

    @cached_property
    def _next(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for flow in self.flows:
            if flow.target in self.elements:
                found.setdefault(flow.source, []).append(flow.target)
        for other in self.elements.values():
            if other.attached_to:
                found.setdefault(other.attached_to, []).append(other.id)
        return found

    def reachable(self, starts: Iterable[str], without: Collection[str] = ()) -> set[str]:
        """Everything a token can get to from ``starts``, these included, never entering ``without``."""
        seen: set[str] = set()
        todo = list(starts)
        while todo:
            element = todo.pop()
            if element not in seen and element not in without:
                seen.add(element)
                todo.extend(self.successors(element))
        return seen

    @property
    def starts(self) -> tuple[Element, ...]:
        return tuple(element for element in self.elements.values() if element.type == "startEvent")

    def outgoing(self, element: str) -> tuple[Flow, ...]:
        return tuple(flow for flow in self.flows if flow.source == element)

    def incoming(self, element: str) -> tuple[Flow, ...]:
        return tuple(flow for flow in self.flows if flow.target == element)


def elements(file: BpmnFile, *types: str) -> Iterator[Element]:
    """All elements of the file, or those of the given types."""
    for process in file.processes:
        for element in process.elements.values():
            if not types or element.type in types:
                yield element


def scopes(file: BpmnFile) -> Iterator[Scope]:
    for process in file.processes:
        inner = [element.id for element in process.elements.values() if element.type in CONTAINERS]
        for parent in (None, *inner):
            own = {element.id: element for element in process.children(parent)}
            yield Scope(process, parent, own, tuple(flow for flow in process.flows if flow.parent == parent))


def waits(element: Element, process: Process) -> bool:
    """Whether a token stays here until something from outside happens; a sub-process waits when something in it does."""
    if element.type in CONTAINERS:
        return any(waits(inner, process) for inner in process.children(element.id))
    return element.type in ALWAYS_WAIT or element.job_type is not None


def is_static(text: str | None) -> bool:
    """A text the author wrote out, not FEEL."""
    return bool(text) and not str(text).startswith("=")
