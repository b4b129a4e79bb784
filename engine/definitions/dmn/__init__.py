"""Decisions, evaluated on FEEL as Camunda 8 does.

Required decisions come first; others see their result under the name of their variable. A variable that is not given is null: a parameter with a
default is a required decision such as ``if alter_stabilisieren = null then 63 else alter_stabilisieren`` whose variable has the parameter's name.

A table without a hit gives its default outputs, otherwise null, or an empty list where the hit policy lists all hits. JSON knows no dates: input
data and columns of a date type read ISO text, and results hold it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.definitions.dmn.model import Column, Decision, Rule, Table
from engine.definitions.dmn.read import read_decisions
from engine.definitions.feel import Feel
from engine.model.errors import Trouble

__all__ = ["Column", "Decided", "Decision", "Rule", "Table", "decide", "read_decisions"]

FAILED = "DECISION_EVALUATION_ERROR"
LONGEST = 200


@dataclass(frozen=True)
class Decided:
    """``result``: the bare value of a single output, an object of several, a list of these when collecting. ``rules``: ids of the rules behind it."""

    result: Any
    rules: tuple[str, ...]


def decide(decisions: Mapping[str, Decision], decision_id: str, variables: Mapping[str, Any], *, feel: Feel, now: datetime) -> Decided:
    """Evaluate one decision and all it requires.

    Raises:
        Trouble: ``CALLED_DECISION_ERROR`` for an unknown decision; ``DECISION_EVALUATION_ERROR`` naming decision, rule and cell.
    """
    ordered = _in_order(decisions, decision_id)
    try:
        answer = feel.decide({decision.hash: decision.program for decision in ordered}, variables, now=now)
    except Trouble as trouble:
        raise Trouble(FAILED, f"Entscheidung {_called(decisions[decision_id])}: {trouble.message}") from trouble
    if "defect" in answer:
        defect = answer["defect"]
        raise Trouble(FAILED, _located(decisions[defect["decision"]], defect))
    return Decided(answer["result"], tuple(answer["rules"]))


def _in_order(decisions: Mapping[str, Decision], decision_id: str) -> list[Decision]:
    """The decision and those it requires, each after its own requirements."""
    ordered: dict[str, Decision] = {}
    ahead: list[tuple[str, bool]] = [(decision_id, False)]
    open_now: set[str] = set()
    while ahead:
        id, is_ready = ahead.pop()
        if is_ready:
            ordered[id] = decisions[id]
            open_now.discard(id)
        elif id not in decisions:
            raise Trouble("CALLED_DECISION_ERROR", f"Die Entscheidung «{id}» gibt es nicht.")
        elif id in open_now:
            raise Trouble(FAILED, f"Die Entscheidung «{id}» benötigt über andere sich selbst.")
        elif id not in ordered:
            open_now.add(id)
            ahead += [(id, True), *((required, False) for required in reversed(decisions[id].requires))]
    return list(ordered.values())


def _located(decision: Decision, defect: Mapping[str, Any]) -> str:
    """The sentence for a defect; the places are those of feel_decision.js and feel_table.js."""
    called, message = _called(decision), defect["message"]
    inside = _inside(defect)
    source = defect.get("source") or ""
    match defect.get("where"):
        case "table":
            return f"In der Tabelle {called}{inside} {message}."
        case "input" | "output" as where:
            rule = f", Regel «{defect['rule']}»" if defect.get("rule") else ""
            kind = "Eingabe" if where == "input" else "Ausgabe"
            cell = f", Zelle «{_short(source)}»" if "rule" in defect else ""
            return f"Tabelle {called}{inside}{rule}, {kind} «{defect['label']}»{cell}: {message}."
        case "data":
            return f"Entscheidung {called}: Die Angabe «{defect['label']}»{inside} passt nicht: {message}."
        case "result":
            return f"Entscheidung {called}: Das Ergebnis{inside} passt nicht: {message}."
    return f"Entscheidung {called}{inside}: Der FEEL-Ausdruck «{_short(source)}» ist nicht auswertbar: {message}."


def _inside(defect: Mapping[str, Any]) -> str:
    words = (("knowledge", "Geschäftswissen"), ("entry", "Eintrag"), ("field", "Feld"))
    return "".join(f", {word} «{defect[key]}»" for key, word in words if defect.get(key))


def _called(decision: Decision) -> str:
    return f"«{decision.name}» ({decision.id})"


def _short(source: str) -> str:
    return source if len(source) <= LONGEST else source[: LONGEST - 1] + "…"
