"""Ad-hoc sub-processes have no order the runtime could keep."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import elements
from engine.definitions.lint.report import error
from engine.model.errors import Finding

RULE = "no-ad-hoc"


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for element in elements(file, "adHocSubProcess"):
        yield error(file, RULE, element, "Ad-hoc-Teilprozesse werden nicht unterstützt. Zeichnen Sie die Aufgaben in einen gewöhnlichen Teilprozess, bei freier Reihenfolge mit parallelem Gateway.")
