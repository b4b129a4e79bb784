"""Called things come from the release a case runs on; a version tag names one of them for good, «deployment» the one that came along."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.definitions.bpmn import BpmnFile, Element
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import elements, is_static
from engine.definitions.lint.report import error
from engine.definitions.version_tags import BOUND, TOGETHER
from engine.definitions.xml import NAMESPACES
from engine.model.errors import Finding

RULE = "binding"


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for element in elements(file):
        for tag, (kind, attribute) in BOUND.items():
            called = element.node.find(f"./bpmn:extensionElements/zeebe:{tag}", NAMESPACES)
            if called is not None:
                message = _wrong(called, kind, attribute, element, catalog)
                if message:
                    yield error(file, RULE, element, message)


def _wrong(called: Any, kind: str, attribute: str, element: Element, catalog: Catalog) -> str | None:
    binding, id = called.get("bindingType", "latest"), called.get(attribute, "")
    if binding == "latest":
        return None
    if binding not in ("versionTag", "deployment"):
        return f"Die Bindung «{binding}» gibt es nicht. Wählen Sie «latest», «deployment» oder «versionTag»."
    if element.type == "startEvent":
        return "Das Startformular kommt immer aus der Freigabe. Wählen Sie «latest»."
    if binding == "versionTag" and not is_static(called.get("versionTag")):
        return "Der Bindung fehlt das Versions-Tag als fester Text. Tragen Sie es ein, oder wählen Sie «latest»."
    if binding == "versionTag" and called.get("versionTag").startswith(TOGETHER):
        return f"Ein Versions-Tag darf nicht mit «{TOGETHER}» beginnen. Geben Sie ein anderes."
    if not is_static(id):
        return f"Mit der Bindung «{binding}» muss die Id ein fester Text sein, damit die Freigabe die Fassung festhalten kann."
    if binding == "deployment" and catalog.uploaded is not None and (kind, id) not in catalog.uploaded:
        return f"Mit der Bindung «deployment» gilt die Fassung von «{id}», die zusammen mit diesem Diagramm abgelegt wird. Geben Sie die Datei mit."
    return None
