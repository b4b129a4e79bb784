"""A timer needs a value: FEEL, or an ISO 8601 text of its kind."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile, Element, Trigger
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import elements, is_static
from engine.definitions.lint.report import error
from engine.model.errors import Finding

RULE = "timer"


DURATION = r"P(?=\d|T\d)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?"
DATE = r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?(\[[A-Za-z_/+-]+\])?)?"
CRON = r"(@(yearly|annually|monthly|weekly|daily|midnight|hourly)|[\d*/,A-Z?#-]+( [\d*/,A-Z?#-]+){5})"
SHAPES = {
    "duration": (DURATION, "eine Dauer wie «P30D» oder «PT2H»"),
    "date": (DATE, "ein Datum wie «2026-08-31» oder «2026-08-31T12:00:00+02:00»"),
    "cycle": (f"(R\\d*/({DATE}/)?{DURATION}|{CRON})", "eine Wiederholung wie «R3/P1M» oder «R/P1W»"),
}


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for element in elements(file):
        for trigger in element.triggers:
            if trigger.kind == "timer" and (message := _problem(element, trigger)):
                yield error(file, RULE, element, message)


def _problem(element: Element, trigger: Trigger) -> str:
    if trigger.timer is None or not trigger.value:
        return "Dem Timer fehlt die Zeit. Tragen Sie eine Dauer, ein Datum oder einen FEEL-Ausdruck ein, zum Beispiel «P30D»."
    if trigger.timer == "cycle" and (element.type == "intermediateCatchEvent" or (element.type == "boundaryEvent" and element.interrupting)):
        return "Eine Wiederholung ist nur an einem nicht unterbrechenden Randereignis möglich. Wählen Sie Dauer oder Datum."
    shape, example = SHAPES[trigger.timer]
    if is_static(trigger.value) and not re.fullmatch(shape, trigger.value):
        return f"«{trigger.value[:60]}» ist keine gültige Zeitangabe. Tragen Sie {example} ein, oder einen FEEL-Ausdruck mit «=»."
    return ""
