"""What tokens a step needs must come from somewhere: a lower bound that counts, where ``bounds`` only knows whether something comes at all.

For some labels take the potential of a state: how often at most one of them could be seen before anything else is. Silent steps never raise
it and it is never negative. Each step that is seen changes it by a known amount; so if a trace shows these labels more often than the steps that
lead to them allow, at least so many moves of log or model alone are needed. What is drawn decides the potential, not the trace: it is made once
for a net, for each label and for all that a label leads to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from engine.replay.net import FREE, Net
from engine.replay.places import BITS, END, ERROR, ESCALATE, FULL, JOIN, KID, MERGE, PASS, PUT, TERMINATE, Def, LoopDef, Op
from engine.replay.running import Kids
from engine.replay.states import States

# A place of a scope, an activity's base, a flow, the beginning or the end of a scope, an error in it.
Key = tuple[str, int, object]
Way = tuple[Key, ...]
# A potential above this belongs to tokens that multiply: nothing is said then.
MOST = 4


@dataclass
class Potential:
    """``places``, ``bases`` and ``ends`` by scope; ``changes`` is by how much at most a step with that label raises the potential (or lowers it)."""

    places: dict[int, list[tuple[int, int]]]
    bases: dict[tuple[int, str], int]
    ends: dict[int, int]
    changes: dict[int, int]
    labels: int
    known: dict[int, int] = field(default_factory=dict)


class Flows:
    """The potentials of one net, by label, and what they are in its states."""

    def __init__(self, states: States):
        self.states = states
        self.net: Net = states.net
        self.ways: dict[Key, list[Way]] = {}
        # What would bring any number of tokens: where the potential is not nothing, there is none.
        self.endless: list[Way] = []
        self.seen: dict[int, tuple[Way, Key | None]] = {}
        # For estimates: ways that take a step no log shows, or one with a label; ways out of an activity, what begins with it, what it repeats;
        # and places that keep no scope running.
        self.free: dict[Key, list[Way]] = {}
        self.shown: dict[Key, list[tuple[int, Way]]] = {}
        self.aborts: dict[Key, list[Way]] = {}
        self.begun: dict[Key, Way] = {}
        self.repeated: dict[Key, Key] = {}
        self.idle: list[Key] = []
        self.acting: dict[int, list[Key]] = {}
        self.is_entangled = False
        self.mains: dict[int, Main] = {}
        self._scope(self.net.root, None, "", set())
        self.unseen = {key: tuple(ways) for key, ways in self.ways.items()}
        for key, free in self.free.items():
            self.ways[key] = [*self.ways[key], *free]
        self.users: dict[Key, list[Key]] = {}
        for key, ways in self.ways.items():
            for used in {one for way in ways for one in way}:
                self.users.setdefault(used, []).append(key)
        self.potentials: dict[frozenset[int], Potential | None] = {}
        self.led_to: dict[int, list[frozenset[int]]] = {}

    def lacking(self, start: int, trace: Sequence[int]) -> list[tuple[Potential, list[int]]]:
        """Potentials that speak of different labels and by which the trace lacks something, with what its rest brings from each position on."""
        counts: dict[int, int] = {}
        for label in trace:
            counts[label] = counts.get(label, 0) + 1
        found = []
        for potential in self._asked(counts):
            lack = -self.now(potential, start) - sum(counts.get(one, 0) * change for one, change in potential.changes.items())
            if lack > 0:
                found.append((lack, potential))
        chosen: list[tuple[Potential, list[int]]] = []
        taken = 0
        for _, potential in sorted(found, key=lambda one: -one[0]):
            if not potential.labels & taken:
                taken |= potential.labels
                chosen.append((potential, rest(potential, trace)))
        return chosen

    def _asked(self, counts: Mapping[int, int]) -> Iterator[Potential]:
        """Those of the trace's labels, and of all that a label leads to which is not in it."""
        wanted = dict.fromkeys(frozenset({label}) for label in counts)
        for label in self.net.labels.values():
            if label not in counts:
                wanted |= dict.fromkeys(self._led_to(label))
        for labels in wanted:
            potential = self.of(labels)
            if potential is not None:
                yield potential

    def _led_to(self, label: int) -> list[frozenset[int]]:
        """What the label leads to, together as far as it leads to one of it only."""
        if label not in self.led_to:
            singles = ((one, self.of(frozenset({one}))) for one in self.net.labels.values())
            left = [one for one, potential in singles if potential is not None and potential.changes.get(label, 0) > 0]
            groups = self.led_to[label] = []
            while left:
                group = frozenset({left[0]})
                for one in left[1:]:
                    wider = self.of(group | {one})
                    if wider is not None and wider.changes.get(label) == 1:
                        group |= {one}
                left = [one for one in left if one not in group]
                groups.append(group)
        return self.led_to[label]

    def now(self, potential: Potential, state: int) -> int:
        """The potential of a state, 0 of one that is over."""
        if state < 0:
            return 0
        found = potential.known.get(state)
        if found is None:
            scope, m, kids = self.states.known[state]
            found = sum(value * (m >> BITS * place & FULL) for place, value in potential.places.get(id(scope), ()))
            end = potential.ends.get(id(scope), 0)
            if end and self._is_run_out(self.mains[id(scope)], m, kids):
                found += end
            for host, kid in kids:
                found += potential.bases.get((id(scope), host), 0) + self.now(potential, kid)
            potential.known[state] = found
        return found

    @staticmethod
    def _is_run_out(main: Main, m: int, kids: Kids) -> bool:
        """Whether what the scope is about has ended, and only what began beside it goes on."""
        return not any(host in main.hosts for host, _ in kids) and not any(m >> BITS * place & FULL for place in main.places)

    def of(self, labels: frozenset[int]) -> Potential | None:
        """The potential of some labels together; None where nothing can be said."""
        if labels not in self.potentials:
            self.potentials[labels] = self._potential(labels) if labels and not self.is_entangled else None
        return self.potentials[labels]

    def _potential(self, labels: frozenset[int]) -> Potential | None:
        acting = {key for label in labels for key in self.acting.get(label, ())}
        values = dict.fromkeys(acting, 1)
        todo = [user for key in acting for user in self.users.get(key, ())]
        while todo:
            key = todo.pop()
            value = max((_sum(values, way) for way in self.ways[key]), default=0)
            value = max(value, 1 if key in acting else 0)
            if value > MOST:
                return None
            if value > values.get(key, 0):
                values[key] = value
                todo += self.users.get(key, ())
        if any(_sum(values, way) for way in self.endless):
            return None
        changes = self._changes(values)
        if all(changes.get(label, 0) >= 0 for label in labels) or any(abs(change) > 1 for change in changes.values()):
            return None
        return _told(values, changes)

    def _changes(self, values: Mapping[Key, int]) -> dict[int, int]:
        most: dict[int, int] = {}
        for visible, (ops, taken) in self.seen.items():
            change = _sum(values, ops) - (0 if taken is None else values.get(taken, 0))
            one = self.net.visible[visible].label
            most[one] = max(most.get(one, change), change)
        return {one: change for one, change in most.items() if change}

    # The drawing as equations: a key is worth the most that one of its ways is worth, a way the sum of its keys.

    def _scope(self, scope: Def, parent: Def | LoopDef | None, host: str, above: set[int]) -> None:
        if id(scope) in above:
            self.is_entangled = True
            return
        here = id(scope)
        main = self.mains[here] = Main(scope)
        # Of a repetition's scopes only the last lets it end: there the repetition itself carries what comes afterwards.
        self.ways["end", here, None] = [(("flow", id(parent), f"nach {host}"),)] if isinstance(parent, Def) else []
        self.ways["error", here, None] = self._errors(scope, parent, host)
        units = [key for units in scope.begins for key in _units(scope, units)]
        self.ways["begin", here, None] = [(*self._ops(scope, scope.starts), *units)]
        for flow, op in scope.ops.items():
            self.ways["flow", here, flow] = [self._op(scope, op, is_main=flow in main.flows)]
        for place in range(len(scope.places)):
            self._place(scope, place)
        for inner_host, kid in scope.kids.items():
            self._kid(scope, inner_host, kid, above | {here})
        self.endless += [self._ops(scope, ops) for live in scope.live.values() for _, ops, _ in live]

    def _place(self, scope: Def, place: int) -> None:
        key: Key = ("place", id(scope), place)
        ways = self.ways[key] = []
        is_main = place in self.mains[id(scope)].places
        if not scope.tokens >> BITS * place & FULL:
            self.idle.append(key)
        if place in scope.joins:
            places, after = scope.joins[place]
            if place == places[0]:  # one of those that are joined carries what comes of it
                ways.append(self._op(scope, after, is_main=is_main))
        ways += [self._op(scope, merge.after, is_main=is_main) for merge in scope.merges if place in merge.places]
        for action in scope.actions[place]:
            ops = self._ops(scope, action.ops, is_main=is_main or action.clears)
            if action.visible >= 0 and self.net.visible[action.visible].label == FREE:
                self.free.setdefault(key, []).append(ops)
            elif action.visible >= 0:
                self.shown.setdefault(key, []).append((self.net.visible[action.visible].label, ops))
                self.seen[action.visible] = (ops, key if action.take else None)
                if action.take:
                    self.acting.setdefault(self.net.visible[action.visible].label, []).append(key)
            elif action.take or action.clears:
                ways.append(ops)
            else:
                self.endless.append(ops)

    def _kid(self, scope: Def, host: str, kid: Def | LoopDef, above: set[int]) -> None:
        base: Key = ("base", id(scope), host)
        ways = self.ways[base] = []
        is_main = host in self.mains[id(scope)].hosts
        for action in scope.kid_actions.get(host, ()):
            ops = self._ops(scope, action.ops, is_main=is_main)
            if action.visible >= 0:
                self.shown.setdefault(base, []).append((self.net.visible[action.visible].label, ops))
                self.seen[action.visible] = (ops, base)
            else:
                ways.append(ops)
                self.aborts.setdefault(base, []).append(ops)
        body = kid.body if isinstance(kid, LoopDef) else kid
        assert body is not None
        if isinstance(kid, LoopDef):
            ways.append((("flow", id(scope), f"nach {host}"),))
        begins: list[Key] = [base, *(key for unit, count, _ in scope.arms.get(host, ()) for key in _units(scope, unit * count))]
        if isinstance(kid, LoopDef):
            self.endless.append((("begin", id(body), None),))
            self.repeated[base] = ("begin", id(body), None)
        else:
            begins.append(("begin", id(body), None))
        self.ways["kid", id(scope), host] = [tuple(begins)]
        self.begun[base] = tuple(begins[1:])
        self._scope(body, kid if isinstance(kid, LoopDef) else scope, host, above)

    def _errors(self, scope: Def, parent: Def | LoopDef | None, host: str) -> list[Way]:
        ways = [self._op(scope, op) for *_, op in scope.errors]
        around = parent.parent if isinstance(parent, LoopDef) else parent
        if isinstance(around, Def):
            ways += [self._op(around, op) for *_, op in around.caught.get(host, ())]
            ways.append((("error", id(around), None),))
        return ways

    def _ops(self, scope: Def, ops: Iterable[Op], *, is_main: bool = True) -> Way:
        """What tokens that go on so are worth; one that goes nowhere has come to an end."""
        return tuple(key for op in ops for key in self._op(scope, op, is_main=is_main)) or self._op(scope, (END, None), is_main=is_main)

    def _op(self, scope: Def, op: Op, *, is_main: bool = True) -> Way:
        kind, argument = op
        here = id(scope)
        if kind == PASS:
            return (("flow", here, argument),) if isinstance(argument, str) else self._ops(scope, argument, is_main=is_main)
        if kind == PUT:
            armed = (key for unit, count, _ in scope.arms.get(argument, ()) for key in _units(scope, unit * count))
            return (("place", here, argument), *armed)
        if kind in (JOIN, MERGE):
            return (("place", here, argument),)
        if kind == KID:
            return (("kid", here, argument),)
        if kind == ESCALATE:
            return (("error", here, None), *self._ops(scope, argument[1], is_main=is_main))
        if kind == ERROR:
            return (("error", here, None),)
        return (("end", here, None),) if kind == TERMINATE or is_main else ()


