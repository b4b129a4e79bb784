"""Without a shape nobody sees the element on the case's diagram."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import elements
from engine.definitions.lint.report import warning
from engine.definitions.xml import BPMNDI
from engine.model.errors import Finding

RULE = "layout"


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    drawn = {node.get("bpmnElement") for tag in ("BPMNShape", "BPMNEdge") for node in file.root.iter(f"{{{BPMNDI}}}{tag}")}
    if not drawn and file.processes:
        yield warning(file, RULE, file.processes[0], "Das Diagramm hat keine Zeichnung; die Ansicht des Falls bliebe leer. Zeichnen und speichern Sie es im Modeler.")
        return
    for element in elements(file):
        if element.id not in drawn:
            yield warning(file, RULE, element, "Das Element ist nicht gezeichnet und fehlt deshalb in der Ansicht des Falls. Öffnen Sie das Diagramm im Modeler, und fügen Sie es dort ein.")
    for process in file.processes:
        for flow in process.flows:
            if flow.id not in drawn:
                yield warning(file, RULE, flow, "Der Sequenzfluss ist nicht gezeichnet und fehlt deshalb in der Ansicht des Falls. Ziehen Sie ihn im Modeler neu.")
