"""What the runtime does not know it would leave out."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.bpmn import CONTAINERS, FLOW_NODES, BpmnFile, Message
from engine.definitions.catalog import Catalog
from engine.definitions.lint.report import error
from engine.definitions.xml import BPMN, local, namespace
from engine.model.errors import Finding

RULE = "known-element"


BESIDE = frozenset({
    "sequenceFlow", "laneSet", "documentation", "extensionElements", "dataObject", "dataObjectReference", "dataStoreReference", "property",
    "textAnnotation", "association", "group", "incoming", "outgoing", "multiInstanceLoopCharacteristics", "standardLoopCharacteristics",
    "ioSpecification", "dataInputAssociation", "dataOutputAssociation", "category",
})  # fmt: skip


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for scope in file.root.iter(*(f"{{{BPMN}}}{tag}" for tag in ("process", *CONTAINERS))):
        for node in scope:
            if namespace(node) == BPMN and local(node) not in FLOW_NODES | BESIDE:
                found = Message(node.get("id", ""), node.get("name", ""))
                yield error(file, RULE, found, f"Das Element «{local(node)}» wird nicht unterstützt. Verwenden Sie ein Element aus der Palette des Modelers für Camunda 8.")
