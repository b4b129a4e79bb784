"""Random edits of a diagram, as somebody might draw them: each keeps the drawing executable, or the drawing is not used."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from lxml import etree

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
ZEEBE = "http://camunda.org/schema/zeebe/1.0"
TASKS = ("userTask", "serviceTask", "businessRuleTask", "scriptTask", "sendTask")


class Redraw:
    """One file on its way to the next version. ``names`` collects new ids: old → new."""

    def __init__(self, content: bytes, rng: Random):
        self.root = etree.fromstring(content)
        self.rng = rng
        self.names: dict[str, str] = {}
        self.count = 0

    def edit(self) -> str:
        """One random edit; what it was, or nothing when it found no place."""
        chosen: Callable[[], bool] = self.rng.choice([self.add, self.remove, self.rename, self.retype, self.add_deadline, self.remove_event, self.fork])
        return chosen.__name__ if chosen() else ""

    def content(self) -> bytes:
        return bytes(etree.tostring(self.root))

    def add(self) -> bool:
        """A task on a flow."""
        flow = self._pick([one for one in self._all("sequenceFlow") if self._tag(one.get("sourceRef")) != "eventBasedGateway"])
        if flow is None:
            return False
        new = self._task(flow.getparent())
        self._flow(flow.getparent(), new, flow.get("targetRef"))
        flow.set("targetRef", new)
        return True

    def remove(self) -> bool:
        """A task with one way out and no boundary events."""
        task = self._pick([one for one in self._tasks() if len(self._out(one)) == 1 and not self._events(one)])
        if task is None:
            return False
        out = self._out(task)[0]
        for flow in self._in(task):
            flow.set("targetRef", out.get("targetRef"))
        for gone in (out, task):
            gone.getparent().remove(gone)
        return True

    def rename(self) -> bool:
        task = self._pick([*self._tasks(), *self._all("boundaryEvent"), *self._all("parallelGateway"), *self._all("subProcess"), *self._all("callActivity")])
        if task is None:
            return False
        old, new = task.get("id"), self._new("um")
        for node in self.root.iter(f"{{{BPMN}}}*"):
            for name in ("id", "sourceRef", "targetRef", "attachedToRef"):
                if node.get(name) == old:
                    node.set(name, new)
        original = next((first for first, last in self.names.items() if last == old), old)
        self.names[original] = new
        return True

    def retype(self) -> bool:
        task = self._pick(self._all("userTask"))
        if task is None:
            return False
        task.tag = f"{{{BPMN}}}serviceTask"
        for extension in task.findall(f"{{{BPMN}}}extensionElements"):
            task.remove(extension)
        extension = etree.Element(f"{{{BPMN}}}extensionElements")
        etree.SubElement(extension, f"{{{ZEEBE}}}taskDefinition", type="arbeit")
        task.insert(0, extension)
        return True

    def add_deadline(self) -> bool:
        task = self._pick([one for one in self._all("userTask") if one.find(f"{{{BPMN}}}multiInstanceLoopCharacteristics") is None])
        if task is None:
            return False
        scope, event, over = task.getparent(), self._new("frist"), self._new("ende")
        node = etree.SubElement(scope, f"{{{BPMN}}}boundaryEvent", id=event, attachedToRef=task.get("id"), cancelActivity="false")
        etree.SubElement(etree.SubElement(node, f"{{{BPMN}}}timerEventDefinition"), f"{{{BPMN}}}timeDuration").text = "P3D"
        etree.SubElement(scope, f"{{{BPMN}}}endEvent", id=over)
        self._flow(scope, event, over)
        return True

    def remove_event(self) -> bool:
        event = self._pick(self._all("boundaryEvent"))
        if event is None:
            return False
        for gone in (*self._out(event), event):
            gone.getparent().remove(gone)
        return True

    def fork(self) -> bool:
        """A second task beside one, both awaited. With several ways in, the fork would itself be a join."""
        task = self._pick([one for one in self._tasks() if len(self._out(one)) == len(self._in(one)) == 1])
        if task is None:
            return False
        scope, out = task.getparent(), self._out(task)[0]
        split, join, beside = self._new("teilen"), self._new("vereinen"), self._task(scope)
        for id in (split, join):
            etree.SubElement(scope, f"{{{BPMN}}}parallelGateway", id=id)
        for flow in self._in(task):
            flow.set("targetRef", split)
        target = out.get("targetRef")
        out.set("targetRef", join)
        for pair in ((split, task.get("id")), (split, beside), (beside, join), (join, target)):
            self._flow(scope, *pair)
        return True

    def _task(self, scope: Any) -> str:
        id = self._new("neu")
        task = etree.SubElement(scope, f"{{{BPMN}}}userTask", id=id, name="Neu")
        etree.SubElement(etree.SubElement(task, f"{{{BPMN}}}extensionElements"), f"{{{ZEEBE}}}userTask")
        return id

    def _flow(self, scope: Any, source: str, target: str) -> None:
        etree.SubElement(scope, f"{{{BPMN}}}sequenceFlow", id=self._new("fluss"), sourceRef=source, targetRef=target)

    def _new(self, word: str) -> str:
        self.count += 1
        return f"{word}_{self.rng.randrange(10**6)}_{self.count}"

    def _pick(self, found: list[Any]) -> Any:
        return self.rng.choice(found) if found else None

    def _all(self, tag: str) -> list[Any]:
        return list(self.root.iter(f"{{{BPMN}}}{tag}"))

    def _tasks(self) -> list[Any]:
        return [one for tag in TASKS for one in self._all(tag)]

    def _out(self, node: Any) -> list[Any]:
        return [one for one in self._all("sequenceFlow") if one.get("sourceRef") == node.get("id")]

    def _in(self, node: Any) -> list[Any]:
        return [one for one in self._all("sequenceFlow") if one.get("targetRef") == node.get("id")]

    def _events(self, node: Any) -> list[Any]:
        return [one for one in self._all("boundaryEvent") if one.get("attachedToRef") == node.get("id")]

    def _tag(self, id: str) -> str:
        return next((etree.QName(node).localname for node in self.root.iter(f"{{{BPMN}}}*") if node.get("id") == id), "")
