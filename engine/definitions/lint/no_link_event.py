"""Tokens would hang in a link."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import elements
from engine.definitions.lint.report import error
from engine.model.errors import Finding

RULE = "no-link-event"


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for element in elements(file):
        if any(trigger.kind == "link" for trigger in element.triggers):
            yield error(file, RULE, element, "Link-Ereignisse werden nicht unterstützt. Verbinden Sie die beiden Stellen mit einem Sequenzfluss, oder verwenden Sie einen Teilprozess.")
