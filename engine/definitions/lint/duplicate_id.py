"""An id names one thing; of two the runtime would see one."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.bpmn import FLOW_NODES, BpmnFile, Message
from engine.definitions.catalog import Catalog
from engine.definitions.lint.report import error
from engine.definitions.xml import BPMN, local
from engine.model.errors import Finding

RULE = "duplicate-id"


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    seen: set[str] = set()
    for node in file.root.iter("*"):
        found = node.get("id")
        if found is not None and found in seen:
            yield error(file, RULE, Message(found, node.get("name", "")), f"Die Id «{found}» kommt mehrfach vor. Geben Sie einem der Elemente eine andere.")
        if found is not None:
            seen.add(found)
    for node in file.root.iter(*(f"{{{BPMN}}}{tag}" for tag in FLOW_NODES)):
        if not node.get("id"):
            yield error(file, RULE, Message("", node.get("name", "")), f"Ein Element ({local(node)}) hat keine Id. Geben Sie ihm eine.")
