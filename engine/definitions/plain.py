"""BPMN 2.0 of any origin as flow and nesting alone: what replay needs, independent of lint and platform."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from lxml import etree

from engine.definitions.xml import BPMN, NAMESPACES, ZEEBE, invalid, local, namespace, parse

TASKS = frozenset({"task", "manualTask", "userTask", "serviceTask", "sendTask", "receiveTask", "scriptTask", "businessRuleTask"})
SUBPROCESSES = frozenset({"subProcess", "transaction", "adHocSubProcess"})
KINDS = {
    **dict.fromkeys(TASKS, "task"),
    **dict.fromkeys(SUBPROCESSES, "subprocess"),
    "callActivity": "call",
    "startEvent": "start",
    "endEvent": "end",
    "implicitThrowEvent": "throw",
    "intermediateThrowEvent": "throw",
    "intermediateCatchEvent": "catch",
    "boundaryEvent": "boundary",
    "exclusiveGateway": "xor",
    "parallelGateway": "and",
    "inclusiveGateway": "or",
    "complexGateway": "or",
    "eventBasedGateway": "events",
}
TRUE = frozenset({"true", "1"})


@dataclass(frozen=True)
class Loop:
    """Repetition of an activity: one after the other or side by side, ``least`` to ``most`` times (None: as often as one likes).

    ``stops_early`` says that a condition may end it while instances are still running.
    """

    sequential: bool
    least: int
    most: int | None = None
    stops_early: bool = False


@dataclass(frozen=True)
class Node:
    """A flow node. ``event`` is the kind of its event definition (none if it has none), ``code`` the name of its error, escalation or link.

    ``repeats`` says of an event that it may happen more than once while it is waited for.
    """

    id: str
    name: str
    kind: str
    type: str
    event: str = ""
    code: str | None = None
    repeats: bool = False
    attached_to: str | None = None
    interrupting: bool = True
    default: str | None = None
    called: str | None = None
    loop: Loop | None = None
    body: Scope | None = None
    is_event_subprocess: bool = False


@dataclass(frozen=True)
class Flow:
    id: str
    source: str
    target: str
    has_condition: bool = False


@dataclass(frozen=True)
class Scope:
    """A process or sub-process: nodes by id, and the flows between them."""

    id: str
    name: str
    nodes: Mapping[str, Node]
    flows: tuple[Flow, ...] = ()
    is_executable: bool = False
    unsupported: tuple[str, ...] = field(default=())


def read(content: bytes, file: str) -> tuple[Scope, ...]:
    """The processes of a diagram, those with the most to run first.

    Raises:
        DefinitionInvalid: unreadable XML, or not a BPMN diagram.
    """
    root = parse(content, file)
    if root.tag != f"{{{BPMN}}}definitions":
        raise invalid(file, f"Die Datei ist kein BPMN-Diagramm (Wurzelelement «{local(root)}»).", "bpmn")
    codes = _codes(root)
    found = [_scope(node, codes) for node in root.iter(f"{{{BPMN}}}process")]
    running = [scope for scope in found if scope.nodes]
    if not running:
        raise invalid(file, "Das Diagramm enthält keinen Prozess mit Elementen.", "bpmn")
    return tuple(sorted(running, key=lambda scope: not scope.is_executable))


def _codes(root: etree._Element) -> dict[str, str]:
    """Id of an error or escalation → its code, so that two declarations of one code are the same thing."""
    found = {}
    for node in root:
        if namespace(node) == BPMN and local(node) in ("error", "escalation"):
            id_ = node.get("id", "")
            found[id_] = node.get(f"{local(node)}Code") or id_
    return found


def _scope(parent: etree._Element, codes: Mapping[str, str]) -> Scope:
    nodes: dict[str, Node] = {}
    flows: list[Flow] = []
    unsupported: list[str] = []
    for child in parent:
        if namespace(child) != BPMN:
            continue
        if local(child) == "sequenceFlow":
            flows.append(_flow(child))
        elif local(child) in KINDS:
            node = _node(child, codes)
            reason = _unsupported(child, node)
            unsupported += [reason] if reason else []
            if not _is_compensation(child, node):
                nodes[node.id] = node
    unsupported += [reason for node in nodes.values() if node.body for reason in node.body.unsupported]
    known = tuple(flow for flow in flows if flow.source in nodes and flow.target in nodes)
    scope = Scope(parent.get("id", ""), parent.get("name", ""), nodes, known, parent.get("isExecutable") in TRUE, tuple(unsupported))
    return _unordered(scope) if local(parent) == "adHocSubProcess" else scope


def _unordered(scope: Scope) -> Scope:
    """Of an ad-hoc sub-process: whatever has nothing before it may be done any number of times."""
    later = {flow.target for flow in scope.flows}
    free = {id_: replace(node, loop=Loop(False, 0)) for id_, node in scope.nodes.items() if id_ not in later and node.kind in ("task", "call", "subprocess")}
    return replace(scope, nodes={**scope.nodes, **free})


def _is_compensation(xml: etree._Element, node: Node) -> bool:
    return xml.get("isForCompensation") in TRUE or (node.kind == "boundary" and node.event == "compensate")


def _unsupported(xml: etree._Element, node: Node) -> str:
    if _is_compensation(xml, node) or node.event == "compensate":
        return f"{node.name or node.id}: Kompensation wird nicht nachgespielt"
    if node.event == "cancel":
        return f"{node.name or node.id}: Transaktionsabbruch wird wie ein Fehler gelesen"
    if node.type == "complexGateway":
        return f"{node.name or node.id}: ein komplexes Gateway wird wie ein inklusives gelesen"
    return ""


def _flow(xml: etree._Element) -> Flow:
    condition = xml.find("./bpmn:conditionExpression", NAMESPACES)
    return Flow(xml.get("id", ""), xml.get("sourceRef", ""), xml.get("targetRef", ""), condition is not None)


def _node(xml: etree._Element, codes: Mapping[str, str]) -> Node:
    kind = KINDS[local(xml)]
    event, code, repeats = _event(xml, codes)
    interrupting = xml.get("cancelActivity" if kind == "boundary" else "isInterrupting", "true") in TRUE
    return Node(
        id=xml.get("id", ""),
        name=" ".join(xml.get("name", "").split()),
        kind=kind,
        type=local(xml),
        event=event,
        code=code,
        repeats=repeats,
        attached_to=xml.get("attachedToRef"),
        interrupting=interrupting,
        default=xml.get("default"),
        called=_called(xml) if kind == "call" else None,
        loop=_loop(xml) if kind in ("task", "call", "subprocess") else None,
        body=_scope(xml, codes) if kind == "subprocess" else None,
        is_event_subprocess=xml.get("triggeredByEvent") in TRUE,
    )


def _called(xml: etree._Element) -> str | None:
    zeebe = xml.find(f"./bpmn:extensionElements/{{{ZEEBE}}}calledElement", NAMESPACES)
    called = xml.get("calledElement") if zeebe is None else zeebe.get("processId")
    return called.rpartition(":")[2] if called else None


def _event(xml: etree._Element, codes: Mapping[str, str]) -> tuple[str, str | None, bool]:
    definitions = [child for child in xml if namespace(child) == BPMN and local(child).endswith("EventDefinition")]
    if not definitions:
        return ("", None, False)
    one = definitions[0]
    kind = local(one).removesuffix("EventDefinition")
    ref = one.get(f"{kind}Ref")
    code = one.get("name") if kind == "link" else codes.get(ref.rpartition(":")[2], ref) if ref else None
    repeats = one.find("./bpmn:timeCycle", NAMESPACES) is not None if kind == "timer" else True
    return (kind, code, repeats)


def _loop(xml: etree._Element) -> Loop | None:
    for child in xml:
        if local(child) == "standardLoopCharacteristics":
            most = child.get("loopMaximum")
            return Loop(True, 0 if child.get("testBefore") in TRUE else 1, int(most) if most and most.isdigit() else None)
        if local(child) == "multiInstanceLoopCharacteristics":
            return _multi_instance(child)
    return None


def _multi_instance(xml: etree._Element) -> Loop:
    """A fixed number means that number; a collection may be empty; a number nobody can know from the drawing is at least one."""
    sequential = xml.get("isSequential") in TRUE
    early = xml.find("./bpmn:completionCondition", NAMESPACES) is not None
    fixed = "".join(_texts(xml, "loopCardinality")).strip()
    if fixed.isdigit():
        return Loop(sequential, min(int(fixed), 1) if early else int(fixed), int(fixed), early)
    has_collection = any(local(child) == "loopDataInputRef" for child in xml) or xml.find(".//zeebe:loopCharacteristics", NAMESPACES) is not None
    has_collection = has_collection or any(str(name).endswith(("}collection", "}elementVariable")) for name in xml.attrib)
    return Loop(sequential, 0 if has_collection else 1, None, early)


def _texts(xml: etree._Element, tag: str) -> Iterator[str]:
    for child in xml:
        if local(child) == tag:
            yield "".join(str(text) for text in child.itertext())
