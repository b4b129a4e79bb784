"""Draws small examples, so that a rule can be shown: from left to right, each way on a line of its own."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from lxml import etree

from engine.definitions.xml import BPMN, BPMNDI, DC, DI, MODELER, ZEEBE, local, parse

STEP, LINE, PADDING = 150, 110, 30
EVENT, GATEWAY, TASK = (36, 36), (50, 50), (100, 80)
HEAD = (
    f'<bpmn:definitions xmlns:bpmn="{BPMN}" xmlns:zeebe="{ZEEBE}" xmlns:modeler="{MODELER}" id="beispiel" '
    'modeler:executionPlatform="Camunda Cloud" modeler:executionPlatformVersion="8.9.0">'
)
NOT_DRAWN = frozenset({"sequenceFlow", "extensionElements", "documentation", "incoming", "outgoing", "laneSet", "multiInstanceLoopCharacteristics", "standardLoopCharacteristics", "ioSpecification", "dataObject"})


def around(body: str) -> bytes:
    """The diagram whose processes and messages are given; a body that brings its own root stays as it is."""
    return (body if body.lstrip().startswith("<bpmn:definitions") else f"{HEAD}{body}</bpmn:definitions>").encode()


@dataclass
class Box:
    x: float
    y: float
    width: float
    height: float


@dataclass
class _Drawing:
    boxes: dict[str, Box] = field(default_factory=dict)
    expanded: set[str] = field(default_factory=set)


def drawn(content: bytes) -> bytes:
    """The same diagram with shapes and lines."""
    root = parse(content, "beispiel.bpmn")
    found = _Drawing()
    top = 40.0
    for process in root.iter(f"{{{BPMN}}}process"):
        top += _scope(process, found, 40.0, top)[1] + LINE
    _write(root, found)
    return etree.tostring(root)


def _scope(owner: etree._Element, found: _Drawing, left: float, top: float) -> tuple[float, float]:
    """Place what stands in a process or sub-process; gives the room it took."""
    nodes = {node.get("id", ""): node for node in owner if local(node) not in NOT_DRAWN and node.get("id") and _is_shape(node)}
    flows = [(flow.get("sourceRef", ""), flow.get("targetRef", "")) for flow in owner if local(flow) == "sequenceFlow"]
    hosts = {id: node.get("attachedToRef", "") for id, node in nodes.items() if local(node) == "boundaryEvent"}
    ranks = _ranks(nodes, [*flows, *((host, id) for id, host in hosts.items())])
    width = height = 0.0
    lines: dict[int, int] = {}
    x = left
    for rank in range(max(ranks.values(), default=-1) + 1):
        widest = 0.0
        for id in [id for id in nodes if ranks[id] == rank and id not in hosts]:
            line = lines.get(rank, 0)
            size = _size(nodes[id], found, x, top + line * LINE)
            taken = max(1, -(-int(size[1]) // LINE))
            lines[rank] = line + taken
            found.boxes[id] = Box(x + (TASK[0] - min(size[0], TASK[0])) / 2, top + line * LINE + (TASK[1] - min(size[1], TASK[1])) / 2, *size)
            widest = max(widest, size[0], TASK[0])
            height = max(height, (line + taken) * LINE - (LINE - TASK[1]))
        x += widest + (STEP - TASK[0]) if widest else 0
        width = max(width, x - left - (STEP - TASK[0]))
    _attach(hosts, found)
    return width, height + (EVENT[1] / 2 if hosts else 0)


def _attach(hosts: dict[str, str], found: _Drawing) -> None:
    seen: dict[str, int] = {}
    for id, host in hosts.items():
        box = found.boxes.get(host, Box(40, 40, *TASK))
        place = seen[host] = seen.get(host, 0) + 1
        found.boxes[id] = Box(box.x + box.width - 40 * place + 4, box.y + box.height - EVENT[1] / 2, *EVENT)


def _is_shape(node: etree._Element) -> bool:
    name = local(node)
    return name.endswith(("Event", "Gateway", "ask", "Activity", "SubProcess", "subProcess", "transaction"))


def _size(node: etree._Element, found: _Drawing, x: float, y: float) -> tuple[float, float]:
    name = local(node)
    if name.endswith("Event"):
        return EVENT
    if name.endswith("Gateway"):
        return GATEWAY
    if name in ("subProcess", "adHocSubProcess", "transaction"):
        found.expanded.add(node.get("id", ""))
        inner = _scope(node, found, x + PADDING, y + PADDING)
        return max(TASK[0], inner[0] + 2 * PADDING), max(TASK[1], inner[1] + 2 * PADDING)
    return TASK


def _ranks(nodes: dict[str, etree._Element], flows: list[tuple[str, str]]) -> dict[str, int]:
    """How far right each node stands: behind all that lead to it; a way back does not count."""
    ranks = dict.fromkeys(nodes, 0)
    for _ in nodes:
        moved = False
        for source, target in _forward(nodes, flows):
            if ranks[target] <= ranks[source]:
                ranks[target], moved = ranks[source] + 1, True
        if not moved:
            break
    return ranks


def _forward(nodes: dict[str, etree._Element], flows: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    known = [(source, target) for source, target in flows if source in nodes and target in nodes]
    ahead: dict[str, set[str]] = {}
    for source, target in known:
        if source == target or source in _reached(ahead, target):
            continue
        ahead.setdefault(source, set()).add(target)
        yield source, target


def _reached(ahead: dict[str, set[str]], start: str) -> set[str]:
    reached, todo = {start}, [start]
    while todo:
        for target in ahead.get(todo.pop(), ()):
            if target not in reached:
                reached.add(target)
                todo.append(target)
    return reached


def _write(root: etree._Element, found: _Drawing) -> None:
    process = next(root.iter(f"{{{BPMN}}}process"), None)
    diagram = etree.SubElement(root, f"{{{BPMNDI}}}BPMNDiagram", id="bild")
    plane = etree.SubElement(diagram, f"{{{BPMNDI}}}BPMNPlane", id="flaeche", bpmnElement=process.get("id", "") if process is not None else "")
    for id, box in sorted(found.boxes.items(), key=lambda one: -one[1].width * one[1].height):
        shape = etree.SubElement(plane, f"{{{BPMNDI}}}BPMNShape", id=f"{id}_form", bpmnElement=id)
        if id in found.expanded:
            shape.set("isExpanded", "true")
        etree.SubElement(shape, f"{{{DC}}}Bounds", x=str(box.x), y=str(box.y), width=str(box.width), height=str(box.height))
    for flow in list(root.iter(f"{{{BPMN}}}sequenceFlow")):
        ends = found.boxes.get(flow.get("sourceRef", "")), found.boxes.get(flow.get("targetRef", ""))
        if ends[0] and ends[1]:
            edge = etree.SubElement(plane, f"{{{BPMNDI}}}BPMNEdge", id=f"{flow.get('id')}_linie", bpmnElement=flow.get("id", ""))
            for x, y in _way(ends[0], ends[1], found.boxes.values()):
                etree.SubElement(edge, f"{{{DI}}}waypoint", x=str(x), y=str(y))


def _way(source: Box, target: Box, others: Collection[Box]) -> list[tuple[float, float]]:
    middle, other = source.y + source.height / 2, target.y + target.height / 2
    right = source.x + source.width
    between = [box for box in others if right < box.x and box.x + box.width < target.x and box.y < middle < box.y + box.height and middle == other]
    if target.x > right and not between:
        bend = target.x - 25
        straight = [(right, middle), (target.x, other)]
        return straight if middle == other else [(right, middle), (bend, middle), (bend, other), (target.x, other)]
    below = max(box.y + box.height for box in (source, target, *between)) + 22
    start, end = source.x + source.width / 2, target.x + target.width / 2
    return [(start, source.y + source.height), (start, below), (end, below), (end, target.y + target.height)]
