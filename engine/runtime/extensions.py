"""The zeebe extension elements of a BPMN node, as plain data for ``Element.extensions``. A leading ``=`` stays: it means FEEL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

NAMESPACES = {
    "bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "zeebe": "http://camunda.org/schema/zeebe/1.0",
}
_USER_FIELDS = {
    "assignmentDefinition": ("assignee", "candidateGroups", "candidateUsers"),
    "taskSchedule": ("dueDate", "followUpDate"),
    "formDefinition": ("formId", "externalReference"),
    "priorityDefinition": ("priority",),
}


def read(node: Any) -> dict[str, Any]:
    """All extensions this runtime acts upon; absent ones are left out."""
    found = {
        "inputs": _mapping(node, "input"),
        "outputs": _mapping(node, "output"),
        "job": _job(node),
        "script": _first(node, "script", {"expression": "expression", "result": "resultVariable"}),
        "decision": _first(node, "calledDecision", {"id": "decisionId", "result": "resultVariable", **_BINDING}),
        "called": _called(node),
        "user": _user(node),
        "form": _first(node, "formDefinition", _BINDING),
        "listeners": _listeners(node),
        "headers": _headers(node),
    }
    return {name: value for name, value in found.items() if value}


# A case runs on one release: "latest" means the version of that release.
_BINDING = {"binding": "bindingType", "version_tag": "versionTag"}


def elements(node: Any, path: str) -> Iterator[Any]:
    yield from node.xpath(f"./bpmn:extensionElements/zeebe:{path}", namespaces=NAMESPACES)


def loop(node: Any) -> dict[str, str] | None:
    """What a ``multiInstanceLoopCharacteristics`` node iterates over; None without the zeebe element."""
    condition = node.xpath("./bpmn:completionCondition", namespaces=NAMESPACES)
    for found in elements(node, "loopCharacteristics"):
        return {
            "input": _attribute(found, "inputCollection"),
            "item": _attribute(found, "inputElement"),
            "output": _attribute(found, "outputCollection"),
            "element": _attribute(found, "outputElement"),
            "condition": (condition[0].text or "").strip() if condition else "",
        }
    return None


def _attribute(node: Any, name: str) -> str:
    return (node.get(name) or "").strip()


def _first(node: Any, tag: str, names: Mapping[str, str]) -> dict[str, str]:
    for found in elements(node, tag):
        return {name: _attribute(found, attribute) for name, attribute in names.items()}
    return {}


def _mapping(node: Any, side: str) -> list[tuple[str, str]]:
    """Target and expression; an empty source means null."""
    return [(_attribute(row, "target"), _attribute(row, "source") or "=null") for row in elements(node, f"ioMapping/zeebe:{side}")]


def _job(node: Any) -> dict[str, Any]:
    for job in elements(node, "taskDefinition"):
        return {"type": _attribute(job, "type"), "retries": _attribute(job, "retries") or "3", "headers": _headers(node)}
    return {}


def _headers(node: Any) -> dict[str, str]:
    return {header.get("key"): header.get("value") or "" for header in elements(node, "taskHeaders/zeebe:header")}


def _listeners(node: Any) -> dict[str, list[dict[str, str]]]:
    """By event, in the order of the file."""
    found: dict[str, list[dict[str, str]]] = {}
    for path in ("executionListeners/zeebe:executionListener", "taskListeners/zeebe:taskListener"):
        for one in elements(node, path):
            job = {"type": _attribute(one, "type"), "retries": _attribute(one, "retries") or "3"}
            found.setdefault(_attribute(one, "eventType"), []).append(job)
    return found


def _called(node: Any) -> dict[str, Any]:
    read = _first(node, "calledElement", {"process": "processId", **_BINDING})
    for called in elements(node, "calledElement"):
        return {
            **read,
            "parent": called.get("propagateAllParentVariables", "true") == "true",
            "children": called.get("propagateAllChildVariables", "true") == "true",
        }
    return {}


def _user(node: Any) -> dict[str, str]:
    found = {name: _attribute(element, name) for tag, names in _USER_FIELDS.items() for element in elements(node, tag) for name in names}
    return {name: value for name, value in found.items() if value}
