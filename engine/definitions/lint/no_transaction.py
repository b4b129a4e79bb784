"""Transactions need cancel and compensation, which the runtime lacks."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import elements
from engine.definitions.lint.report import error
from engine.model.errors import Finding

RULE = "no-transaction"


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for element in elements(file, "transaction"):
        yield error(file, RULE, element, "Transaktionen werden nicht unterstützt. Verwenden Sie einen gewöhnlichen Teilprozess mit einem Fehlerereignis am Rand.")
