"""Whoever waits for a message needs its name and how to find the case."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import elements, is_static
from engine.definitions.lint.report import error
from engine.model.errors import Finding

RULE = "message"


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for element in elements(file, "intermediateCatchEvent", "boundaryEvent", "receiveTask", "startEvent"):
        trigger = element.trigger
        if trigger is None or trigger.kind != "message":
            continue
        if not trigger.value:
            yield error(file, RULE, element, "Die Meldung fehlt oder hat keinen Namen. Wählen Sie unter «Message» eine Meldung mit Namen.")
        elif element.type != "startEvent" and not trigger.correlation_key:
            yield error(file, RULE, element, f"Der Meldung «{trigger.value}» fehlt der Korrelationsschlüssel. Tragen Sie ein, woran der Fall zu erkennen ist, zum Beispiel «=fall_nr».")
        elif element.type != "startEvent" and is_static(trigger.correlation_key):
            yield error(file, RULE, element, f"Der Korrelationsschlüssel «{trigger.correlation_key}» ist kein FEEL-Ausdruck. Schreiben Sie ein «=» davor.")