class Main:
    """What a scope is about: all that follows its beginning, or ends the rest of it. What only begins beside that does not end the scope."""

    def __init__(self, scope: Def):
        self.places: set[int] = set()
        self.hosts: set[str] = set()
        self.flows: set[str] = set()
        todo: list[Op] = [*scope.starts, *(op for *_, op in scope.errors)]
        todo += [op for actions in scope.actions for action in actions if action.clears for op in action.ops]
        while todo:
            kind, argument = todo.pop()
            if kind == PASS and isinstance(argument, str):
                if argument not in self.flows:
                    self.flows.add(argument)
                    todo.append(scope.ops[argument])
            elif kind == PASS:
                todo += argument
            elif kind in (PUT, JOIN, MERGE) and argument not in self.places:
                self.places.add(argument)
                todo += [op for action in scope.actions[argument] for op in action.ops]
                todo += [scope.joins[argument][1]] if argument in scope.joins else []
                todo += [merge.after for merge in scope.merges if argument in merge.places]
            elif kind == KID and argument not in self.hosts:
                self.hosts.add(argument)
                todo += [(PASS, f"nach {argument}"), *(op for *_, op in scope.caught.get(argument, ()))]
                todo += [op for action in scope.kid_actions.get(argument, ()) for op in action.ops]
            elif kind == ESCALATE:
                todo += argument[1]


