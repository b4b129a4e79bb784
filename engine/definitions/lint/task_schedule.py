"""Due and follow-up dates written out must be ISO dates, a priority a number from 0 to 100."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import elements, is_static
from engine.definitions.lint.report import error
from engine.definitions.xml import NAMESPACES
from engine.model.calendar import parse_instant
from engine.model.errors import Finding

RULE = "task-schedule"


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for element in elements(file, "userTask"):
        for schedule in element.node.findall("./bpmn:extensionElements/zeebe:taskSchedule", NAMESPACES):
            for name in ("dueDate", "followUpDate"):
                text = schedule.get(name)
                if is_static(text) and not _is_date(text):
                    yield error(file, RULE, element, f"«{text[:60]}» ist kein Datum. Tragen Sie einen FEEL-Ausdruck ein, zum Beispiel «=today() + duration(\"P30D\")».")
        for priority in element.node.findall("./bpmn:extensionElements/zeebe:priorityDefinition", NAMESPACES):
            text = priority.get("priority", "")
            if is_static(text) and not re.fullmatch(r"100|[0-9]{1,2}", text):
                yield error(file, RULE, element, f"Die Priorität «{text[:60]}» ist keine Zahl von 0 bis 100. Lassen Sie sie leer, oder tragen Sie eine ein.")


def _is_date(text: str) -> bool:
    try:
        parse_instant(text)
    except (ValueError, OverflowError):
        return False
    return True
