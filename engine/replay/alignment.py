"""Exact optimal alignments: the cheapest way to explain a trace by a model, move by move."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from heapq import heappop, heappush

from engine.replay.bounds import Bounds
from engine.replay.flows import Flows
from engine.replay.guide import TAKEN, Guide
from engine.replay.net import FREE
from engine.replay.running import OverBudget
from engine.replay.states import States
from engine.replay.table import Table, without_free

# Expanded search nodes per variant before it is left undecided.
BUDGET = 60_000
LOG, MODEL, SYNC = "log", "model", "sync"
# After so many variants it is worth a look whether the model has few states. Making a state costs more than passing through one.
LOOKS = (2, 4, 8, 16, 32, 64)
FEW, DEARER = 600, 2


@dataclass(frozen=True, slots=True)
class Move:
    """``log``: the trace did what the model does not allow there; ``model``: the model needs what the trace lacks; ``sync``: both agree.

    ``activity`` is the position in the trace, ``visible`` the index of what the model did, ``state`` the model's state afterwards.
    """

    kind: str
    activity: int | None
    visible: int | None
    state: int | None


@dataclass(frozen=True, slots=True)
class Alignment:
    """``cost`` is None when the budget ran out; then the optimum lies from ``lower`` to ``upper`` (None: not known) and ``moves`` is empty."""

    cost: int | None
    lower: int
    upper: int | None
    moves: tuple[Move, ...]
    expanded: int


class Aligner:
    """Aligns traces with one net; what was learnt about the net's states serves all of them."""

    def __init__(self, states: States):
        self.states = states
        self.steps: dict[int, tuple[dict[int, list[tuple[int, int]]], list[tuple[int, int, int]], bool]] = {}
        self.ways: dict[tuple[int, int], list[tuple[int, int, int]]] = {}
        self.bounds = Bounds(states)
        self.flows = Flows(states)
        net = states.net
        names = {number: label for label, number in net.labels.items()}
        is_free = [one.label == FREE for one in net.visible]
        self.nowhere = frozenset() if net.counts is None else frozenset(
            index for index, one in enumerate(net.visible) if not is_free[index] and not net.counts.get(names[one.label])
        )  # fmt: skip
        self.start = _known(states.start())
        # Where every step costs, costs guide well enough.
        self.guide = Guide(self.flows) if any(is_free) else None
        self.table: Table | None = None
        self.asked = self.expanded = self.tried = 0

    def align(self, trace: Sequence[str], *, budget: int = BUDGET, unseen: int | None = None, is_open: bool = False) -> Alignment:
        """The optimal alignment; labels the net does not know cost one each. ``is_open``: the trace may still go on.

        ``unseen`` is how much may come about unseen meanwhile (``Allowance.look``), by default as much as the budget.

        ``moves`` name positions in ``trace`` and things of ``states.net.visible``.
        """
        labels = self.states.net.labels
        known = [(position, labels[label]) for position, label in enumerate(trace) if label in labels]
        labelled = [label for _, label in known]
        found = self._look_up(labelled, is_open=is_open)
        if found is None:
            found = _Search(self, labelled, budget, budget if unseen is None else unseen, is_open=is_open).run()
            self.expanded += found.expanded
        return self._with_unknown(found, trace, [position for position, _ in known])

    def _look_up(self, trace: Sequence[int], *, is_open: bool) -> Alignment | None:
        """From the table of all states, where the model turned out to have few."""
        self.asked += 1
        if self.table is None and self.asked in LOOKS and self.tried < FEW:
            self.tabulate(min(FEW, self.expanded // DEARER))
        moves = None if self.table is None else self.table.align(self.start, trace, is_open=is_open)
        if moves is None:
            return None
        cost = sum(position is None or seen is None for position, seen, _ in moves)
        told = tuple(Move(LOG if seen is None else MODEL if position is None else SYNC, position, seen, _unknown(state)) for position, seen, state in moves)
        return Alignment(cost, cost, cost, told, 0)

    def tabulate(self, most: int) -> None:
        """Make the table if the model has few states; large ones are given up before looking costs more than the searches did."""
        self.tried = most
        with self.states.allowing(BUDGET), suppress(OverBudget):
            seen = self._reached(most)
            if seen:
                self.table = Table(*without_free({state: self.following(state) for state in seen}, self.is_final), len(self.states.net.labels))

    def _reached(self, most: int) -> set[int]:
        """All states of the model; none when they are more than ``most``."""
        todo, seen = [self.start], {self.start}
        while todo:
            _, everything, truncated = self.following(todo.pop())
            if truncated or len(seen) > most:
                return set()
            for _, _, after in everything:
                if after not in seen:
                    seen.add(after)
                    todo.append(after)
        return seen

    def _with_unknown(self, found: Alignment, trace: Sequence[str], positions: Sequence[int]) -> Alignment:
        """Put the activities nobody knows back where they stood."""
        extra = len(trace) - len(positions)
        upper = None if found.upper is None else found.upper + extra
        if found.cost is None:
            return Alignment(None, found.lower + extra, upper, (), found.expanded)
        moves: list[Move] = []
        known = set(positions)
        at, state = 0, _unknown(self.start)
        for move in found.moves:
            if move.activity is not None:
                moves += [Move(LOG, position, None, state) for position in range(at, positions[move.activity]) if position not in known]
                at = positions[move.activity] + 1
            state = move.state
            moves.append(Move(move.kind, None if move.activity is None else positions[move.activity], move.visible, state))
        moves += [Move(LOG, position, None, state) for position in range(at, len(trace)) if position not in known]
        return Alignment(found.cost + extra, found.cost + extra, upper, tuple(moves), found.expanded)

    def possible_after(self, trace: Sequence[str]) -> set[int] | None:
        """What the model could show next after exactly this trace, as indices of visible things; None if the trace does not fit."""
        labels = self.states.net.labels
        states = {self.start}
        for label in trace:
            number = labels.get(label, -1)
            states = {after for state in self._freely(states) for _, after in self.following(state)[0].get(number, ())}
            if not states:
                return None
        return {seen for state in self._freely(states) for steps in self.following(state)[0].values() for seen, _ in steps}

    def _freely(self, states: Iterable[int]) -> set[int]:
        """The states and all others reached from there by steps that cost nothing."""
        found, todo = set(states), list(states)
        while todo:
            for label, _, after in self.following(todo.pop())[1]:
                if label == FREE and after not in found:
                    found.add(after)
                    todo.append(after)
        return found

    def following(self, state: int) -> tuple[dict[int, list[tuple[int, int]]], list[tuple[int, int, int]], bool]:
        """By label ``(visible, state)``, and all together ``(label, visible, state)`` that can be next; and whether something may be missing.

        What costs nothing is only among all together, with the label ``FREE``.
        """
        known = self.steps.get(state)
        if known is None:
            known = self.steps[state] = self._following(state)
        return known

    def _following(self, state: int) -> tuple[dict[int, list[tuple[int, int]]], list[tuple[int, int, int]], bool]:
        if state == OVER:
            return {}, [], False
        closure = self.states.closure(state)
        visible = self.states.net.visible
        by_label: dict[int, list[tuple[int, int]]] = {}
        everything: dict[tuple[int, int], None] = {}
        for seen, after, _ in closure.seen:
            step = (seen, _known(after))
            if step not in everything:
                everything[step] = None
                if visible[seen].label != FREE:
                    by_label.setdefault(visible[seen].label, []).append(step)
        # Of equal labels that lead to the same state one is enough.
        unique = {(visible[seen].label, after): seen for seen, after in everything}
        return by_label, [(label, seen, after) for (label, after), seen in unique.items()], closure.truncated

    def towards(self, state: int, label: int) -> list[tuple[int, int, int]]:
        """The steps ``(label, visible, state)``, other than the label itself, without which it may not become possible."""
        key = (state, label)
        known = self.ways.get(key)
        if known is None:
            bit = 1 << label
            leads_to, may = self.bounds.leads_to, self.bounds.of
            known = [
                (own, seen, after)
                for own, seen, after in self.following(state)[1]
                if own != label and leads_to[seen] & bit and after != OVER and may(after)[1] & bit
            ]
            self.ways[key] = known
        return known

    def is_final(self, state: int) -> bool:
        return state == OVER or self.states.is_final(state)


# The state of a process that is over, for arithmetic on states.
OVER = -1
# The bound of a state from which there is no way to the end.
STUCK = 1_000_000


def _known(state: int | None) -> int:
    return OVER if state is None else state


def _unknown(state: int) -> int | None:
    return None if state == OVER else state


class _Search:
    """A* over (state, position) with a queue of buckets: costs are small whole numbers.

    Of all orders of the same moves one is enough: log moves first, then model moves that the next event may need, then that event.
    """

    def __init__(self, aligner: Aligner, trace: Sequence[int], budget: int, unseen: int, *, is_open: bool):
        self.aligner = aligner
        self.is_open = is_open
        self.trace = trace
        self.length = len(trace)
        self.width = self.length + 1
        self.budget = budget
        self.unseen = unseen
        self.best: dict[int, int] = {}
        self.came: dict[int, tuple[int, str, int | None]] = {}
        # Of each cost ``(node, g)``; with a guide as heaps, where the estimate and the order come first.
        self.buckets: list[list[tuple[int, ...]]] = []
        self.rest = self._rest()
        self.bounds: dict[int, int] = {}
        self.lacking = aligner.flows.lacking(aligner.start, trace)
        self.counted = sum(potential.labels for potential, _ in self.lacking)
        self.missing: int | None = None
        self.guide = aligner.guide
        self.taken: dict[int, int] = {}
        self.coming = [tuple(dict.fromkeys(trace[position:])) for position in range(self.width)] if self.guide else []
        self.cost = self.expanded = 0

    def _rest(self) -> list[tuple[int, dict[int, int]]]:
        """For each position the labels from there on, as bits and counted."""
        found: list[tuple[int, dict[int, int]]] = [(0, {})]
        for label in reversed(self.trace):
            bits, counts = found[-1]
            found.append((bits | 1 << label, {**counts, 1 << label: counts.get(1 << label, 0) + 1}))
        found.reverse()
        return found

    def run(self) -> Alignment:
        self._reach((self.aligner.start + 1) * self.width, 0, -1, SYNC, None)
        with self.aligner.states.allowing(self.unseen):
            try:
                return self._cheapest()
            except OverBudget:
                return self._undecided(self.cost, self.expanded)

    def _cheapest(self) -> Alignment:
        while self.cost < len(self.buckets):
            bucket = self.buckets[self.cost]
            while bucket:
                node, g = bucket.pop() if self.guide is None else heappop(bucket)[-2:]
                if g > self.best[node]:
                    continue
                state, position = node // self.width - 1, node % self.width
                if position == self.length and (self.is_open or self.aligner.is_final(state)):
                    return self._found(node, g, self.expanded)
                self.expanded += 1
                if self.expanded > self.budget:
                    raise OverBudget
                self._expand(node, state, position, g)
            self.cost += 1
        return Alignment(None, self.cost if self.missing is None else self.missing, None, (), self.expanded)

    def _expand(self, node: int, state: int, position: int, g: int) -> None:
        by_label, everything, truncated = self.aligner.following(state)
        if truncated and (self.missing is None or g < self.missing):
            self.missing = g
        if position == self.length:
            for own, seen, after in everything:
                self._reach((after + 1) * self.width + position, g + (own != FREE), node, MODEL, seen)
            return
        label = self.trace[position]
        if self.came[node][1] != MODEL:
            self._reach(node + 1, g + 1, node, LOG, None)
        best, width = self.best, self.width
        for own, seen, after in self.aligner.towards(state, label):
            dearer = g + (own != FREE)
            there = (after + 1) * width + position
            known = best.get(there)
            if known is None or known > dearer:
                self._reach(there, dearer, node, MODEL, seen)
            elif known == dearer and self.came[there][:2] == (node, MODEL) and seen in self.aligner.nowhere:
                self.came[there] = (node, MODEL, seen)  # of two steps to the same end that which no trace has ever shown is the likelier one to be missing
        for seen, after in by_label.get(label, ()):
            self._reach((after + 1) * width + position + 1, g, node, SYNC, seen)

    def _reach(self, node: int, g: int, came: int, kind: str, seen: int | None) -> None:
        known = self.best.get(node)
        if known is not None and (known < g or known == g and (kind == MODEL or self.came[node][1] != MODEL)):
            return
        self.best[node] = g
        self.came[node] = (came, kind, seen)
        bound = self.bounds.get(node)
        if bound is None:
            bound = self.bounds[node] = self._bound(node // self.width - 1, node % self.width)
        if bound >= STUCK:
            return
        f = max(g + bound, self.cost)
        while len(self.buckets) <= f:
            self.buckets.append([])
        if self.guide is None:
            self.buckets[f].append((node, g))
            return
        taken = self.taken[node] = self.taken.get(came, 0) + 1
        state, position = node // self.width - 1, node % self.width
        about = self.guide.estimate(state, self.coming[position], self.rest[position][0], self.length - position) + TAKEN * taken
        # Of the same estimate the last found comes first.
        heappush(self.buckets[f], (about, -len(self.taken), node, g))

    def _bound(self, state: int, position: int) -> int:
        """At least so much is still to pay: what must come and does not, what comes and cannot."""
        bits, counts = self.rest[position]
        if state == OVER:
            return self.length - position
        must, may = self.aligner.bounds.of(state)
        if self.is_open:
            must = 0
        if must < 0:
            return STUCK
        bound = _missed(must & ~bits, bits & ~may, counts)
        if not self.lacking:
            return bound
        # What is counted is not told twice: of its labels either the one or the other.
        lack = sum(max(0, -self.aligner.flows.now(potential, state) - brought[position]) for potential, brought in self.lacking)
        return max(bound, lack + _missed(must & ~bits & ~self.counted, bits & ~may & ~self.counted, counts))

    def _found(self, node: int, cost: int, expanded: int) -> Alignment:
        if self.missing is not None and self.missing < cost:
            return Alignment(None, self.missing, cost, (), expanded)
        moves: list[Move] = []
        width = self.width
        visible = self.aligner.states.net.visible
        while self.came[node][0] >= 0:
            before, kind, seen = self.came[node]
            if kind == SYNC or seen is None or visible[seen].label != FREE:
                moves.append(Move(kind, None if kind == MODEL else before % width, seen, _unknown(node // width - 1)))
            node = before
        return Alignment(cost, cost, cost, tuple(reversed(moves)), expanded)

    def _undecided(self, f: int, expanded: int) -> Alignment:
        lower = f if self.missing is None else min(f, self.missing)
        return Alignment(None, lower, None, (), expanded)


def _missed(missing: int, lost: int, counts: Mapping[int, int]) -> int:
    """Each label once that must come and does not, each that comes and cannot as often as it comes."""
    found = missing.bit_count()
    while lost:
        label = lost & -lost
        found += counts[label]
        lost ^= label
    return found
