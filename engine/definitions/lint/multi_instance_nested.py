"""An inner and an outer multi-instance collecting under one name overwrite each other."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile, Element, Process
from engine.definitions.catalog import Catalog
from engine.definitions.lint.report import error
from engine.model.errors import Finding

RULE = "multi-instance-nested"


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for process in file.processes:
        for element in process.elements.values():
            for outer in _around(process, element):
                if element.loop and outer.loop and element.loop.output_collection and element.loop.output_collection == outer.loop.output_collection:
                    yield error(file, RULE, element, f"Diese und die umgebende Mehrfachausführung sammeln beide in «{element.loop.output_collection}». Geben Sie der inneren einen eigenen Namen.")


def _around(process: Process, element: Element) -> Iterator[Element]:
    while element.parent is not None:
        element = process.elements[element.parent]
        yield element
