"""A way out of a gateway that no token can take."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from engine.definitions.bpmn import BpmnFile
from engine.definitions.catalog import Catalog
from engine.definitions.lint.report import warning
from engine.definitions.lint.variables import Writers
from engine.model.errors import Finding, Trouble

RULE = "condition-holds"

# Words beside which a conjunction cannot be taken apart by its «and».
ENTANGLED = re.compile(r"\b(or|not|if|some|every|between|function|for)\b|[\[{]")
EQUALS = re.compile(r'(?:\(\s*)?(\w+)\s*=\s*"([^"]*)"\s*\)?')
BOUND = re.compile(r"(\w+)\s*(<=|>=|<|>|=)\s*(-?\d+(?:\.\d+)?)")
CLOCK = re.compile(r"\b(now|today|random number)\s*\(")
SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)


def check(file: BpmnFile, catalog: Catalog, written: Writers) -> Iterator[Finding]:
    for process in file.processes:
        for flow in process.flows:
            text = (flow.condition or "").removeprefix("=").strip()
            if flow.condition and flow.condition.startswith("=") and text and not catalog.parse_error(text):
                reason = _constant(text, catalog) or _contradiction(text) or _not_offered(text, written)
                if reason:
                    yield warning(file, RULE, flow, f"Die Bedingung «{flow.condition[:60]}» gilt nie: {reason}. Berichtigen Sie sie, oder löschen Sie den Fluss.")


def _constant(text: str, catalog: Catalog) -> str:
    if CLOCK.search(text) or catalog.feel.names(text) or catalog.unknown_functions(text):
        return ""
    try:
        value = catalog.feel.evaluate_all([text], {}, now=SOME_DAY)[0]
    except Trouble:
        return ""
    return "" if value is True else "sie hängt von keiner Variablen ab und ist nicht wahr"


def _conjuncts(text: str) -> list[str]:
    return [] if ENTANGLED.search(re.sub(r'"[^"]*"', '""', text)) else re.split(r"\s+and\s+", text)


def _contradiction(text: str) -> str:
    values: dict[str, str] = {}
    spans: dict[str, list[tuple[str, float]]] = {}
    for part in _conjuncts(text):
        if equal := EQUALS.fullmatch(part.strip()):
            if values.setdefault(equal[1], equal[2]) != equal[2]:
                return f"«{equal[1]}» kann nicht zugleich «{values[equal[1]]}» und «{equal[2]}» sein"
        elif bound := BOUND.fullmatch(part.strip()):
            spans.setdefault(bound[1], []).append((bound[2], float(bound[3])))
    return next((f"keine Zahl für «{name}» erfüllt alles" for name, bounds in spans.items() if not _has_room(bounds)), "")


def _has_room(bounds: list[tuple[str, float]]) -> bool:
    low = max(((value, sign == ">") for sign, value in bounds if sign in (">", ">=", "=")), default=(float("-inf"), False))
    high = min(((value, sign != "<") for sign, value in bounds if sign in ("<", "<=", "=")), default=(float("inf"), True))
    return low[0] < high[0] or (low[0] == high[0] and not low[1] and high[1])


def _not_offered(text: str, written: Writers) -> str:
    for part in _conjuncts(text):
        equal = EQUALS.fullmatch(part.strip())
        if equal and written.complete and equal[2] not in written.choices.get(equal[1], {equal[2]}):
            return f"kein Formular bietet für «{equal[1]}» den Wert «{equal[2]}» an"
    return ""
