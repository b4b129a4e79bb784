"""Sending a message is a worker's job."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import elements
from engine.definitions.lint.report import error
from engine.model.errors import Finding

RULE = "message-throw"


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for element in elements(file, "intermediateThrowEvent", "endEvent"):
        if element.trigger and element.trigger.kind == "message" and not element.job_type:
            yield error(file, RULE, element, "Dem sendenden Ereignis fehlt der Auftragstyp. Tragen Sie unter «Task definition» ein, welcher Dienst die Meldung verschickt.")
