"""Two versions of a diagram. The file itself is read, not our model of it: what we do not execute has changed all the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lxml import etree

from engine.definitions.vergleich.model import Part, Ref, Value
from engine.definitions.vergleich.worte import ATTRIBUTES, EVENTS, EXTENSIONS, TIMES, TYPES
from engine.definitions.xml import BPMN, BPMNDI, ZEEBE, local, namespace

# What is a part of the element it stands in rather than one of its own.
INSIDE = frozenset({"extensionElements", "documentation", "incoming", "outgoing", "laneSet", "flowNodeRef", "multiInstanceLoopCharacteristics",
                    "standardLoopCharacteristics", "conditionExpression", "completionCondition", "text"})  # fmt: skip
# Attributes that refer to other parts of the diagram.
REFERENCES = frozenset({"default", "attachedToRef", "sourceRef", "targetRef", "dataObjectRef", "processRef"})
# Where lists of the dialect have a name for each entry.
ENTRIES = {"input": ("Eingabe", "target", "source"), "output": ("Ausgabe", "target", "source"), "header": ("Angabe", "key", "value"),
           "property": ("Eigenschaft", "name", "value")}  # fmt: skip


def parts(root: etree._Element) -> list[Part]:
    """Everything that is drawn, and the processes themselves."""
    drawing = _Drawing(root)
    return [part for node in root if local(node) in ("process", "collaboration") for part in drawing.parts(node, None)]


class _Drawing:
    """One file, with what is needed to name things in it."""

    def __init__(self, root: etree._Element):
        self.by_id = {node.get("id", ""): node for node in root.iter(f"{{{BPMN}}}*") if node.get("id")}
        self.lanes = {(ref.text or "").strip(): ref.getparent() for ref in root.iter(f"{{{BPMN}}}flowNodeRef")}
        self.places = {shape.get("bpmnElement", ""): _place(shape) for shape in root.iter(f"{{{BPMNDI}}}*") if shape.get("bpmnElement")}

    def parts(self, node: etree._Element, scope: etree._Element | None) -> Iterator[Part]:
        id_ = node.get("id", "")
        if local(node) != "collaboration":
            yield Part(id_, self.name(node), _type(node), dict(self.features(node, scope)), self.places.get(id_, ""))
        inner = None if local(node) in ("process", "collaboration") else node
        for child in node:
            if namespace(child) != BPMN:
                continue
            if local(child) in ("laneSet", "childLaneSet"):
                yield from (part for lane in child for part in self.parts(lane, None))
            elif local(child) not in INSIDE and not local(child).endswith("EventDefinition") and child.get("id"):
                yield from self.parts(child, inner)

    def features(self, node: etree._Element, scope: etree._Element | None) -> Iterator[tuple[str, Value]]:
        yield "Art", _type(node)
        if scope is not None:
            yield "Teilprozess", self.ref(scope.get("id", ""))
        lane = self.lanes.get(node.get("id", ""))
        if lane is not None:
            yield "Bahn", self.ref(lane.get("id", ""))
        yield from self._attributes(node)
        for child in node:
            yield from self._inside(child)

    def _attributes(self, node: etree._Element) -> Iterator[tuple[str, Value]]:
        for name, value in node.attrib.items():
            plain = str(name).rpartition("}")[2]
            if plain in REFERENCES:
                yield ATTRIBUTES.get(plain, plain), self.ref(str(value))
            elif plain not in ("id", "messageRef"):
                yield ATTRIBUTES.get(plain, plain), str(value)
        if node.get("messageRef"):
            yield from self._referenced("message", str(node.get("messageRef")))

    def _inside(self, child: etree._Element) -> Iterator[tuple[str, Value]]:
        tag = local(child)
        if namespace(child) != BPMN:
            return
        if tag == "extensionElements":
            yield from _extensions(child)
        elif tag in ("documentation", "text", "conditionExpression"):
            yield {"documentation": "Beschreibung", "text": "Text"}.get(tag, "Bedingung"), _text(child)
        elif tag == "multiInstanceLoopCharacteristics":
            yield "Mehrfach", "nacheinander" if child.get("isSequential") == "true" else "gleichzeitig"
            for deeper in child:
                yield from _extensions(deeper) if local(deeper) == "extensionElements" else [("Mehrfach, fertig wenn", _text(deeper))]
        elif tag.endswith("EventDefinition"):
            yield from self._event(child)

    def _event(self, node: etree._Element) -> Iterator[tuple[str, Value]]:
        kind = local(node).removesuffix("EventDefinition")
        yield "Auslöser", EVENTS.get(kind, kind)
        for child in node:
            if local(child) in TIMES:
                yield TIMES[local(child)], _text(child)
            elif local(child) == "extensionElements":
                yield from _extensions(child)
        if reference := node.get(f"{kind}Ref"):
            yield from self._referenced(kind, reference)

    def _referenced(self, kind: str, id_: str) -> Iterator[tuple[str, Value]]:
        """What a message, signal or error says that the element refers to."""
        found = self.by_id.get(id_.rpartition(":")[2])
        if found is None:
            yield EVENTS.get(kind, kind), id_
            return
        for name in ("name", "errorCode", "escalationCode"):
            if found.get(name):
                yield EVENTS.get(kind, kind) if name == "name" else "Code", str(found.get(name))
        for child in found:
            if local(child) == "extensionElements":
                yield from _extensions(child)

    def ref(self, id_: str) -> Ref:
        found = self.by_id.get(id_.rpartition(":")[2])
        return Ref(id_, self.name(found) if found is not None else id_)

    def name(self, node: etree._Element) -> str:
        """What people call it; a flow without a name is what it leads to."""
        id_ = node.get("id", "")
        if local(node) in ("sequenceFlow", "association", "messageFlow") and not node.get("name"):
            ends = [self.by_id.get(node.get(end, "")) for end in ("sourceRef", "targetRef")]
            return " → ".join(_called(end) if end is not None else "?" for end in ends)
        if local(node) == "textAnnotation":
            return " ".join(_text(child) for child in node if local(child) == "text")[:60] or id_
        return _called(node)


def _extensions(node: etree._Element) -> Iterator[tuple[str, Value]]:
    """The dialect's own properties; of lists each entry under its name, a repeated name numbered."""
    seen: dict[str, int] = {}
    for label, value in _extension_values(node):
        seen[label] = seen.get(label, 0) + 1
        yield (label if seen[label] == 1 else f"{label} ({seen[label]})"), value


