"""A task for nobody lies for ever; a role that does not exist is nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile, Element
from engine.definitions.catalog import Catalog
from engine.definitions.lint.graph import elements
from engine.definitions.lint.report import error, warning
from engine.definitions.xml import NAMESPACES
from engine.model.errors import Finding

RULE = "assignment"


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for element in elements(file, "userTask"):
        users = element.node.find("./bpmn:extensionElements/zeebe:assignmentDefinition[@candidateUsers]", NAMESPACES)
        if not element.assignee and not element.candidate_groups and users is None:
            yield error(file, RULE, element, "Niemand darf diese Aufgabe erledigen. Tragen Sie unter «Assignment» eine Rolle als «Candidate groups» ein, zum Beispiel «fallfuehrung».")
        for group in _groups(element):
            if group not in catalog.rollen:
                yield warning(file, RULE, element, f"Die Rolle «{group}» gibt es nicht. Bekannt sind: {', '.join(sorted(catalog.rollen))}.")


def _groups(element: Element) -> list[str]:
    text = element.candidate_groups or ""
    if text.startswith("="):
        return re.findall(r'"([^"]*)"', text) if re.fullmatch(r'=\s*\[\s*("[^"]*"\s*,?\s*)*\]\s*', text) else []
    return [group.strip() for group in text.split(",") if group.strip()]
