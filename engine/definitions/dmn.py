"""Decisions, evaluated on FEEL as Camunda 8 does.

Required decisions come first; others see their result under the name of their variable. A variable that is not given is null: a parameter with a
default is a required decision such as ``if alter_stabilisieren = null then 63 else alter_stabilisieren`` whose variable has the parameter's name.

A table without a hit gives its default outputs, otherwise null. JSON knows no dates: a column of a date type reads ISO text, and results hold it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from engine.definitions.dmn_model import Column, Decision, Rule, Table
from engine.definitions.dmn_read import RANKED, read_decisions
from engine.definitions.feel import Feel
from engine.model.errors import Trouble

__all__ = ["Column", "Decided", "Decision", "Rule", "Table", "decide", "read_decisions"]

FAILED = "DECISION_EVALUATION_ERROR"


@dataclass(frozen=True)
class Decided:
    """``result``: the bare value of a single output, an object of several, a list of these when collecting. ``rules``: ids of the rules behind it."""

    result: Any
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Hit:
    rule: Rule
    outputs: tuple[Any, ...]


def decide(decisions: Mapping[str, Decision], decision_id: str, variables: Mapping[str, Any], *, feel: Feel, now: datetime) -> Decided:
    """Evaluate one decision and all it requires.

    Raises:
        Trouble: ``CALLED_DECISION_ERROR`` for an unknown decision; ``DECISION_EVALUATION_ERROR`` naming decision, rule and cell.
    """
    known: dict[str, Decided] = {}
    for group in _in_order(decisions, decision_id):
        given = {decisions[id].variable: known[id].result for id in group[0].requires}
        known |= _evaluate(group, {**variables, **given}, feel, now)
    return known[decision_id]


def _in_order(decisions: Mapping[str, Decision], decision_id: str) -> list[list[Decision]]:
    """The decision and those it requires, each after its own requirements, in groups that one call can evaluate."""
    waiting = _needed(decisions, decision_id)
    done: set[str] = set()
    ordered: list[list[Decision]] = []
    while waiting:
        ready = [id for id in waiting if done.issuperset(decisions[id].requires)]
        if not ready:
            raise Trouble(FAILED, f"Die Entscheidung «{waiting[0]}» benötigt über andere sich selbst.")
        ordered += _together([decisions[id] for id in ready])
        done.update(ready)
        waiting = [id for id in waiting if id not in done]
    return ordered


def _together(ready: Sequence[Decision]) -> list[list[Decision]]:
    """Expressions that see the same variables form a group; a table is always alone."""
    groups: dict[object, list[Decision]] = {}
    for decision in ready:
        groups.setdefault(decision.requires if decision.table is None else decision.id, []).append(decision)
    return list(groups.values())


def _needed(decisions: Mapping[str, Decision], decision_id: str) -> list[str]:
    found: dict[str, None] = {}
    ahead = [decision_id]
    while ahead:
        id = ahead.pop()
        if id not in decisions:
            raise Trouble("CALLED_DECISION_ERROR", f"Die Entscheidung «{id}» gibt es nicht.")
        if id not in found:
            found[id] = None
            ahead += decisions[id].requires
    return list(found)


def _evaluate(group: Sequence[Decision], variables: Mapping[str, Any], feel: Feel, now: datetime) -> dict[str, Decided]:
    first, *others = group
    if first.table is not None:
        return {first.id: _evaluate_table(first, first.table, variables, feel, now)}
    try:
        values = feel.evaluate_all([decision.expression for decision in group], variables, now=now)
    except Trouble as trouble:
        if not others:
            raise _failed(first, trouble) from trouble
        # One by one it shows whose expression fails.
        return {id: decided for decision in group for id, decided in _evaluate([decision], variables, feel, now).items()}
    return {decision.id: Decided(value, ()) for decision, value in zip(group, values, strict=True)}


def _evaluate_table(decision: Decision, table: Table, variables: Mapping[str, Any], feel: Feel, now: datetime) -> Decided:
    try:
        answer = feel.table(_request(table), variables, now=now)
    except Trouble as trouble:
        raise _failed(decision, trouble) from trouble
    if "defect" in answer:
        raise Trouble(FAILED, _located(decision, table, answer["defect"]))
    return _result(decision, table, answer)


def _failed(decision: Decision, trouble: Trouble) -> Trouble:
    return Trouble(FAILED, f"Entscheidung {_called(decision)}: {trouble.message}")


def _request(table: Table) -> dict[str, Any]:
    return {
        "inputs": [asdict(column) for column in table.inputs],
        "outputs": [asdict(column) for column in table.outputs],
        "rules": [{"tests": rule.tests, "outputs": rule.outputs} for rule in table.rules],
        "first": table.hit_policy == "FIRST",
        "ranked": table.hit_policy in RANKED,
        "fallback": table.fallback,
    }


def _result(decision: Decision, table: Table, answer: Mapping[str, Any]) -> Decided:
    hits = [Hit(table.rules[hit["rule"]], tuple(hit["outputs"])) for hit in answer["hits"]]
    if not hits:
        return Decided(None if answer["fallback"] is None else _value(table, answer["fallback"]), ())
    if answer["rankings"] is not None:
        hits.sort(key=_rank(answer["rankings"]))
    match table.hit_policy:
        case "UNIQUE" if len(hits) > 1:
            raise Trouble(
                FAILED, f"In der Tabelle {_called(decision)} darf nur eine Regel zutreffen (UNIQUE), es sind aber {_named(hits)}."
            )
        case "ANY" if any(hit.outputs != hits[0].outputs for hit in hits):
            raise Trouble(FAILED, f"In der Tabelle {_called(decision)} treffen {_named(hits)} zu, sagen aber nicht dasselbe (ANY).")
        case "UNIQUE" | "FIRST" | "PRIORITY":
            return Decided(_value(table, hits[0].outputs), (hits[0].rule.id,))
        case "ANY":
            return Decided(_value(table, hits[0].outputs), _ids(hits))
    values = [_value(table, hit.outputs) for hit in hits]
    return Decided(_aggregate(decision, table, values) if table.aggregation else values, _ids(hits))


def _value(table: Table, outputs: Sequence[Any]) -> Any:
    return outputs[0] if len(table.outputs) == 1 else {column.name: value for column, value in zip(table.outputs, outputs, strict=True)}


def _rank(rankings: Sequence[Sequence[Any] | None]) -> Callable[[Hit], tuple[int, ...]]:
    """Outputs are compared from left to right, each by its place among the allowed values; what stands nowhere comes last."""

    def rank(hit: Hit) -> tuple[int, ...]:
        ranked = [(order, value) for order, value in zip(rankings, hit.outputs, strict=True) if order is not None]
        return tuple(order.index(value) if value in order else len(order) for order, value in ranked)

    return rank


def _aggregate(decision: Decision, table: Table, values: Sequence[Any]) -> Any:
    if table.aggregation == "COUNT":
        return len(values)
    if not all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        raise Trouble(FAILED, f"In der Tabelle {_called(decision)} lassen sich nur Zahlen zusammenfassen ({table.aggregation}).")
    match table.aggregation:
        case "MIN":
            return min(values)
        case "MAX":
            return max(values)
    return sum(values)


def _located(decision: Decision, table: Table, defect: Mapping[str, Any]) -> str:
    rule = f", Regel «{table.rules[defect['rule']].id}»" if defect.get("rule") is not None else ""
    columns = table.inputs if defect["where"] in ("input", "test") else table.outputs
    kind = "Eingabe" if columns is table.inputs else "Ausgabe"
    cell = f", Zelle «{defect['source']}»" if "rule" in defect else ""
    return f"Tabelle {_called(decision)}{rule}, {kind} «{columns[defect['at']].label}»{cell}: {defect['message']}."


def _ids(hits: Sequence[Hit]) -> tuple[str, ...]:
    return tuple(hit.rule.id for hit in hits)


def _named(hits: Sequence[Hit]) -> str:
    return ", ".join(f"«{hit.rule.id}»" for hit in hits)


def _called(decision: Decision) -> str:
    return f"«{decision.name}» ({decision.id})"
