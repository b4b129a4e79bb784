"""Trying a decision with values somebody types: which values it asks for, and what a typed text means."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.definitions.dmn import Decision, Table
from engine.definitions.dmn.model import Literal
from engine.definitions.feel import Feel, Kind
from engine.definitions.parameter import CONTEXT
from engine.model.errors import Trouble

_NUMBER = re.compile(r"-?\d+(\.\d+)?")
# What can only be meant as FEEL: quoted, a list, a structure, a call. Anything else is the text it looks like, dates included.
_FEEL = re.compile(r'".*"|\[.*\]|\{.*\}|.*\(.*\)', re.DOTALL)
_WORDS = {"true": True, "ja": True, "false": False, "nein": False, "null": None, "": None}


class SampleUnreadable(Exception):
    """A typed value that looks like FEEL and is none; the message is German."""


def asked(decisions: Mapping[str, Decision], decision_id: str, feel: Feel) -> tuple[str, ...]:
    """The variables that a decision and those it requires read and that none of them gives, in the order of the tables."""
    found: dict[str, None] = {}
    given = {CONTEXT}
    for decision in _with_required(decisions, decision_id):
        given.add(decision.variable)
        found.update(dict.fromkeys(decision.inputs))
        bound = decision.names() - set(decision.inputs)
        for source, kind in _sources(decision):
            found.update(dict.fromkeys(sorted(feel.names(source, kind=kind) - bound)))
    return tuple(name for name in found if name not in given)


def value(text: str, feel: Feel, now: datetime) -> Any:
    """What was typed as a JSON value: ``12`` is a number, ``ja`` true, ``["A", "B"]`` a list, everything else a text.

    Raises:
        SampleUnreadable
    """
    typed = text.strip()
    if typed.lower() in _WORDS:
        return _WORDS[typed.lower()]
    if _NUMBER.fullmatch(typed):
        return float(typed) if "." in typed else int(typed)
    if not _FEEL.fullmatch(typed):
        return typed
    try:
        return feel.evaluate_all([typed], {}, now=now)[0]
    except Trouble as trouble:
        raise SampleUnreadable(f"«{typed[:80]}» lässt sich nicht lesen. Schreiben Sie Text ohne Klammern, oder zum Beispiel [\"A\", \"B\"].") from trouble


def _with_required(decisions: Mapping[str, Decision], decision_id: str) -> list[Decision]:
    found: dict[str, Decision] = {}
    todo = [decision_id]
    while todo:
        id = todo.pop(0)
        if id in decisions and id not in found:
            found[id] = decisions[id]
            todo += decisions[id].requires
    return list(found.values())


def _sources(decision: Decision) -> list[tuple[str, Kind]]:
    found: list[tuple[str, Kind]] = []
    for _, logic in decision.texts():
        if isinstance(logic, Literal):
            found.append((logic.source, "expression"))
        elif isinstance(logic, Table):
            found += [(column.source, "expression") for column in logic.inputs]
            found += [(test, "unary") for rule in logic.rules for test in rule.tests if test.strip() not in ("", "-")]
            found += [(output, "expression") for rule in logic.rules for output in rule.outputs if output.strip()]
    return [(source, kind) for source, kind in found if source.strip()]
