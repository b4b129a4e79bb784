"""What a diagram wants to be told about."""

from __future__ import annotations

from engine.definitions.bpmn import Element
from engine.definitions.xml import NAMESPACES


def announces(element: Element, event: str) -> bool:
    """Whether a user task has listeners for this event of its life."""
    path = f"./bpmn:extensionElements/zeebe:taskListeners/zeebe:taskListener[@eventType='{event}']"
    return element.node.find(path, NAMESPACES) is not None
