"""What people call an element that bears no name on the diagram: its kind, and the named elements beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from engine.definitions.elements import Element, Flow

_KINDS = {
    "userTask": "Aufgabe", "manualTask": "Schritt von Hand", "task": "Schritt", "serviceTask": "Automatischer Schritt", "sendTask": "Versand",
    "receiveTask": "Empfang", "scriptTask": "Berechnung", "businessRuleTask": "Entscheidung", "callActivity": "Aufruf", "subProcess": "Teilprozess",
    "intermediateCatchEvent": "Warten", "intermediateThrowEvent": "Zwischenereignis",
}  # fmt: skip
_GATEWAYS = {"parallelGateway": ("Gabelung vor", " und "), "eventBasedGateway": ("Warten auf", " oder ")}
_MOST = 3


def words(elements: Mapping[str, Element], flows: Sequence[Flow]) -> dict[str, str]:
    """Words for every element without a name; the same words twice are numbered."""
    seen: Counter[str] = Counter()
    found = {}
    for one in elements.values():
        if one.name:
            continue
        called = _words(one, elements, flows)
        seen[called] += 1
        found[one.id] = called if seen[called] == 1 else f"{called} ({seen[called]})"
    return found


def _words(one: Element, elements: Mapping[str, Element], flows: Sequence[Flow]) -> str:
    after, before = _beside(one, elements, flows, _next), _beside(one, elements, flows, _former)
    host = elements.get(one.attached_to or one.parent or "")
    if one.type == "boundaryEvent":
        return _joined(f"Ereignis an {_quoted(host)} vor", after, " und ")
    if one.type == "startEvent":
        return f"Beginn von {_quoted(host)}" if host and host.name else _joined("Beginn vor", after, " und ")
    if one.type == "endEvent":
        return _joined("Ende nach", before, " oder ")
    if not one.type.endswith("Gateway"):
        return _joined(f"{_KINDS.get(one.type, 'Element')} vor", after, " und ")
    kind, joint = _GATEWAYS.get(one.type, ("Verzweigung vor", " oder "))
    is_join = sum(flow.source == one.id for flow in flows) < 2
    return _joined("Zusammenführung vor" if is_join else kind, after, joint)


def _next(flow: Flow) -> tuple[str, str]:
    return flow.source, flow.target


def _former(flow: Flow) -> tuple[str, str]:
    return flow.target, flow.source


def _beside(one: Element, elements: Mapping[str, Element], flows: Sequence[Flow], way: Callable[[Flow], tuple[str, str]]) -> list[Element]:
    """The nearest elements with a name in one direction, through those that have none."""
    found: dict[str, Element] = {}
    todo, seen = [one.id], {one.id}
    while todo:
        for id in _reached(todo.pop(0), elements, flows, way):
            if id in seen:
                continue
            seen.add(id)
            if elements[id].name:
                found[id] = elements[id]
            else:
                todo.append(id)
    return list(found.values())


def _reached(id: str, elements: Mapping[str, Element], flows: Sequence[Flow], way: Callable[[Flow], tuple[str, str]]) -> Iterator[str]:
    ends = (way(flow) for flow in flows)
    yield from (other for here, other in ends if here == id and other in elements)
    host = elements[id].attached_to
    if way is _former and host in elements:
        yield host  # type: ignore[misc]


def _joined(kind: str, beside: Sequence[Element], joint: str) -> str:
    names = [_quoted(one) for one in beside[:_MOST]]
    if not names:
        return kind.rpartition(" ")[0]
    more = " …" if len(beside) > _MOST else ""
    return f"{kind} {joint.join([', '.join(names[:-1]), names[-1]] if len(names) > 1 else names)}{more}"


def _quoted(one: Element | None) -> str:
    return f"‹{one.name or one.id}›" if one is not None else "dem Prozess"
