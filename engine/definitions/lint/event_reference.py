"""A thrown error or escalation needs its code, a signal its name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.definitions.bpmn import BpmnFile
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import elements
from engine.definitions.lint.report import error
from engine.model.errors import Finding

RULE = "event-reference"


NAMES: Mapping[str, str] = {"error": "den Fehlercode", "escalation": "den Eskalationscode", "signal": "den Signalnamen"}


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for element in elements(file):
        for trigger in element.triggers:
            # A boundary event without a code catches every error or escalation.
            catches_all = element.type == "boundaryEvent" and trigger.kind != "signal" and trigger.ref is None
            if trigger.kind in ("message", *NAMES) and trigger.ref and trigger.value is None:
                yield error(file, RULE, element, f"Der Verweis auf «{trigger.ref}» führt ins Leere. Wählen Sie im Modeler neu, was gemeint ist.")
            elif trigger.kind in NAMES and not trigger.value and not catches_all:
                yield error(file, RULE, element, f"Tragen Sie {NAMES[trigger.kind]} ein; ohne ihn findet das Ereignis kein Gegenstück.")
