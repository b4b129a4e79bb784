"""What a state must still show and what it can still show, read off the drawing: a lower bound for the search."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from engine.replay.net import FREE, Net
from engine.replay.places import BITS, ERROR, ESCALATE, FULL, JOIN, KID, MERGE, PASS, PUT, TERMINATE, Action, Def, LoopDef, Op, mask
from engine.replay.states import States

ALL = -1  # every label: where nothing is known yet


@dataclass
class _Facts:
    """Of one scope, by place and by activity: labels on every way on (``must``) and on some way on (``may``)."""

    must: list[int]
    may: list[int]
    kid_must: dict[str, int] = field(default_factory=dict)
    kid_may: dict[str, int] = field(default_factory=dict)
    flow_must: dict[str, int] = field(default_factory=dict)
    flow_may: dict[str, int] = field(default_factory=dict)
    begins_must: int = ALL
    all_labels: int = 0
    is_cancellable: bool = False
    cancelled_must: int = ALL
    errors: frozenset[str] = frozenset()


class Bounds:
    """Lower bounds for the states of one net."""

    def __init__(self, states: States):
        self.states = states
        self.net: Net = states.net
        self.facts: dict[int, _Facts] = {}
        self.known: dict[int, tuple[int, int]] = {}
        self._open: set[int] = set()
        self._is_entangled = False
        self._of(self.net.root)
        # What a visible step may lead to, later and because of it.
        self.leads_to = [ALL] * len(self.net.visible)
        if not self._is_entangled:
            self._lead(self.net.root, 0)

    def of(self, state: int) -> tuple[int, int]:
        """Labels that must still come and labels that may still come, as bits."""
        found = self.known.get(state)
        if found is None:
            found = self.known[state] = self._state(*self.states.known[state])
        return found

    # Running scopes

    def _state(self, scope: Def | LoopDef, m: int, kids: Sequence[tuple[str, int]]) -> tuple[int, int]:
        if isinstance(scope, LoopDef):
            return self._loop_state(scope, m, kids)
        facts = self._of(scope)
        musts, may = [], 0
        while m:
            place = ((m & -m).bit_length() - 1) // BITS
            m &= ~(FULL << BITS * place)
            may |= facts.may[place]
            if scope.tokens & mask(place):
                musts.append(facts.must[place])
        for host, state in kids:
            inner_must, inner_may = self.of(state)
            may |= inner_may | facts.kid_may[host]
            musts.append(self._kid_must(scope, facts, host, inner_must))
        if facts.is_cancellable:
            return _common([facts.cancelled_must, *musts]) if musts else 0, may
        return _united(musts), may

    def _loop_state(self, scope: LoopDef, m: int, kids: Sequence[tuple[str, int]]) -> tuple[int, int]:
        assert scope.body is not None
        facts = self._of(scope.body)
        inner = [self.of(state) for _, state in kids]
        may = facts.all_labels if scope.loop.most is None or m >> 1 < scope.loop.most else 0
        for _, some in inner:
            may |= some
        if scope.loop.stops_early or facts.errors:
            return 0, may
        must = _united(one for one, _ in inner)
        return must | (facts.begins_must if m >> 1 < scope.loop.least else 0), may

    # The drawing

    def _of(self, scope: Def) -> _Facts:
        key = id(scope)
        if key in self.facts:
            return self.facts[key]
        if key in self._open:  # a process that calls itself: nothing is promised
            self._is_entangled = True
            return _Facts([], [], begins_must=0, all_labels=(1 << len(self.net.labels)) - 1, errors=frozenset({""}))
        self._open.add(key)
        kids = {host: (kid.body if isinstance(kid, LoopDef) else kid) for host, kid in scope.kids.items()}
        inner = {host: self._of(kid) for host, kid in kids.items() if kid is not None}
        facts = self._facts(scope, inner)
        self._open.discard(key)
        self.facts[key] = facts
        return facts

    def _facts(self, scope: Def, inner: dict[str, _Facts]) -> _Facts:
        count = len(scope.places)
        facts = _Facts([ALL] * count, [0] * count, dict.fromkeys(inner, ALL), dict.fromkeys(inner, 0), dict.fromkeys(scope.ops, ALL), dict.fromkeys(scope.ops, 0))
        facts.errors = self._errors(scope, inner)
        # What is thrown and told upwards takes effect elsewhere at once.
        self._is_entangled |= any(op == ESCALATE for op, _ in _all_ops(scope))
        facts.is_cancellable = self._is_cancellable(scope, facts.errors)
        outside = [*(ops for live in scope.live.values() for _, ops, _ in live), *((op,) for *_, op in scope.errors)]
        outside += [action.ops for actions in scope.actions for action in actions if action.clears]
        # What only might begin beside the rest, such as a message that tells, may end that rest, too.
        armed = sorted({(unit.bit_length() - 1) // BITS for arms in scope.arms.values() for unit, *_ in arms})
        changed = True
        while changed:
            changed = self._improve(scope, facts, inner)
            cancelled = _common([*(self._must_all(scope, facts, ops) for ops in outside), *(facts.must[place] for place in armed)])
            changed, facts.cancelled_must = changed or cancelled != facts.cancelled_must, cancelled
        facts.begins_must = self._must_all(scope, facts, scope.starts)
        if facts.is_cancellable:
            facts.begins_must &= facts.cancelled_must
        facts.all_labels = _united([*facts.may, *facts.kid_may.values(), *(one.all_labels for one in inner.values())])
        return facts

    def _errors(self, scope: Def, inner: dict[str, _Facts]) -> frozenset[str]:
        """Codes of errors that leave the scope, or end the rest of it."""
        own = {str(argument) for op, argument in _all_ops(scope) if op == ERROR}
        for host, facts in inner.items():
            caught = [code for what, code, *_ in scope.caught.get(host, ()) if what == "error"]
            own |= {code for code in facts.errors if None not in caught and code not in caught}
        return frozenset(own)

    @staticmethod
    def _is_cancellable(scope: Def, errors: frozenset[str]) -> bool:
        return bool(errors) or any(op == TERMINATE for op, _ in _all_ops(scope)) or any(a.clears for actions in scope.actions for a in actions)

    def _improve(self, scope: Def, facts: _Facts, inner: dict[str, _Facts]) -> bool:
        changed = False
        for flow, op in scope.ops.items():
            must, may = self._must(scope, facts, op), self._may(scope, facts, op)
            changed |= must != facts.flow_must[flow] or may != facts.flow_may[flow]
            facts.flow_must[flow], facts.flow_may[flow] = must, may
        for host, one in inner.items():
            kid = scope.kids[host]
            begins = one.begins_must if not isinstance(kid, LoopDef) else 0 if not kid.loop.least or one.errors else one.begins_must
            must = self._kid_must(scope, facts, host, begins)
            ways = [scope.ops[f"nach {host}"], *(op for *_, op in scope.caught.get(host, ())), *(op for a in scope.kid_actions.get(host, ()) for op in a.ops)]
            may = one.all_labels | _united(self._may(scope, facts, op) for op in ways) | self._armed(scope, facts, host)
            may |= _united(self._label(action) for action in scope.kid_actions.get(host, ()))
            may |= _united(self._may(scope, facts, op) for *_, op in scope.errors)
            changed |= must != facts.kid_must[host] or may != facts.kid_may[host]
            facts.kid_must[host], facts.kid_may[host] = must, may
        for place in range(len(scope.places)):
            must, may = self._place(scope, facts, place)
            changed |= must != facts.must[place] or may != facts.may[place]
            facts.must[place], facts.may[place] = must, may
        return changed

    def _place(self, scope: Def, facts: _Facts, place: int) -> tuple[int, int]:
        ways = [(self._label(action), action.ops) for action in scope.actions[place]]
        if place in scope.joins:
            ways = [(0, (scope.joins[place][1],))]
        for merge in scope.merges:
            if place in merge.places:
                ways = [(0, (merge.after,))]
        must = _common(label | self._must_all(scope, facts, ops) for label, ops in ways) if ways else 0
        may = _united(label | _united(self._may(scope, facts, op) for op in ops) for label, ops in ways)
        may |= self._armed(scope, facts, place) | _united(self._may(scope, facts, op) for *_, op in scope.errors)
        return must, may

    def _kid_must(self, scope: Def, facts: _Facts, host: str, inside: int) -> int:
        ways = [inside | self._must(scope, facts, scope.ops[f"nach {host}"])]
        ways += [self._must(scope, facts, op) for *_, op in scope.caught.get(host, ())]
        ways += [self._label(action) | self._must_all(scope, facts, action.ops) for action in scope.kid_actions.get(host, ())]
        return _common(ways)

    def _lead(self, scope: Def, outside: int) -> None:
        facts = self._of(scope)
        told = outside | _united(self._may(scope, facts, op) for *_, op in scope.errors)
        for actions in (*scope.actions, *scope.kid_actions.values()):
            for action in actions:
                if action.visible >= 0:
                    live = [op for _, ops, _ in scope.live.get(action.leaves or "", ()) for op in ops]
                    self.leads_to[action.visible] = told | _united(self._may(scope, facts, op) for op in (*action.ops, *live))
        for host, kid in scope.kids.items():
            ways = [scope.ops[f"nach {host}"], *(op for *_, op in scope.caught.get(host, ())), *(op for _, ops, _ in scope.live.get(host, ()) for op in ops)]
            after = told | _united(self._may(scope, facts, op) for op in ways)
            if isinstance(kid, LoopDef):
                assert kid.body is not None
                self._lead(kid.body, after | self._of(kid.body).all_labels)
            else:
                self._lead(kid, after)

    def _label(self, action: Action) -> int:
        label = self.net.visible[action.visible].label if action.visible >= 0 else FREE
        return 0 if label == FREE else 1 << label

    def _armed(self, scope: Def, facts: _Facts, host: int | str) -> int:
        return _united(facts.may[(unit.bit_length() - 1) // BITS] for unit, *_ in scope.arms.get(host, ()))

    def _must_all(self, scope: Def, facts: _Facts, ops: Sequence[Op]) -> int:
        """Tokens that go side by side: all of them arrive, unless one can end the others."""
        found = [self._must(scope, facts, op) for op in ops]
        return (_common(found) if facts.is_cancellable else _united(found)) if found else 0

    def _must(self, scope: Def, facts: _Facts, op: Op) -> int:
        kind, argument = op
        if kind == PASS:
            return facts.flow_must[argument] if isinstance(argument, str) else self._must_all(scope, facts, argument)
        if kind in (PUT, JOIN, MERGE):
            return facts.must[argument]
        if kind == KID:
            return facts.kid_must.get(argument, 0)
        return 0

    def _may(self, scope: Def, facts: _Facts, op: Op) -> int:
        kind, argument = op
        if kind == PASS:
            if isinstance(argument, str):
                return facts.flow_may[argument]
            return _united(self._may(scope, facts, one) for one in argument)
        if kind in (PUT, JOIN, MERGE):
            return facts.may[argument]
        if kind == KID:
            return facts.kid_may.get(argument, ALL)
        if kind == ESCALATE:
            return _united(self._may(scope, facts, one) for one in argument[1])
        return 0


def _united(masks: Iterable[int]) -> int:
    found = 0
    for one in masks:
        found |= one
    return found


def _common(masks: Iterable[int]) -> int:
    found = ALL
    for one in masks:
        found &= one
    return found


def _all_ops(scope: Def) -> Iterable[Op]:
    todo: list[Op] = [*scope.ops.values(), *scope.starts, *(op for actions in scope.actions for action in actions for op in action.ops)]
    todo += [after for _, after in scope.joins.values()] + [merge.after for merge in scope.merges]
    todo += [op for caught in scope.caught.values() for *_, op in caught] + [op for *_, op in scope.errors]
    while todo:
        op = todo.pop()
        yield op
        if op[0] == PASS and isinstance(op[1], tuple):
            todo += list(op[1])
        if op[0] == ESCALATE:
            todo += list(op[1][1])
