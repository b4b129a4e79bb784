"""Move a case to another version of its process by editing its state: live tokens name elements, so tokens are renamed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.model.errors import FallflussError
from engine.runtime.definition import Definition
from engine.runtime.events import BoundaryEvent
from engine.runtime.gateways import InclusiveGateway, ParallelGateway, upstream

_SPLIT = "BoundaryEventSplit"


class CannotMigrate(FallflussError):
    """The case cannot go to the other version; ``reasons`` says why, for each element."""

    def __init__(self, reasons: list[str]):
        self.reasons = tuple(reasons)
        super().__init__("Der Fall bleibt auf seiner Version, nichts wurde geändert: " + "; ".join(reasons))


def migrate(state: str, source: Definition, target: Definition, mapping: Mapping[str, str]) -> str:
    """The same case on ``target``; ``mapping`` gives the new id of each renamed element.

    Keys, due times, drafts and iterations stay as they are. Apply a command that does nothing to arm added events.

    Raises:
        CannotMigrate: an element somebody waits at has no counterpart of the same kind, or a join would wait for ever.
    """
    data = json.loads(state)
    fresh = 1 + max((row[0] for flow in data["flows"] for row in flow[4]), default=0)
    reasons: list[str] = []
    for flow in data["flows"]:
        if flow[1:3] == [source.process, source.version]:
            old = source.specs[flow[3]]
            flow[2], flow[3] = target.version, mapping.get(flow[3], flow[3])
            if flow[3] not in target.specs:
                reasons.append(f"der Teilprozess «{flow[3]}» fehlt in der neuen Version")
                continue
            reasons += _rename(flow, old, target.specs[flow[3]], mapping)
            fresh = _fit_boundaries(flow[4], target.specs[flow[3]].task_specs, fresh)
    if reasons:
        raise CannotMigrate(reasons)
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False)


def _rename(flow: list[Any], old: Any, new: Any, mapping: Mapping[str, str]) -> list[str]:
    """Give all tokens of one workflow their new names; the reasons why that is impossible."""
    rows: list[list[Any]] = flow[4]
    reasons: list[str] = []
    for row in rows:
        before, row[1] = row[1], _renamed(row[1], flow[3], mapping)
        if "via" in row[4]:
            row[4]["via"] = _renamed(row[4]["via"], flow[3], mapping)
        if not before.endswith(_SPLIT):
            reasons += _misfits(row, old.task_specs[before], new.task_specs)
    return reasons + list(_changed_joins(rows, old, new, mapping)) + list(_starving_joins(rows, old, new, mapping))


def _renamed(name: str, workflow: str, mapping: Mapping[str, str]) -> str:
    """Names made by the library are an element's id with an ending: ``a.BoundaryEventSplit``, ``a [child]``."""
    if name.endswith(".EndJoin"):
        return f"{workflow}.EndJoin"
    for ending in (f".{_SPLIT}", ".BoundaryEventJoin", " [child]", ""):
        if name.endswith(ending):
            host = name.removesuffix(ending)
            return mapping.get(host, host) + ending
    return name


def _misfits(row: list[Any], old: Any, specs: Mapping[str, Any]) -> Iterator[str]:
    new = specs.get(row[1])
    if new is None:
        yield f"«{row[1]}» ist offen und hat in der neuen Version kein Gegenstück"
    elif type(new) is not type(old):
        yield f"«{row[1]}» ist offen und in der neuen Version von anderer Art"
    elif "via" in row[4] and row[4]["via"] not in new._inputs:
        yield f"an der Zusammenführung «{row[1]}» wartet ein Zweig, den es in der neuen Version nicht gibt"


def _changed_joins(rows: list[list[Any]], old: Any, new: Any, mapping: Mapping[str, str]) -> Iterator[str]:
    """A join whose branches changed while several tokens are on their way to it would wait for ever, or fire twice."""
    live = [row[1] for row in rows if row[2] != TaskState.COMPLETED and "loop" not in row[4]]
    for name, spec in old.task_specs.items():
        target = new.task_specs.get(mapping.get(name, name))
        if not isinstance(spec, ParallelGateway | InclusiveGateway) or target is None:
            continue
        if {mapping.get(one, one) for one in spec._inputs} == set(target._inputs):
            continue
        before = {target.name, *upstream(new, target._inputs, target.name)}
        if len([one for one in live if one in before]) > 1 or target.name in live:
            yield f"die Zweige vor der Zusammenführung «{target.name}» haben sich geändert, während sie durchlaufen werden"


def _starving_joins(rows: list[list[Any]], old: Any, new: Any, mapping: Mapping[str, str]) -> Iterator[str]:
    """A join that is new inside an open region waits for ever: a token stands on the way to some of its branches, none on the others."""
    known = {mapping.get(name, name) for name, spec in old.task_specs.items() if isinstance(spec, ParallelGateway)}
    live = {row[1] for row in rows if row[2] != TaskState.COMPLETED and "loop" not in row[4]}
    for name, spec in new.task_specs.items():
        if not isinstance(spec, ParallelGateway) or name in known or len(spec._inputs) < 2:
            continue
        ways = [upstream(new, [branch], name) for branch in spec._inputs]
        if any(0 < sum(one in way for way in ways) < len(ways) for one in live):
            yield f"vor der neuen Zusammenführung «{name}» ist ein Zweig schon offen, der andere käme nie an"


def _fit_boundaries(rows: list[list[Any]], specs: Mapping[str, Any], fresh: int) -> int:
    """Give every live activity exactly the boundary events its new version has; new ones are armed by the next step."""
    by_number = {row[0]: row for row in rows}
    for row in list(rows):
        split, above = f"{row[1]}.{_SPLIT}", by_number.get(row[3])
        if split not in specs or row[1].endswith(_SPLIT) or (above and above[1] == split) or "loop" in row[4]:
            continue
        inserted = [fresh, split, TaskState.COMPLETED, row[3], {}]
        rows.insert(rows.index(row), inserted)
        by_number[fresh] = inserted
        row[3], fresh = fresh, fresh + 1
    for split_row in [row for row in rows if row[1].endswith(_SPLIT) and row[1] in specs]:
        present = {row[1] for row in rows if row[3] == split_row[0]}
        for event in specs[split_row[1]]._outputs:
            if event not in present and isinstance(specs[event], BoundaryEvent):
                rows.append([fresh, event, TaskState.WAITING, split_row[0], {}])
                fresh += 1
    return fresh
