"""Nothing outside starts a process by timer, message or signal yet."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import elements
from engine.definitions.lint.report import warning
from engine.model.errors import Finding

RULE = "start-trigger"


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for element in elements(file, "startEvent"):
        if element.parent is None and element.trigger is not None:
            yield warning(file, RULE, element, "Der Prozess startet vorerst nur von Hand oder über die Schnittstelle, nicht durch diesen Auslöser. Verwenden Sie ein Startereignis ohne Auslöser.")
