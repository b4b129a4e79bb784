"""Multi-instance needs the list it runs over."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import elements, is_static
from engine.definitions.lint.report import error
from engine.model.errors import Finding

RULE = "multi-instance"


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for element in elements(file):
        loop = element.loop
        if loop is None:
            continue
        if not loop.input_collection or is_static(loop.input_collection):
            yield error(file, RULE, element, "Der Mehrfachausführung fehlt die Liste. Tragen Sie unter «Input collection» einen FEEL-Ausdruck ein, zum Beispiel «=personen».")
        if bool(loop.output_collection) != bool(loop.output_element):
            yield error(file, RULE, element, "Für die Ergebnisse braucht es beides: «Output collection» als Name und «Output element» als FEEL-Ausdruck.")
        if is_static(loop.output_element):
            yield error(file, RULE, element, f"Das Ergebnis je Durchgang «{loop.output_element}» ist kein FEEL-Ausdruck. Schreiben Sie ein «=» davor.")
