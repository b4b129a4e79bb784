"""A complex gateway's activation condition is not executable."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import elements
from engine.definitions.lint.report import error
from engine.model.errors import Finding

RULE = "no-complex-gateway"


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for element in elements(file, "complexGateway"):
        yield error(file, RULE, element, "Komplexe Gateways werden nicht unterstützt. Verwenden Sie ein exklusives, inklusives oder paralleles Gateway mit FEEL-Bedingungen.")
