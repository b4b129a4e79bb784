"""Listeners would silently never run."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import elements
from engine.definitions.lint.report import error
from engine.definitions.xml import NAMESPACES
from engine.model.errors import Finding

RULE = "no-listeners"


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for element in elements(file):
        for tag in ("executionListeners", "taskListeners"):
            if element.node.find(f"./bpmn:extensionElements/zeebe:{tag}", NAMESPACES) is not None:
                yield error(file, RULE, element, "Listener werden nicht unterstützt. Zeichnen Sie den Schritt als Service-Aufgabe davor oder danach.")
