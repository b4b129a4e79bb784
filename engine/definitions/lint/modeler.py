"""The modeler's own rules: the lint the server gives is the lint the modeler shows. They run in embedded V8, bundled from ``lint.js``."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from copy import deepcopy
from functools import lru_cache
from pathlib import Path

from lxml import etree
from py_mini_racer import JSEvalException

from engine.definitions.bpmn import BpmnFile
from engine.definitions.lint.modeler_german import ELSEWISE, GERMAN, OURS
from engine.definitions.v8 import Embedded, PerProcess
from engine.definitions.xml import local
from engine.model.errors import Finding

BUNDLE = Path(__file__).parents[1] / "dist" / "lint.js"
SECONDS = 20.0
MEMORY = 256 * 1024 * 1024

# They need the diagram's drawing, which is not handed over; `layout` tells what matters.
LEFT_OUT = frozenset({"no-bpmndi"})
FAILED = "rule-error"

Report = dict[str, str]

_process_wide: PerProcess[Embedded] = PerProcess(lambda: Embedded(BUNDLE, seconds=SECONDS, memory=MEMORY))


def check(file: BpmnFile, own: Collection[Finding]) -> Iterator[Finding]:
    """What the modeler's rules add to ``own``, the findings of our rules for the same file."""
    said = {(finding.element, finding.rule) for finding in own}
    for report in reports(_logic_of(file.root)):
        rule = report["rule"].rpartition("/")[2]
        # A rule of theirs that fails on a broken diagram says nothing about it; ours have said what is broken.
        if rule in LEFT_OUT or report["category"] == FAILED or any((report["element"], ours) in said for ours in OURS.get(rule, ())):
            continue
        yield Finding(file.file, report["element"], report["name"], _published(report["rule"]), _severity(report), _message(rule, report["message"]))


@lru_cache(maxsize=256)
def reports(xml: str) -> tuple[Report, ...]:
    """The modeler's raw reports, with ``element``, ``name``, ``rule``, ``message`` (English) and ``category``.

    Nothing when the diagram does not name platform and version: see the rule ``platform``.
    """
    try:
        answer = json.loads(_process_wide.get().run(f"fallfluss.lint({json.dumps(xml)}); 0", "JSON.stringify(fallfluss.answer)"))
    except JSEvalException as error:
        return (_unchecked(str(error).strip().splitlines()[-1]),)
    if answer is None or "error" in answer:
        return (_unchecked("keine Antwort" if answer is None else answer["error"]),)
    return tuple(answer["reports"])


def _unchecked(reason: str) -> Report:
    return {"element": "", "name": "", "rule": "modeler/unchecked", "message": reason, "category": "warn"}


def _logic_of(root: etree._Element) -> str:
    """The file without its drawing, which is half of it and which no rule looks at."""
    copy = deepcopy(root)
    for child in list(copy):
        if local(child) == "BPMNDiagram":
            copy.remove(child)
    return etree.tostring(copy, encoding="unicode")


def _published(rule: str) -> str:
    return rule if rule.startswith(("camunda-compat/", "modeler/")) else f"modeler/{rule.rpartition('/')[2]}"


def _severity(report: Report) -> str:
    return "error" if report["category"] == "error" else "warning"


def _message(rule: str, original: str) -> str:
    if rule == "unchecked":
        return f"Die Regeln des Modelers liessen sich nicht anwenden ({original}). Prüfen Sie das Diagramm im Modeler."
    return f"{GERMAN.get(rule, ELSEWISE)} (Modeler: «{original}»)."
