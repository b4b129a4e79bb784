"""Version tags: what a file calls itself, and to which tagged versions a diagram binds."""

from __future__ import annotations

import json
from collections.abc import Iterator

from engine.definitions import bpmn
from engine.definitions.xml import NAMESPACES, parse

Binding = tuple[str, str, str]
# What binds, which kind of definition, and the attribute that names it.
BOUND = {"formDefinition": ("form", "formId"), "calledElement": ("process", "processId"), "calledDecision": ("decision", "decisionId")}


def of_form(content: bytes) -> str | None:
    """The tag of a form file."""
    found = json.loads(content).get("versionTag")
    return found if isinstance(found, str) and found else None


def of_decisions(content: bytes, file: str) -> dict[str, str]:
    """Decision id → tag, for the decisions of a file that have one."""
    found = {}
    for node in parse(content, file).iter("{*}decision"):
        for tag in node.findall("./{*}extensionElements/zeebe:versionTag", NAMESPACES):
            found[node.get("id", "")] = tag.get("value", "")
    return found


def bindings(content: bytes, file: str, process: str) -> Iterator[Binding]:
    """Kind, id and tag of everything that the process wants in a tagged version."""
    for one in bpmn.read(content, file).processes:
        for element in one.elements.values() if one.id == process else ():
            for tag, (kind, attribute) in BOUND.items():
                called = element.node.find(f"./bpmn:extensionElements/zeebe:{tag}", NAMESPACES)
                if called is not None and called.get("bindingType") == "versionTag":
                    yield kind, called.get(attribute, ""), called.get("versionTag", "")
