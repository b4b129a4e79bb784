"""A mapping needs a target that is a variable name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import elements
from engine.definitions.lint.report import error
from engine.definitions.xml import NAMESPACES
from engine.model.errors import Finding

RULE = "io-mapping"


NAME = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for element in elements(file):
        for tag in ("input", "output"):
            for mapping in element.node.findall(f"./bpmn:extensionElements/zeebe:ioMapping/zeebe:{tag}", NAMESPACES):
                target, source = mapping.get("target", ""), mapping.get("source", "")
                if not NAME.fullmatch(target):
                    yield error(file, RULE, element, f"«{target}» ist kein Variablenname. Verwenden Sie Buchstaben, Ziffern und «_», zum Beispiel «naechste_sb».")
                if tag == "output" and not source.startswith("="):
                    yield error(file, RULE, element, f"Die Ausgabe «{target}» braucht einen FEEL-Ausdruck. Schreiben Sie ein «=» vor «{source}».")
