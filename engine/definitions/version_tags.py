"""Which versions a diagram binds to: one with a tag, or the one that came with it.

A label names such a version: the tag itself, or ``@`` with the number of the deployment, which therefore begins no tag.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from engine.definitions import bpmn
from engine.definitions.xml import NAMESPACES, parse

Binding = tuple[str, str, str]
TOGETHER = "@"
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


def together(deployment: int) -> str:
    """The label of what came with that deployment."""
    return f"{TOGETHER}{deployment}"


def bindings(content: bytes, file: str, process: str, deployment: int) -> Iterator[Binding]:
    """Kind, id and label of everything that the process, come with that deployment, wants in a certain version."""
    for one in bpmn.read(content, file).processes:
        for element in one.elements.values() if one.id == process else ():
            for tag, (kind, attribute) in BOUND.items():
                called = element.node.find(f"./bpmn:extensionElements/zeebe:{tag}", NAMESPACES)
                binding = None if called is None else called.get("bindingType")
                if called is not None and binding in ("versionTag", "deployment"):
                    label = together(deployment) if binding == "deployment" else called.get("versionTag", "")
                    yield kind, called.get(attribute, ""), label
