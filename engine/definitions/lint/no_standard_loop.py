"""The loop marker is not part of the dialect and would be ignored."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import elements
from engine.definitions.lint.report import error
from engine.definitions.xml import NAMESPACES
from engine.model.errors import Finding

RULE = "no-standard-loop"


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for element in elements(file):
        if element.node.find("./bpmn:standardLoopCharacteristics", NAMESPACES) is not None:
            yield error(file, RULE, element, "Die Schleifenmarkierung wird nicht unterstützt. Führen Sie einen Sequenzfluss von einem Gateway zurück, oder verwenden Sie Mehrfachausführung.")
