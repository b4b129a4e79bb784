"""A light, forgiving reading of a diagram for commands, screens and the linter; the runtime compiles for itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lxml import etree

from engine.definitions.benennung import words
from engine.definitions.elements import Element, Expression, Flow, Loop, Message, Process, Trigger
from engine.definitions.xml import BPMN, NAMESPACES, ZEEBE, invalid, local, namespace, parse

__all__ = ["BpmnFile", "Element", "Expression", "Flow", "Loop", "Message", "Process", "Trigger", "read"]

FLOW_NODES = frozenset({
    "task", "manualTask", "userTask", "serviceTask", "sendTask", "receiveTask", "scriptTask", "businessRuleTask", "callActivity",
    "subProcess", "adHocSubProcess", "transaction",
    "startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent",
    "exclusiveGateway", "inclusiveGateway", "parallelGateway", "eventBasedGateway", "complexGateway",
})  # fmt: skip
CONTAINERS = frozenset({"subProcess", "adHocSubProcess", "transaction"})
# Where the dialect reads FEEL from an element's text instead of an attribute.
TEXT_EXPRESSIONS = frozenset({"conditionExpression", "completionCondition", "timeDate", "timeDuration", "timeCycle"})
# Attributes of these are copied as they are, even when they begin with "=".
STATIC = frozenset({"header", "property", "documentation"})


@dataclass(frozen=True)
class BpmnFile:
    file: str
    processes: tuple[Process, ...]
    messages: tuple[Message, ...]
    expressions: tuple[Expression, ...]
    root: Any = field(compare=False, repr=False)


def read(content: bytes, file: str) -> BpmnFile:
    """Read a diagram. What it cannot execute is the linter's affair; only a file that is no BPMN is refused here.

    Raises:
        DefinitionInvalid: unreadable XML, or not a BPMN diagram.
    """
    root = parse(content, file)
    if root.tag != f"{{{BPMN}}}definitions":
        raise invalid(file, f"Die Datei ist kein BPMN-Diagramm (Wurzelelement «{local(root)}»). Bitte ein im Modeler gespeichertes Diagramm hochladen.", "bpmn")
    processes = tuple(_process(node, root) for node in _all(root, "./bpmn:process"))
    messages = tuple(_message(node) for node in _all(root, "./bpmn:message"))
    return BpmnFile(file, processes, messages, tuple(_expressions(root)), root)


def _all(node: etree._Element, path: str) -> list[etree._Element]:
    return node.findall(path, NAMESPACES)


def _zeebe(node: etree._Element, tag: str, attribute: str) -> str | None:
    found = node.find(f"./bpmn:extensionElements/zeebe:{tag}", NAMESPACES)
    return None if found is None else found.get(attribute)


def _process(node: etree._Element, root: etree._Element) -> Process:
    elements = {element.id: element for element in _elements(node, root, _lanes(node), parent=None, lane=None)}
    flows = tuple(_flows(node, parent=None))
    elements |= {id: replace(elements[id], words=found) for id, found in words(elements, flows).items()}
    starts = [e for e in elements.values() if e.type == "startEvent" and e.parent is None and e.form_id]
    return Process(
        id=node.get("id", ""),
        name=node.get("name", ""),
        version_tag=_zeebe(node, "versionTag", "value"),
        executable=node.get("isExecutable") == "true",
        start_form_id=starts[0].form_id if starts else None,
        elements=elements,
        flows=flows,
    )


def _lanes(process: etree._Element) -> dict[str, str]:
    """Element id → name of the innermost lane it stands in."""
    return {
        (ref.text or "").strip(): lane.get("name") or lane.get("id") or ""
        for lane in process.iter(f"{{{BPMN}}}lane")
        for ref in _all(lane, "./bpmn:flowNodeRef")
    }


def _elements(scope: etree._Element, root: etree._Element, lanes: Mapping[str, str], *, parent: str | None, lane: str | None) -> Iterator[Element]:
    for node in scope:
        if namespace(node) != BPMN or local(node) not in FLOW_NODES:
            continue
        element = _element(node, root, parent=parent, lane=lanes.get(node.get("id", ""), lane))
        yield element
        if element.type in CONTAINERS:
            yield from _elements(node, root, lanes, parent=element.id, lane=element.lane)


def _element(node: etree._Element, root: etree._Element, *, parent: str | None, lane: str | None) -> Element:
    headers = _all(node, "./bpmn:extensionElements/zeebe:taskHeaders/zeebe:header")
    properties = _all(node, "./bpmn:extensionElements/zeebe:properties/zeebe:property")
    return Element(
        id=node.get("id", ""),
        name=node.get("name", ""),
        type=local(node),
        parent=parent,
        lane=lane,
        attached_to=node.get("attachedToRef"),
        interrupting=node.get("cancelActivity", "true") == "true",
        form_id=_zeebe(node, "formDefinition", "formId"),
        called_process=_zeebe(node, "calledElement", "processId"),
        decision=_zeebe(node, "calledDecision", "decisionId"),
        job_type=_zeebe(node, "taskDefinition", "type"),
        assignee=_zeebe(node, "assignmentDefinition", "assignee"),
        candidate_groups=_zeebe(node, "assignmentDefinition", "candidateGroups"),
        due_date=_zeebe(node, "taskSchedule", "dueDate"),
        default_flow=node.get("default"),
        documentation=_text(node.find("./bpmn:documentation", NAMESPACES)) or "",
        triggers=tuple(_triggers(node, root)),
        loop=_loop(node),
        headers={header.get("key", ""): header.get("value", "") for header in headers},
        properties={found.get("name", ""): found.get("value", "") for found in properties},
        node=node,
    )


def _triggers(node: etree._Element, root: etree._Element) -> Iterator[Trigger]:
    if local(node) == "receiveTask":
        yield _message_trigger(node.get("messageRef"), root)
    for child in node:
        if namespace(child) == BPMN and local(child).endswith("EventDefinition"):
            yield _trigger(child, root)


def _trigger(node: etree._Element, root: etree._Element) -> Trigger:
    kind = local(node).removesuffix("EventDefinition")
    if kind == "timer":
        return _timer(node)
    if kind == "message":
        return _message_trigger(node.get("messageRef"), root)
    if kind in ("signal", "error", "escalation"):
        ref = node.get(f"{kind}Ref")
        found = _referenced(root, kind, ref)
        return Trigger(kind, None if found is None else found.get("name" if kind == "signal" else f"{kind}Code"), ref=ref)
    return Trigger(kind)


def _timer(node: etree._Element) -> Trigger:
    for child in node:
        if local(child) in ("timeDate", "timeDuration", "timeCycle"):
            return Trigger("timer", _text(child), timer=local(child).removeprefix("time").lower())
    return Trigger("timer")


def _message_trigger(ref: str | None, root: etree._Element) -> Trigger:
    found = _referenced(root, "message", ref)
    if found is None:
        return Trigger("message", ref=ref)
    message = _message(found)
    return Trigger("message", message.name, ref=ref, correlation_key=message.correlation_key)


def _referenced(root: etree._Element, tag: str, ref: str | None) -> etree._Element | None:
    # References may carry a prefix; ids inside one file never do.
    wanted = (ref or "").rpartition(":")[2]
    return next((node for node in _all(root, f"./bpmn:{tag}") if wanted and node.get("id") == wanted), None)


def _message(node: etree._Element) -> Message:
    return Message(node.get("id", ""), node.get("name", ""), _zeebe(node, "subscription", "correlationKey") or None)


def _loop(node: etree._Element) -> Loop | None:
    found = node.find("./bpmn:multiInstanceLoopCharacteristics", NAMESPACES)
    if found is None:
        return None
    return Loop(
        sequential=found.get("isSequential") == "true",
        input_collection=_zeebe(found, "loopCharacteristics", "inputCollection") or None,
        input_element=_zeebe(found, "loopCharacteristics", "inputElement") or None,
        output_collection=_zeebe(found, "loopCharacteristics", "outputCollection") or None,
        output_element=_zeebe(found, "loopCharacteristics", "outputElement") or None,
        has_extension=found.find("./bpmn:extensionElements/zeebe:loopCharacteristics", NAMESPACES) is not None,
    )


def _flows(scope: etree._Element, *, parent: str | None) -> Iterator[Flow]:
    defaults = {node.get("default") for node in scope if node.get("default")}
    for node in scope:
        if namespace(node) == BPMN and local(node) == "sequenceFlow":
            yield _flow(node, defaults, parent)
        elif namespace(node) == BPMN and local(node) in CONTAINERS:
            yield from _flows(node, parent=node.get("id", ""))


def _flow(node: etree._Element, defaults: set[str | None], parent: str | None) -> Flow:
    return Flow(
        id=node.get("id", ""),
        source=node.get("sourceRef", ""),
        target=node.get("targetRef", ""),
        name=node.get("name", ""),
        condition=_text(node.find("./bpmn:conditionExpression", NAMESPACES)),
        is_default=node.get("id") in defaults,
        parent=parent,
    )


def _text(node: etree._Element | None) -> str | None:
    return None if node is None else "".join(str(text) for text in node.itertext()).strip()


def _expressions(root: etree._Element) -> Iterator[Expression]:
    for node in root.iter(f"{{{BPMN}}}*", f"{{{ZEEBE}}}*"):
        if local(node) in STATIC:
            continue
        owner = _owner(node)
        for attribute, text in node.attrib.items():
            if str(text).startswith("=") and not (attribute == "name" and local(node) not in ("message", "signal")):
                yield Expression(owner.get("id", ""), owner.get("name", ""), str(attribute), str(text))
        body = _text(node) if local(node) in TEXT_EXPRESSIONS else None
        if body and body.startswith("="):
            yield Expression(owner.get("id", ""), owner.get("name", ""), local(node), body)


def _owner(node: etree._Element) -> etree._Element:
    """The nearest thing a person sees on the diagram: a flow node, a flow, a message, or the process."""
    shown = FLOW_NODES | {"sequenceFlow", "message", "signal", "error", "escalation", "process"}
    here: etree._Element | None = node
    while here is not None and local(here) not in shown:
        here = here.getparent()
    return node if here is None else here
