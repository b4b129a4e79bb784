"""A drawing's coordinates must be numbers: without them neither the runtime nor the viewer opens the diagram."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile, Message
from engine.definitions.catalog import Catalog
from engine.definitions.lint.report import error
from engine.definitions.xml import DC, DI
from engine.model.errors import Finding

RULE = "layout-numbers"
NEEDED = {f"{{{DC}}}Bounds": ("x", "y", "width", "height"), f"{{{DI}}}waypoint": ("x", "y")}


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for node in file.root.iter(*NEEDED):
        drawn = node.getparent()
        if not all(_is_number(node.get(name, "")) for name in NEEDED[node.tag]):
            where = Message(drawn.get("bpmnElement", drawn.get("id", "")), "")
            yield error(file, RULE, where, "Die Zeichnung enthält unlesbare Koordinaten. Verschieben Sie das Element im Modeler ein wenig, und speichern Sie neu.")


def _is_number(text: str) -> bool:
    try:
        return abs(float(text)) < 1e7
    except ValueError:
        return False
