"""An event sub-process would silently never start, or start at once."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import elements
from engine.definitions.lint.report import error
from engine.model.errors import Finding

RULE = "no-event-subprocess"


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for element in elements(file, "subProcess"):
        if element.node.get("triggeredByEvent") == "true":
            yield error(file, RULE, element, "Ereignis-Teilprozesse werden nicht unterstützt. Setzen Sie ein Randereignis an den Teilprozess, in dem das Ereignis eintreten kann.")
