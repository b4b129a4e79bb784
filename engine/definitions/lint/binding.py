"""Called things come from the release a case runs on."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import elements
from engine.definitions.lint.report import error, warning
from engine.definitions.xml import NAMESPACES
from engine.model.errors import Finding

RULE = "binding"


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for element in elements(file):
        for tag in ("formDefinition", "calledElement", "calledDecision"):
            called = element.node.find(f"./bpmn:extensionElements/zeebe:{tag}", NAMESPACES)
            binding = "latest" if called is None else called.get("bindingType", "latest")
            if binding == "versionTag":
                yield error(file, RULE, element, "Die Bindung an ein Versions-Tag wird nicht unterstützt. Wählen Sie «latest»: Es gilt die Fassung aus der Freigabe des Falls.")
            elif binding != "latest":
                yield warning(file, RULE, element, f"Die Bindung «{binding}» wirkt wie «latest»: Es gilt die Fassung aus der Freigabe des Falls.")
