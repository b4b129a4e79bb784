"""A process and every sub-process begin somewhere."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import scopes
from engine.definitions.lint.report import error
from engine.model.errors import Finding

RULE = "start-event"


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for scope in scopes(file):
        where = scope.process.elements[scope.parent] if scope.parent else scope.process
        if not scope.elements and scope.parent is None:
            continue
        if not scope.starts:
            yield error(file, RULE, where, "Das Startereignis fehlt. Zeichnen Sie eines, und verbinden Sie es mit dem ersten Schritt.")
        plain = [start for start in scope.starts if start.trigger is None]
        if scope.parent and len(scope.starts) > 1:
            yield error(file, RULE, where, "Ein Teilprozess hat genau ein Startereignis. Löschen Sie die übrigen, oder verteilen Sie dahinter mit einem Gateway.")
        elif len(plain) > 1:
            yield error(file, RULE, plain[1], "Der Prozess hat mehrere Startereignisse ohne Auslöser. Löschen Sie eines, oder verteilen Sie dahinter mit einem Gateway.")
