"""What a diagram shows: lines, shapes, bands, read from its drawing."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise
from typing import NamedTuple

from lxml import etree

_BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
_DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
_DC = "{http://www.omg.org/spec/DD/20100524/DC}"
_WAY = "{http://www.omg.org/spec/DD/20100524/DI}waypoint"

Point = tuple[float, float]


class Box(NamedTuple):
    x: float
    y: float
    width: float
    height: float

    def surrounds(self, other: Box) -> bool:
        return (
            self.x <= other.x
            and self.y <= other.y
            and other.x + other.width <= self.x + self.width
            and other.y + other.height <= self.y + self.height
        )

    def overlaps(self, other: Box) -> bool:
        return self.x < other.x + other.width and other.x < self.x + self.width and self.y < other.y + other.height and other.y < self.y + self.height


class Drawing:
    """``lines`` by sequence flow, ``boxes`` by element, ``bands`` the named groups and lanes with their boxes."""

    def __init__(self, content: bytes):
        self.root = etree.fromstring(content)
        self.kinds = {node.get("id"): etree.QName(node).localname for node in self.root.iter(f"{_BPMN}*") if node.get("id")}
        self.boxes = {shape.get("bpmnElement"): self._box(shape) for shape in self.root.iter(f"{_DI}BPMNShape")}
        self.lines = {edge.get("bpmnElement"): [self._point(way) for way in edge.iter(_WAY)] for edge in self.root.iter(f"{_DI}BPMNEdge")}
        values = {node.get("id"): node.get("value") for node in self.root.iter(f"{_BPMN}categoryValue")}
        groups = [(node.get("id"), values[node.get("categoryValueRef")]) for node in self.root.iter(f"{_BPMN}group")]
        lanes = [(node.get("id"), node.get("name")) for node in self.root.iter(f"{_BPMN}lane")]
        self.bands = [(name, self.boxes[id]) for id, name in groups + lanes]

    def slanted(self) -> list[str]:
        return [flow for flow, points in self.lines.items() for a, b in pairwise(points) if a[0] != b[0] and a[1] != b[1]]

    def crossings(self) -> set[tuple[str, str]]:
        """Pairs of flows that cross; meeting at an end or running together for a while is none."""
        parts = [(flow, a, b) for flow, points in self.lines.items() for a, b in pairwise(points)]
        level = [part for part in parts if part[1][1] == part[2][1]]
        upright = [part for part in parts if part[1][0] == part[2][0]]
        return {(h[0], v[0]) for h in level for v in upright if h[0] != v[0] and _cross(h[1:], v[1:])}

    def overlapping(self) -> list[tuple[str, str]]:
        """Elements that hide each other; containers and what sits on a border may."""
        loose = {"lane", "participant", "group", "subProcess", "boundaryEvent"}
        plain = [(id, box) for id, box in self.boxes.items() if self.kinds[id] not in loose]
        return [(a, b) for (a, one), (b, other) in combinations(plain, 2) if one.overlaps(other)]

    def roles_shown(self, element: str) -> str:
        """The name of the smallest band or lane around an element."""
        around = [(box.width * box.height, name) for name, box in self.bands if box.surrounds(self.boxes[element])]
        return min(around)[1] if around else ""

    def user_tasks(self) -> Iterator[tuple[str, str]]:
        """Each with its candidate groups as written."""
        for node in self.root.iter(f"{_BPMN}userTask"):
            found = node.find(".//{http://camunda.org/schema/zeebe/1.0}assignmentDefinition")
            yield node.get("id"), found.get("candidateGroups")

    @staticmethod
    def _box(shape: etree._Element) -> Box:
        bounds = shape.find(f"{_DC}Bounds")
        return Box(*(float(bounds.get(side)) for side in ("x", "y", "width", "height")))

    @staticmethod
    def _point(way: etree._Element) -> Point:
        return float(way.get("x")), float(way.get("y"))


def _cross(level: tuple[Point, Point], upright: tuple[Point, Point]) -> bool:
    x, y = upright[0][0], level[0][1]
    (left, right), (top, bottom) = sorted(p[0] for p in level), sorted(p[1] for p in upright)
    return left + 1 < x < right - 1 and top + 1 < y < bottom - 1
