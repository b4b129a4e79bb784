"""A loop in which nothing waits turns until the runtime stops it."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import Scope, scopes, waits
from engine.definitions.lint.report import error
from engine.model.errors import Finding

RULE = "loop-waits"


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for scope in scopes(file):
        moving = {element.id for element in scope.elements.values() if not waits(element, scope.process)}
        looping = sorted(_circling(scope, moving))
        if looping:
            names = ", ".join(f"«{scope.elements[element].label}»" for element in looping[:5])
            yield error(file, RULE, scope.elements[looping[0]], f"In der Schleife {names} wartet nichts; sie liefe ohne Halt. Setzen Sie eine Aufgabe oder ein wartendes Ereignis hinein.")


def _circling(scope: Scope, moving: set[str]) -> set[str]:
    """What is left when everything is taken away that leads nowhere, or that nothing leads to, without a wait between."""
    left = set(moving)
    while True:
        leading = {element for element in left if left.intersection(scope.successors(element))}
        led_to = {successor for element in leading for successor in scope.successors(element)}
        if left == leading & led_to:
            return left
        left = leading & led_to
