"""Called things come from the release a case runs on; a version tag names one of them for good."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import elements, is_static
from engine.definitions.lint.report import error, warning
from engine.definitions.version_tags import BOUND
from engine.definitions.xml import NAMESPACES
from engine.model.errors import Finding

RULE = "binding"


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for element in elements(file):
        for tag, (_, attribute) in BOUND.items():
            called = element.node.find(f"./bpmn:extensionElements/zeebe:{tag}", NAMESPACES)
            binding = "latest" if called is None else called.get("bindingType", "latest")
            if binding == "deployment":
                yield warning(file, RULE, element, "Die Bindung «deployment» wirkt wie «latest»: Es gilt die Fassung aus der Freigabe des Falls.")
            elif binding not in ("latest", "versionTag"):
                yield error(file, RULE, element, f"Die Bindung «{binding}» gibt es nicht. Wählen Sie «latest» oder «versionTag».")
            elif binding == "versionTag" and not is_static(called.get("versionTag")):
                yield error(file, RULE, element, "Der Bindung fehlt das Versions-Tag als fester Text. Tragen Sie es ein, oder wählen Sie «latest».")
            elif binding == "versionTag" and not is_static(called.get(attribute)):
                yield error(file, RULE, element, "Mit Versions-Tag muss die Id ein fester Text sein, damit die Freigabe die Fassung festhalten kann.")
            elif binding == "versionTag" and element.type == "startEvent":
                yield error(file, RULE, element, "Das Startformular kommt immer aus der Freigabe. Wählen Sie «latest».")