def _extension_values(node: etree._Element) -> Iterator[tuple[str, str]]:
    for child in node.iterdescendants(f"{{{ZEEBE}}}*"):
        tag = local(child)
        if tag in ENTRIES:
            label, key, value = ENTRIES[tag]
            yield f"{label} «{child.get(key, '')}»", child.get(value, "")
        elif tag in ("taskListener", "executionListener"):
            yield f"Listener {child.get('eventType', '')}", f"{child.get('type', '')}, {child.get('retries', '3')} Versuche"
        else:
            yield from ((EXTENSIONS.get((tag, name), f"{tag}.{name}"), value) for name, value in ((str(n), str(v)) for n, v in child.attrib.items()))


def _place(shape: etree._Element) -> str:
    """Where and how it is drawn, without the ids that tools number anew."""
    return " ".join(
        f"{local(node)}({', '.join(f'{name}={value}' for name, value in sorted(_own(node).items()))})" for node in shape.iter() if isinstance(node.tag, str)
    )


def _own(node: etree._Element) -> Mapping[str, str]:
    return {str(name).rpartition("}")[2]: str(value) for name, value in node.attrib.items() if name not in ("id", "bpmnElement")}


def _called(node: etree._Element) -> str:
    return " ".join(node.get("name", "").split()) or node.get("id", "")


def _type(node: etree._Element) -> str:
    return TYPES.get(local(node), local(node))


def _text(node: etree._Element) -> str:
    return "".join(str(text) for text in node.itertext()).strip()