def _units(scope: Def, units: int) -> Iterator[Key]:
    """The places of so many tokens, each as often as it gets one."""
    while units:
        place = ((units & -units).bit_length() - 1) // BITS
        for _ in range(units >> BITS * place & FULL):
            yield ("place", id(scope), place)
        units &= ~(FULL << BITS * place)


def _sum(values: Mapping[Key, int], way: Way) -> int:
    return sum(values.get(key, 0) for key in way)


def _told(values: Mapping[Key, int], changes: dict[int, int]) -> Potential:
    places: dict[int, list[tuple[int, int]]] = {}
    bases: dict[tuple[int, str], int] = {}
    ends = {scope: value for (what, scope, _), value in values.items() if what == "end" and value}
    for (what, scope, which), value in values.items():
        if what == "place" and isinstance(which, int) and value:
            places.setdefault(scope, []).append((which, value))
        elif what == "base" and isinstance(which, str) and value:
            bases[scope, which] = value
    return Potential(places, bases, ends, changes, sum(1 << label for label in changes))


def rest(potential: Potential, trace: Sequence[int]) -> list[int]:
    """What the trace from each position on brings."""
    brought = [0]
    for label in reversed(trace):
        brought.append(brought[-1] + potential.changes.get(label, 0))
    brought.reverse()
    return brought
