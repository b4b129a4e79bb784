"""Start events that begin a case without anybody opening it."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.bpmn import Element, Process
from engine.definitions.xml import NAMESPACES

REGION = "./bpmn:extensionElements/zeebe:properties/zeebe:property[@name='region']"


def triggered(process: Process) -> Iterator[Element]:
    """The process's own start events that wait for a message or a timer."""
    for element in process.elements.values():
        if element.type == "startEvent" and element.parent is None and element.trigger and element.trigger.kind in ("message", "timer"):
            yield element


def region(start: Element) -> str | None:
    """In which Sozialregion a timer opens cases: the property ``region`` of the start event, else of its process."""
    for node in (start.node, start.node.getparent()):
        found = node.find(REGION, NAMESPACES)
        if found is not None and found.get("value", "").strip():
            return str(found.get("value")).strip()
    return None
