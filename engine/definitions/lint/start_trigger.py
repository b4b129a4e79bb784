"""A start event that opens cases by itself: a message says in which region, a timer must."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions import start_events
from engine.definitions.bpmn import BpmnFile
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import elements
from engine.definitions.lint.report import error, warning
from engine.model.errors import Finding

RULE = "start-trigger"


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for process in file.processes:
        for start in start_events.triggered(process):
            if start.trigger and start.trigger.kind == "timer" and start_events.region(start) is None:
                yield error(file, RULE, start, "Ein Zeitpunkt eröffnet Fälle, aber in welcher Sozialregion? Tragen Sie am Startereignis die Eigenschaft «region» mit deren Kürzel ein.")
    for element in elements(file, "startEvent"):
        if element.parent is None and element.trigger is not None and element.trigger.kind not in ("message", "timer"):
            yield warning(file, RULE, element, "Der Prozess startet nur von Hand oder über die Schnittstelle, nicht durch diesen Auslöser. Verwenden Sie eine Meldung, einen Zeitpunkt oder ein Startereignis ohne Auslöser.")
