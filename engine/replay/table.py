"""A model that has few states, as one table: alignments of all variants by sets of states instead of a search for each.

For each suffix of a variant and each cost k the set of states from which the rest can be explained with at most k, as one integer with a bit
for each state. Suffixes that variants share are computed once. What the sets say is exact, so an alignment is read off without searching.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from engine.replay.net import FREE

# A byte of a set of states at a time: the union of what its states map to is remembered.
BYTE = 8
# Sets kept for shared suffixes; then they are made anew.
MOST_SETS = 200_000

Steps = tuple[dict[int, list[tuple[int, int]]], list[tuple[int, int, int]], bool]


class Relation:
    """Maps sets of states to sets of states, each state to a fixed set."""

    def __init__(self, count: int):
        self.of = [0] * count
        self.width = (count + BYTE - 1) // BYTE
        self.known: list[dict[int, int]] = [{} for _ in range(self.width)]

    def apply(self, states: int) -> int:
        """Everything that a state of the set maps to."""
        found = 0
        for at, byte in enumerate(states.to_bytes(self.width, "little")):
            if byte:
                known = self.known[at].get(byte)
                found |= self._union(at, byte) if known is None else known
        return found

    def _union(self, at: int, byte: int) -> int:
        found = 0
        for bit in range(BYTE):
            if byte >> bit & 1:
                found |= self.of[at * BYTE + bit]
        self.known[at][byte] = found
        return found


@dataclass(slots=True)
class Suffix:
    """The rest of a variant from an activity on. ``levels[k]``: the states from which it can be explained with at most k."""

    label: int
    rest: Suffix | None
    longer: dict[int, Suffix] = field(default_factory=dict)
    levels: list[int] = field(default_factory=list)


def without_free(steps: Mapping[int, Steps], is_final: Callable[[int], bool]) -> tuple[dict[int, Steps], Callable[[int], bool]]:
    """The same states with what can be seen after any steps that cost nothing, and which of them can then be the end."""
    found: dict[int, Steps] = {}
    finals: set[int] = set()
    for state in steps:
        reached, todo = {state}, [state]
        while todo:
            for label, _, after in steps[todo.pop()][1]:
                if label == FREE and after not in reached:
                    reached.add(after)
                    todo.append(after)
        everything = {(label, after): (label, seen, after) for one in reached for label, seen, after in steps[one][1] if label != FREE}
        by_label: dict[int, dict[tuple[int, int], None]] = {}
        for one in reached:
            for label, same in steps[one][0].items():
                by_label.setdefault(label, {}).update(dict.fromkeys(same))
        found[state] = ({label: list(same) for label, same in by_label.items()}, list(everything.values()), False)
        if any(is_final(one) for one in reached):
            finals.add(state)
    return found, finals.__contains__


class Table:
    """``steps`` maps every state to what can be seen next (``Aligner.following``), all of them complete."""

    def __init__(self, steps: Mapping[int, Steps], is_final: Callable[[int], bool], labels: int):
        self.steps = steps
        self.numbers = {state: number for number, state in enumerate(steps)}
        self.before = Relation(len(steps))
        self.before_label = [Relation(len(steps)) for _ in range(labels)]
        for state, (_, everything, _) in steps.items():
            for label, _, after in everything:
                self.before.of[self.numbers[after]] |= 1 << self.numbers[state]
                self.before_label[label].of[self.numbers[after]] |= 1 << self.numbers[state]
        self.final = sum(1 << number for state, number in self.numbers.items() if is_final(state))
        self.everywhere = (1 << len(steps)) - 1
        self.ends: dict[bool, Suffix] = {}
        self.sets = 0

    def align(self, start: int, trace: Sequence[int], *, is_open: bool) -> list[tuple[int | None, int | None, int]] | None:
        """The cheapest explanation as ``(position, visible, state afterwards)`` for each move; None if no way leads to the end.

        Without a position it is a move of the model only, without a visible thing one of the log only.
        """
        path = self._path(trace, is_open=is_open)
        bit = 1 << self.numbers[start]
        k = 0
        while not self._level(path, k) & bit:
            if k and all(suffix.levels[k] == suffix.levels[k - 1] for suffix in path):
                return None  # nothing more will come
            k += 1
        return self._moves(path, trace, start, k)

    def _path(self, trace: Sequence[int], *, is_open: bool) -> list[Suffix]:
        """The suffixes of the trace, the longest first, the empty one last."""
        if self.sets > MOST_SETS:
            self.ends, self.sets = {}, 0
        at = self.ends.setdefault(is_open, Suffix(-1, None, levels=[self.everywhere if is_open else self.final]))
        path = [at]
        for label in reversed(trace):
            known = at.longer.get(label)
            if known is None:
                known = at.longer[label] = Suffix(label, at)
            path.append(known)
            at = known
        path.reverse()
        return path

    def _level(self, path: Iterable[Suffix], k: int) -> int:
        """The states from which the whole trace can be explained with at most k."""
        found = 0
        for suffix in reversed(list(path)):
            levels = suffix.levels
            while len(levels) <= k:
                levels.append(self._next(suffix, len(levels)))
                self.sets += 1
            found = levels[k]
        return found

    def _next(self, suffix: Suffix, k: int) -> int:
        cheaper = suffix.levels[k - 1] if k else 0
        found = cheaper
        if k:
            new = cheaper & ~suffix.levels[k - 2] if k > 1 else cheaper
            found |= self.before.apply(new)
        rest = suffix.rest
        if rest is not None:
            new = rest.levels[k] & ~rest.levels[k - 1] if k else rest.levels[0]
            found |= self.before_label[suffix.label].apply(new)
            if k:
                found |= rest.levels[k - 1]
        return found

    def _moves(self, path: Sequence[Suffix], trace: Sequence[int], state: int, k: int) -> list[tuple[int | None, int | None, int]]:
        """Follow the sets from the start: together with the log where that is cheapest, then alone, then without the model."""
        moves: list[tuple[int | None, int | None, int]] = []
        at, length = 0, len(trace)
        while True:
            by_label, everything, _ = self.steps[state]
            if at < length:
                allowed = path[at + 1].levels[k]
                sync = next(((seen, after) for seen, after in reversed(by_label.get(trace[at], ())) if allowed >> self.numbers[after] & 1), None)
                if sync is not None:
                    state = sync[1]
                    moves.append((at, sync[0], state))
                    at += 1
                    continue
            if not k and at == length:
                return moves
            if at == length and self.ends_at(path[-1], state):
                return moves
            allowed = path[at].levels[k - 1]
            step = next(((seen, after) for _, seen, after in reversed(everything) if allowed >> self.numbers[after] & 1), None)
            k -= 1
            if step is not None:
                state = step[1]
                moves.append((None, step[0], state))
            else:
                moves.append((at, None, state))
                at += 1

    def ends_at(self, end: Suffix, state: int) -> bool:
        """Whether nothing more need come."""
        return bool(end.levels[0] >> self.numbers[state] & 1)
