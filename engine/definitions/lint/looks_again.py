"""What a task shows as of now comes from steps that only look: anything else would happen again with every opening of the form."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.bpmn import BpmnFile, Element
from engine.definitions.catalog import Catalog
from engine.definitions.elements import JETZT, names
from engine.definitions.lint.graph import is_static
from engine.definitions.lint.report import error
from engine.model.errors import Finding

RULE = "looks-again"
# Jobs that change nothing and that a form may therefore ask for again.
LOOKS = frozenset({"aufgaben.zaehlen"})


def check(file: BpmnFile, catalog: Catalog) -> Iterator[Finding]:
    for process in file.processes:
        for element in process.elements.values():
            for name in names(element.properties.get(JETZT)):
                if not _only_looks(process.elements.get(name)):
                    message = f"«{JETZT}» nennt «{name}». Nennen Sie Schritte dieses Prozesses, die nur nachsehen: Entscheidungen oder das Zählen offener Aufgaben."
                    yield error(file, RULE, element, message)


def _only_looks(step: Element | None) -> bool:
    return step is not None and (step.job_type in LOOKS or (is_static(step.decision) and step.loop is None))
