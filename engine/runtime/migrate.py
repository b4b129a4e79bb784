"""Move a case to other versions of its processes by editing its state: live tokens name elements, so tokens are renamed.

Nothing is guessed: what has no counterpart of the same kind is an obstacle, and a case with an obstacle stays where it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.model.errors import FallflussError
from engine.model.step import Event
from engine.runtime.definition import Definition
from engine.runtime.fitting import fit, refresh
from engine.runtime.rewiring import rewired
from engine.runtime.tokenrows import SPLIT, Row, Rows, host_of, is_boundary


@dataclass(frozen=True)
class Hindernis:
    """Why a case cannot go. ``needs_decision``: a mapping, a move or an end given for the element would solve it."""

    code: str
    process: str
    element: str
    message: str
    needs_decision: bool = False


class CannotMigrate(FallflussError):
    """The case cannot go to the other version; ``obstacles`` say why, for each element."""

    def __init__(self, obstacles: Sequence[Hindernis]):
        self.obstacles = tuple(obstacles)
        self.reasons = tuple(one.message for one in obstacles)
        super().__init__("Der Fall bleibt auf seiner Version, nichts wurde geändert: " + "; ".join(self.reasons))


@dataclass(frozen=True)
class Umbau:
    """How one process goes to another version.

    ``deadlines`` tells of single timers, by their former ids, whether they count anew where their text changed; ``mapping`` gives the new id of each renamed element; ``moves`` where a token of an element begins anew instead; ``ends`` are events
    that nobody waits for any longer.
    """

    source: Definition
    target: Definition
    mapping: Mapping[str, str] = field(default_factory=dict)
    moves: Mapping[str, str] = field(default_factory=dict)
    ends: frozenset[str] = frozenset()
    deadlines: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True)
class Umgebaut:
    """The new state, and what was taken away, as events for the step that follows."""

    state: str
    cancelled: tuple[Event, ...]


def migrate(state: str, source: Definition, target: Definition, mapping: Mapping[str, str]) -> str:
    """The same case on ``target``; called processes stay as they are. See ``rebuild``."""
    return rebuild(state, [Umbau(source, target, mapping)]).state


def definitions_in(state: str) -> set[tuple[str, int]]:
    """Every process that runs in the case, its own and those it called, with its version."""
    return {(flow[1], flow[2]) for flow in json.loads(state)["flows"]}


def rebuild(state: str, ways: Sequence[Umbau], *, with_new_deadlines: bool = False) -> Umgebaut:
    """The same case after all ``ways``. Keys, due times, drafts and iterations stay as they are.

    Apply ``announce(cancelled)`` next: it arms added events and puts moved tokens on their way. ``with_new_deadlines`` asks for timers
    whose text changed anew, under their old key.

    Raises:
        CannotMigrate: an element somebody waits at has no counterpart of the same kind, or a join would wait for ever.
    """
    work = _Work(json.loads(state), {way.source.id: way for way in ways}, with_new_deadlines)
    for flow in list(work.data["flows"]):
        work.take_over(flow)
    if work.obstacles:
        raise CannotMigrate(list(dict.fromkeys(work.obstacles)))
    work.forget()
    return Umgebaut(json.dumps(work.data, separators=(",", ":"), ensure_ascii=False), tuple(work.cancelled))


class _Work:
    """One case on its way: the state's data, and what was found so far."""

    def __init__(self, data: dict[str, Any], ways: Mapping[tuple[str, int], Umbau], with_new_deadlines: bool):
        self.data, self.ways, self.with_new_deadlines = data, ways, with_new_deadlines
        self.fresh = 1 + max((row[0] for flow in data["flows"] for row in flow[4]), default=0)
        self.obstacles: list[Hindernis] = []
        self.cancelled: list[Event] = []
        self.gone: set[int] = set()  # numbers of rows that were taken away

    def take_over(self, flow: list[Any]) -> None:
        """One workflow: the case itself, a sub-process or a called process; the outer ones come first."""
        way = self.ways.get((flow[1], flow[2]))
        if way is None or flow[0] in self.gone:
            if flow[0] in self.gone:
                self._take_all(flow)
            return
        old = way.source.specs[flow[3]]
        name = way.target.process if flow[3] == way.source.process else way.mapping.get(flow[3], flow[3])
        if name not in way.target.specs:
            self._obstacle("fehlt", way, flow[3], f"der Teilprozess «{flow[3]}» fehlt in der neuen Version", needs_decision=True)
            return
        self._rewrite(flow, way, Rows(flow[4], old, way.target.specs[name]))
        flow[1], flow[2], flow[3] = way.target.process, way.target.version, name

    def _rewrite(self, flow: list[Any], way: Umbau, rows: Rows) -> None:
        say: Callable[..., None] = lambda code, element, message, **more: self._obstacle(code, way, element, message, **more)  # noqa: E731
        moved = self._move(rows, way, say)
        self._end(rows, way, flow, say)
        before = {row[0]: row[1] for row in rows.all} | moved
        vias = {row[0]: row[4]["via"] for row in rows.all if "via" in row[4]}
        for row in rows.all:
            if row[0] not in moved:
                rows.rename(row, flow[3], way.mapping)
        fresh = fit(rows, before, moved, way.mapping, self.fresh, say)
        self.cancelled += rows.drop_unheard(before, self._event(flow, rows.old))
        rewired(rows, before, vias, way.mapping, say)
        refresh(rows, before, way.target.together, counts_anew=self._counts_anew(way))
        self.fresh = fresh

    def _counts_anew(self, way: Umbau) -> Callable[[str], bool]:
        return lambda element: way.deadlines.get(host_of(element), self.with_new_deadlines)

    def _move(self, rows: Rows, way: Umbau, say: Callable[..., None]) -> dict[int, str]:
        """Begin anew elsewhere; gives the former element of each moved token."""
        moved: dict[int, str] = {}
        for row in list(rows.all):
            target = way.moves.get(row[1])
            if target is None or row[0] in self.gone or "loop" in row[4]:
                continue
            spec = rows.new.task_specs.get(target)
            if spec is None or spec.bpmn_id != target or is_boundary(spec):
                say("ebene", row[1], f"«{target}» liegt nicht auf derselben Ebene wie «{row[1]}»; dorthin lässt sich der Fall nicht verlegen", needs_decision=True)
                continue
            moved[self._begin_anew(rows, row, target, way)] = row[1]
        if len(moved) > len({row[1] for row in rows.all if row[0] in moved}):
            say("doppelt", "", "zwei offene Schritte würden an dieselbe Stelle verlegt")
        return moved

    def _begin_anew(self, rows: Rows, row: Row, target: str, way: Umbau) -> int:
        flow = next(flow for flow in self.data["flows"] if flow[4] is rows.all)
        place = rows.all.index(row)
        for one in (*rows.gate_of(row), *rows.events_of(row), row):
            self._take(flow, rows, one, way)
        name = f"{target}.{SPLIT}" if f"{target}.{SPLIT}" in rows.new.task_specs else target
        number, self.fresh = self.fresh, self.fresh + 1
        rows.put_ready(number, name, min(place, len(rows.all)))
        return number

    def _end(self, rows: Rows, way: Umbau, flow: list[Any], say: Callable[..., None]) -> None:
        for row in list(rows.all):
            if row[1] not in way.ends or row[0] in self.gone:
                continue
            spec = rows.old.task_specs.get(row[1])
            if is_boundary(spec) or any(one[1] not in way.ends for one in rows.gate_of(row)):
                self._take(flow, rows, row, way)
            else:
                say("fehlt", row[1], f"auf «{row[1]}» wartet der Fall allein; das kann nicht einfach entfallen", needs_decision=True)

    def _take(self, flow: list[Any], rows: Rows, row: Row, way: Umbau) -> None:
        """Take a token away with everything inside it. Inner workflows follow when their turn comes: they are behind their owner."""
        if row[0] in self.gone:
            return
        for one in [row, *(other for other in rows.all if other[3] == row[0])]:
            self.gone.add(one[0])
            self.cancelled += self._event(flow, rows.old)(one)
        rows.remove(self.gone)

    def _take_all(self, flow: list[Any]) -> None:
        spec = self.ways[flow[1], flow[2]].source.specs[flow[3]]
        for row in flow[4]:
            self.gone.add(row[0])
            self.cancelled += self._event(flow, spec)(row)

    @staticmethod
    def _event(flow: list[Any], spec: Any) -> Callable[[Row], list[Event]]:
        process, version = flow[1], flow[2]

        def event(row: Row) -> list[Event]:
            found = spec.task_specs[row[1]]
            return [Event("cancelled", row[4]["key"], found.bpmn_id, found.type, process, version)] if "key" in row[4] else []

        return event

    def forget(self) -> None:
        """Leave out the workflows and scopes of what was taken away."""
        keys = {event.key for event in self.cancelled}
        children = {row[4]["child"] for flow in self.data["flows"] for row in flow[4] if row[0] in self.gone and "child" in row[4]}
        self.data["flows"] = [flow for flow in self.data["flows"] if flow[0] not in self.gone]
        self.data["scopes"] = [scope for scope in self.data["scopes"] if scope[0] not in keys | children | self._lost_children()]

    def _lost_children(self) -> set[int]:
        """Root scopes of called processes whose caller is gone: no row names them any more."""
        named = {row[4].get("child") for flow in self.data["flows"] for row in flow[4]} | {self.data["root"]}
        return {key for key, parent, _ in self.data["scopes"] if parent is None and key not in named}

    def _obstacle(self, code: str, way: Umbau, element: str, message: str, *, needs_decision: bool = False) -> None:
        self.obstacles.append(Hindernis(code, way.source.process, host_of(element), message, needs_decision))
