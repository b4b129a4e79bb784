"""A boundary event stands on an activity, and an error always interrupts it."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import scopes
from engine.definitions.lint.report import error
from engine.model.errors import Finding

RULE = "boundary-event"


HOSTS = frozenset({
    "userTask", "serviceTask", "sendTask", "receiveTask", "scriptTask", "businessRuleTask", "callActivity", "subProcess", "task", "manualTask",
    "adHocSubProcess", "transaction",
})  # fmt: skip


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for scope in scopes(file):
        for event in scope.elements.values():
            if event.type != "boundaryEvent":
                continue
            host = scope.elements.get(event.attached_to or "")
            if host is None or host.type not in HOSTS:
                yield error(file, RULE, event, "Das Randereignis hängt an keiner Aufgabe. Ziehen Sie es auf den Rand einer Aufgabe oder eines Teilprozesses.")
            if not event.interrupting and event.trigger and event.trigger.kind == "error":
                yield error(file, RULE, event, "Ein Fehlerereignis unterbricht immer. Stellen Sie es auf unterbrechend, oder verwenden Sie eine Eskalation.")
