"""Listeners are jobs around an element; where none is asked, one would silently never run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.definitions.bpmn import BpmnFile, Element
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import elements
from engine.definitions.lint.report import error
from engine.definitions.xml import NAMESPACES
from engine.model.errors import Finding

RULE = "no-listeners"
PLACES = ("./bpmn:extensionElements/zeebe:executionListeners/*", "./bpmn:extensionElements/zeebe:taskListeners/*")
# Where something else than start and end is heard, or less.
HEARD = {
    "userTask": ("start", "end", "creating", "assigning", "completing"),
    "startEvent": ("end",),
    "boundaryEvent": ("end",),
}


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for element in elements(file):
        for listener in _listeners(element.node):
            yield from _check(file, element, listener.get("eventType", ""), listener.get("type", ""))
    for process in file.processes:
        # Not found where the file was read from elsewhere: then there is nothing to look at.
        node = next((node for node in file.root.findall("./bpmn:process", NAMESPACES) if node.get("id") == process.id), None)
        if node is not None and _listeners(node):
            yield error(file, RULE, process, "Listener am Prozess werden nicht unterstützt. Zeichnen Sie den Schritt als Service-Aufgabe am Anfang oder am Ende.")


def _listeners(node: Any) -> list[Any]:
    return [found for place in PLACES for found in node.findall(place, NAMESPACES)]


def _check(file: BpmnFile, element: Element, event: str, kind: str) -> Iterator[Finding]:
    heard = HEARD.get(element.type, ("start",) if element.type.endswith("Gateway") else ("start", "end"))
    if event not in heard:
        names = ", ".join(f"«{name}»" for name in heard)
        yield error(file, RULE, element, f"Listener der Art «{event}» werden hier nicht unterstützt, nur {names}. Zeichnen Sie den Schritt als Service-Aufgabe davor oder danach.")
    if not kind.strip():
        yield error(file, RULE, element, "Dem Listener fehlt der Auftragstyp. Tragen Sie unter «Listener type» ein, wer den Auftrag ausführt.")
