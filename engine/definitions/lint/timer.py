"""A timer needs a value: FEEL, or a text of its kind that the calendar reads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import cast

from engine.definitions.bpmn import BpmnFile, Element, Trigger
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import elements, is_static
from engine.definitions.lint.report import error
from engine.model.calendar import TimerKind, due_at
from engine.model.errors import Finding

RULE = "timer"


EXAMPLES = {
    "duration": "eine Dauer wie «P30D» oder «PT2H»",
    "date": "ein Datum wie «2026-08-31» oder «2026-08-31T12:00:00+02:00»",
    "cycle": "eine Wiederholung wie «R3/P1M» oder «R/P1W»",
}
SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)


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
    if is_static(trigger.value) and not _is_time(cast(TimerKind, trigger.timer), trigger.value):
        return f"«{trigger.value[:60]}» ist keine gültige Zeitangabe. Tragen Sie {EXAMPLES[trigger.timer]} ein, oder einen FEEL-Ausdruck mit «=»."
    return ""


def _is_time(kind: TimerKind, value: str) -> bool:
    """The calendar that will compute the due time decides."""
    try:
        due_at(kind, value, SOME_DAY)
    except (ValueError, OverflowError):
        return False
    return True
