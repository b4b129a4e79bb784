"""A call activity must say which process it calls."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import elements
from engine.definitions.lint.report import error
from engine.model.errors import Finding

RULE = "call-activity"


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for element in elements(file, "callActivity"):
        if not element.called_process:
            yield error(file, RULE, element, "Der Aufruf nennt keinen Prozess. Tragen Sie unter «Called element» die Prozess-Id ein.")
