"""Repetitions: an activity's instances one after the other or side by side. The marking counts what was begun, twice, plus one when one is done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from engine.replay.places import LoopDef
from engine.replay.running import Closure, Effects, Kids, Outcome, minus, plus

if TYPE_CHECKING:
    from engine.replay.states import States


def loop_closure(states: States, scope: LoopDef, m: int, kids: Kids) -> Closure:
    seen: dict[tuple[int, int | None, Effects], None] = {}
    ends: dict[Outcome, None] = {}
    done: set[tuple[int, Kids, Kids, bool]] = {(m, kids, (), False)}
    todo: list[tuple[int, Kids, Kids, bool]] = [(m, kids, (), False)]
    is_first = True
    while todo and states.look(len(done), todo[-1][1]):
        at, running, fresh, synced = todo.pop()
        for visible, is_fresh, outcome, new in _loop_steps(states, scope, at, running, fresh):
            if not (is_first or is_fresh or (visible < 0 and synced)):
                continue
            if visible >= 0:
                seen[(visible, *outcome)] = None
                continue
            if outcome[0] is None or outcome[1]:
                ends[outcome] = None
            else:
                _, m2, kids2 = states.known[outcome[0]]
                node = (m2, kids2, new, not new)
                if node not in done:
                    done.add(node)
                    todo.append(node)
        is_first = False
    return Closure(tuple(seen), tuple(ends), False)


def _loop_steps(states: States, scope: LoopDef, m: int, kids: Kids, fresh: Kids) -> Iterator[tuple[int, bool, Outcome, Kids]]:
    started, loop = m >> 1, scope.loop
    for kid in dict.fromkeys(kids):
        rest = minus(kids, kid)
        inner = states.closure(kid[1])
        for visible, after, effects in inner.seen:
            yield visible, kid in fresh, _body_outcome(states, scope, m, rest, after, effects), ()
        for after, effects in inner.ends:
            yield -1, kid in fresh, _body_outcome(states, scope, m, rest, after, effects), () if after is None else (("", after),)
    may_start = (loop.most is None or started < loop.most) and not (loop.sequential and kids)
    if may_start:
        assert scope.body is not None
        begun, effects = states.begin(scope.body)
        yield -1, False, _body_outcome(states, scope, m + 2, kids, begun, effects), () if begun is None else (("", begun),)
    if not kids and started >= loop.least or loop.stops_early and m & 1:
        yield -1, True, (None, ()), ()


def _body_outcome(states: States, scope: LoopDef, m: int, rest: Kids, after: int | None, effects: Effects) -> Outcome:
    if any(what == "error" for what, _ in effects):
        return (None, effects)
    if after is None:
        return loop_outcome(states, scope, m | 1, rest, effects)
    return loop_outcome(states, scope, m, plus(rest, ("", after)), effects)


def loop_outcome(states: States, scope: LoopDef, m: int, kids: Kids, effects: Effects) -> Outcome:
    loop, started = scope.loop, m >> 1
    if loop.most is None and started > loop.least:
        started = loop.least
    if not loop.stops_early:
        m = 0
    if not kids and loop.most is not None and started >= loop.most:
        return (None, effects)
    return (states.number(scope, started << 1 | m & 1, kids), effects)
