"""Reads what an event waits for or throws; refuses events that the engine would misunderstand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser

from engine.runtime import extensions
from engine.runtime.request import Request

_OUTSIDE: set[str | None] = {"timer", "message", "signal"}
_KINDS: Mapping[str, set[str | None]] = {
    "startEvent": {None, *_OUTSIDE},
    "intermediateCatchEvent": _OUTSIDE,
    "receiveTask": {"message"},
    "boundaryEvent": {*_OUTSIDE, "error", "escalation"},
    "intermediateThrowEvent": {None, "message", "signal", "escalation"},
    "endEvent": {None, "message", "signal", "escalation", "error", "terminate"},
}
_TIMES = {"timeDate": "date", "timeDuration": "duration", "timeCycle": "cycle"}
_THROWS = ("intermediateThrowEvent", "endEvent")


class EventReader(TaskParser):
    """The part of the event parser that knows event definitions. ``refuse`` comes from the class beside it."""

    def request(self) -> Request | None:
        """The single event definition; None for a plain event."""
        kind, node = self._definition()
        if kind not in _KINDS[_local(self.node)]:
            named = f"Ereignisse der Art «{kind}»" if kind else "Ereignisse ohne Auslöser"
            self.refuse(f"{named} werden an dieser Stelle nicht ausgeführt; bitte im Modeler ändern.")
        if kind is None:
            return None
        if kind == "terminate":
            return Request(kind, None)
        if kind == "timer":
            return self._timer(node)
        return self._message(node) if kind == "message" else self._coded(kind, node)

    def _definition(self) -> tuple[str | None, Any]:
        if _local(self.node) == "receiveTask":
            return "message", self.node
        found = [(_local(child).removesuffix("EventDefinition"), child) for child in _children(self.node, "EventDefinition")]
        if len(found) > 1:
            self.refuse("Das Ereignis hat mehrere Auslöser; bitte auf einen beschränken.")
        return found[0] if found else (None, None)

    def _timer(self, node: Any) -> Request:
        times = [child for child in _children(node, "") if _local(child) in _TIMES]
        if len(times) != 1 or not (times[0].text or "").strip():
            self.refuse("Dem Timer fehlt der Zeitpunkt, die Dauer oder die Wiederholung; bitte im Modeler ergänzen.")
        return Request(_TIMES[_local(times[0])], times[0].text.strip())

    def _message(self, node: Any) -> Request:
        message = self._referenced("message", node.get("messageRef"))
        if message is None or not message.get("name"):
            if _local(self.node) in _THROWS:
                return Request("message", None)
            self.refuse("Dem Ereignis fehlt die Meldung oder deren Name; bitte im Modeler ergänzen.")
        keys = [key for found in extensions.elements(message, "subscription") if (key := (found.get("correlationKey") or "").strip())]
        if not keys and _local(self.node) not in (*_THROWS, "startEvent"):
            self.refuse(f"Der Meldung «{message.get('name')}» fehlt der Korrelationsschlüssel; bitte im Modeler ergänzen.")
        return Request("message", message.get("name"), keys[0] if keys else None)

    def _coded(self, kind: str, node: Any) -> Request:
        """Signals by name, errors and escalations by code. A boundary event without a code catches them all."""
        found = self._referenced(kind, node.get(f"{kind}Ref"))
        code = found.get("name" if kind == "signal" else f"{kind}Code") if found is not None else None
        if not code and (kind == "signal" or _local(self.node) in _THROWS):
            self.refuse("Dem Ereignis fehlt das Signal, der Fehler oder die Eskalation mit Name oder Code; bitte im Modeler ergänzen.")
        return Request(kind, code)

    def _referenced(self, kind: str, ref: str | None) -> Any:
        if not ref:
            return None
        for found in self.doc_xpath(f"./bpmn:{kind}"):
            if found.get("id") == ref:
                return found
        return self.refuse(f"Der Verweis auf «{ref}» führt ins Leere; bitte im Modeler neu setzen.")


def _local(node: Any) -> str:
    return str(node.tag).rpartition("}")[2]


def _children(node: Any, ending: str) -> list[Any]:
    """Child elements; comments have no name."""
    return [child for child in node if isinstance(child.tag, str) and child.tag.endswith(ending)]
