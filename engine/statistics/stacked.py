"""Filters that stack must not isolate a few by subtracting one answer from another.

What is shown is one table of counts, with one answer for every choice of filters: everybody, one value of one dimension, or one value of each
of two dimensions that may be stacked (``Plan``). A number from 1 to below the threshold is withheld. Whoever asks with every filter knows all the
other numbers, and computes bounds for a withheld one by linear programming; further numbers are withheld until these bounds lie at least
``threshold - 1`` apart for every small number there is, also for those of choices that nobody may ask for.

Not the whole cross table of all dimensions is searched, but parts of it: the middle, whose dimensions stack with each other, and beside it one part
for each other dimension. Parts agree on what they share and on nothing more; any tables of the parts that do so are those of some cases.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from itertools import chain, combinations, product
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.statistics.audit import Audit
from engine.statistics.suppression import ALL, Cell

Case = Mapping[str, str]
# Cases of one kind in one cell, and how many there are.
Counted = tuple[Case, Cell, int]
Choice = frozenset[tuple[str, str]]
Key = tuple[Choice, Cell]
# In the middle the values that are too small to be stacked count as one, which nobody may ask for.
REST = "übrige"
# Tables of so many cells at most are told with two filters, too.
NARROW = 3
# A value is stacked in the middle when it has so many times the threshold.
ENOUGH = 20
ROUNDS = 3
# What the values of the coarse dimension are called one by one.
FINE = " "
EVERYBODY: Choice = frozenset()
# So many tables are kept.
MOST = 400


@dataclass(frozen=True)
class Plan:
    """``middle`` are dimensions any two of which stack; of the ``coarse`` one only values of many cases do. ``beside``: each further dimension
    with the one of the middle that it stacks with. Of ``along`` several values in a row may be chosen."""

    middle: tuple[str, ...]
    beside: Mapping[str, str]
    coarse: str = ""
    along: str = ""

    @property
    def dimensions(self) -> tuple[str, ...]:
        return (*self.middle, *self.beside)

    def stacks(self, dimensions: Collection[str]) -> bool:
        """Whether there are answers to choices of these dimensions together."""
        wanted = set(dimensions)
        return len(wanted) < 2 or len(wanted) == 2 and (wanted <= set(self.middle) or any({one, other} == wanted for one, other in self.beside.items()))


@dataclass(frozen=True)
class Stacked:
    """What may be told: ``numbers`` of each choice and cell, None where it is withheld."""

    plan: Plan
    numbers: Mapping[Key, int | None]

    def number(self, wanted: Mapping[str, Collection[str]], cell: Cell) -> int | None:
        """How many of the chosen are in the cell. Several values of one dimension are told where each of them is."""
        if not self.plan.stacks(wanted):
            return None
        # Nobody with one value is nobody; of nobody with two nothing is told.
        nobody = 0 if len(wanted) < 2 else None
        parts = [self.numbers.get((frozenset(zip(wanted, values, strict=True)), cell), nobody) for values in product(*wanted.values())]
        return None if any(part is None for part in parts) else sum(part for part in parts if part is not None)

    def slice(self, wanted: Mapping[str, Collection[str]]) -> dict[Cell, int | None]:
        """The table of the chosen, with its sums."""
        return {cell: self.number(wanted, cell) for choice, cell in self.numbers if choice == EVERYBODY}


_known: OrderedDict[bytes, Stacked] = OrderedDict()
_lock = Lock()


def publish(
    entries: Iterable[tuple[Case, Cell]], plan: Plan, *, threshold: int, large: Collection[str] = (), told: Mapping[Key, bool] | None = None, near: Mapping[Key, int] | None = None
) -> Stacked:  # fmt: skip
    """The numbers of all choices, as far as they may be seen. ``large`` are the values of the coarse dimension that stack.

    What everybody together are in each cell counts as known. ``told`` says of some whether they are told anyhow (then they stay) or are withheld
    anyhow, because another table says so. ``near`` are numbers that another table tells of the same cases and some more: where the more are fewer than
    the threshold the number counts as known, though it is not told here. Tables of many cells are told with one filter only.

    It takes up to seconds and rests on nothing but how many there are of each kind, so the answer to that is kept: most of what happens in a day
    changes hardly a table.
    """
    names = dict.fromkeys((*plan.dimensions, *filter(None, (plan.coarse,))))
    kinds = Counter((tuple(case[name] for name in names), cell) for case, cell in entries)
    told, near = told or {}, near or {}
    others = sorted(_listed(told)), sorted(_listed(near))
    asked = sorted(kinds.items()), plan.middle, sorted(plan.beside.items()), plan.coarse, plan.along, threshold, sorted(large), others
    key = blake2b(repr(asked).encode()).digest()
    with _lock:
        if key in _known:
            _known.move_to_end(key)
            return _known[key]
    counted = [(dict(zip(names, values, strict=True)), cell, number) for (values, cell), number in kinds.items()]
    made = _publish(counted, plan, threshold=threshold, large=large, told=told, near=near)
    with _lock:
        _known[key] = made
        while len(_known) > MOST:
            _known.popitem(last=False)
    return made


def _listed(told: Mapping[Key, int]) -> Iterator[tuple[Any, ...]]:
    """In an order that does not depend on the process."""
    return ((sorted(choice), cell, what) for (choice, cell), what in told.items())


def _publish(entries: Sequence[Counted], plan: Plan, *, threshold: int, large: Collection[str], told: Mapping[Key, bool], near: Mapping[Key, int]) -> Stacked:
    space = _Space(entries, plan, frozenset(large))
    numbers = {key: space.count(key) for key in space.answers()}
    is_narrow = len(space.cells) <= NARROW
    guessed = {key for key, number in numbers.items() if key in near and near[key] - number < threshold and not told.get(key)}
    fixed = guessed | {key for key in numbers if key[0] == EVERYBODY or told.get(key)}
    withheld = {
        key for key, number in numbers.items()
        if key not in fixed and (0 < number < threshold or told.get(key) is False or len(key[0]) > 1 and (not number or not is_narrow and any(part != ALL for part in key[1])))
    }  # fmt: skip
    _in_pairs(numbers, withheld, fixed, threshold)
    known = {key: (space.unknowns(key), number) for key, number in numbers.items()}
    small, same = list(space.small(threshold)), list(space.agreements())
    Audit(space.size, known, same, small, withheld=withheld, fixed=fixed, threshold=threshold, loss=partial(_loss, numbers)).run()
    return Stacked(plan, {key: None if key in withheld or key in guessed else number for key, number in numbers.items()})


def large(cases: Iterable[Case], dimension: str, *, threshold: int) -> frozenset[str]:
    """The values of a dimension with enough cases to be stacked; one that would be left over alone takes the smallest other with it."""
    counts = Counter(case[dimension] for case in cases)
    found = sorted((value for value, number in counts.items() if number >= ENOUGH * threshold), key=lambda value: (counts[value], value))
    return frozenset(found[1:] if len(counts) - len(found) == 1 else found)


def _in_pairs(numbers: Mapping[Key, int], withheld: set[Key], fixed: Collection[Key], threshold: int) -> None:
    """The cheap part: where sums are told, no number is missing alone, nor several that are together too small."""
    lines: dict[Key, list[Key]] = {}
    for choice, cell in numbers:
        for place, part in enumerate(cell):
            if part != ALL:
                lines.setdefault((choice, (*cell[:place], ALL, *cell[place + 1 :])), []).append((choice, cell))
        for one in choice:
            lines.setdefault((choice - {one} | {(one[0], ALL)}, cell), []).append((choice, cell))
    for _ in range(ROUNDS):
        for (choice, cell), line in lines.items():
            whole = (frozenset(one for one in choice if one[1] != ALL), cell)
            missing = [key for key in line if key in withheld]
            small = [key for key in missing if 0 < numbers[key] < threshold]
            shown = [key for key in line if key not in withheld and key not in fixed and numbers[key]]
            if whole not in withheld and small and shown and (len(missing) == 1 or sum(numbers[key] for key in missing) < threshold - 1):
                withheld.add(min(shown, key=lambda key: (numbers[key], sorted(key[0]), key[1])))


class _Part:
    """The counts of one part as an array: first the cells, then its dimensions."""

    def __init__(self, entries: Iterable[tuple[tuple[str, ...], int, int]], names: tuple[str, ...], cells: int, first: int, *, is_whole: bool):
        rows = list(entries)
        seen = {values for values, *_ in rows}
        self.names, self.first = names, first
        self.values = [sorted({values[place] for values in seen}) for place in range(len(names))]
        # In the middle whatever could be; beside it only what is: a version that nobody ran on in a year is known not to be there.
        self.places = list(product(*self.values)) if is_whole else sorted(seen)
        at = {values: place for place, values in enumerate(self.places)}
        self._where: dict[Choice, NDArray[np.bool_]] = {}
        self.counts = np.zeros((cells, len(self.places)))
        for values, cell, number in rows:
            self.counts[cell, at[values]] += number

    @property
    def size(self) -> int:
        return self.counts.size

    def where(self, choice: Mapping[str, str]) -> NDArray[np.bool_]:
        wanted = frozenset(choice.items())
        if wanted not in self._where:
            at = [(self.names.index(name), value) for name, value in wanted]
            self._where[wanted] = np.array([all(values[place] == value for place, value in at) for values in self.places], dtype=bool)
        return self._where[wanted]


class _Space:
    """All unknowns that somebody with a pencil would set up, and what is a sum of which."""

    def __init__(self, entries: Sequence[Counted], plan: Plan, large: frozenset[str]):
        self.plan, self.large = plan, large
        self.cells = sorted({cell for _, cell, _ in entries})
        at = {cell: place for place, cell in enumerate(self.cells)}
        rows = [(self._placed(case), at[cell], number) for case, cell, number in entries]
        self.parts: list[_Part] = []
        self._add(plan.middle, rows, is_whole=True)
        for name, other in plan.beside.items():
            self._add((name, other), rows, is_whole=False)
        if plan.coarse:
            self._add((_fine(plan.coarse), plan.coarse), [row for row in rows if row[0][plan.coarse] == REST], is_whole=False)
        self.margins = sorted({margin for cell in self.cells for margin in product(*((part, ALL) for part in cell))})
        self._within = {margin: np.array([all(part in (ALL, own) for part, own in zip(margin, cell, strict=True)) for cell in self.cells]) for margin in self.margins}

    def _placed(self, case: Case) -> dict[str, str]:
        coarse = self.plan.coarse
        if not coarse:
            return dict(case)
        return {**case, _fine(coarse): case[coarse], coarse: case[coarse] if case[coarse] in self.large else REST}

    def _add(self, names: tuple[str, ...], rows: Iterable[tuple[dict[str, str], int, int]], *, is_whole: bool) -> None:
        first = sum(part.size for part in self.parts)
        self.parts.append(_Part(((tuple(case[name] for name in names), cell, number) for case, cell, number in rows), names, len(self.cells), first, is_whole=is_whole))

    @property
    def size(self) -> int:
        return sum(part.size for part in self.parts)

    def answers(self) -> Iterator[Key]:
        """Everything that could be told: of everybody, of one value, of two that stack."""
        for part in self.parts:
            for names in _some(part.names, 2):
                if part is not self.parts[0] and part.names[0] not in names or _fine(self.plan.coarse) in names and len(names) > 1:
                    continue
                for values in sorted({tuple(place[part.names.index(name)] for name in names) for place in part.places}):
                    if REST not in values:
                        choice = frozenset((name.removesuffix(FINE), value) for name, value in zip(names, values, strict=True))
                        yield from ((choice, margin) for margin in self.margins)

    def small(self, threshold: int) -> Iterator[tuple[NDArray[np.intp], int]]:
        """Every sum that is small, of choices that are told or not, with the unknowns it is of."""
        for part in self.parts:
            for names in _some(part.names, len(part.names)):
                # Of everybody together everything is known.
                if not names or part is not self.parts[0] and part.names[0] not in names:
                    continue
                for values in sorted({tuple(place[part.names.index(name)] for name in names) for place in part.places}):
                    yield from self._small(part, part.where(dict(zip(names, values, strict=True))), threshold)
            yield from chain.from_iterable(self._small(part, where, threshold) for where in self._ranges(part))

    def _small(self, part: _Part, where: NDArray[np.bool_], threshold: int) -> Iterator[tuple[NDArray[np.intp], int]]:
        for margin in self.margins:
            number = int(part.counts[self._within[margin]][:, where].sum())
            if 0 < number < threshold:
                yield self._unknowns(part, where, margin), number

    def _ranges(self, part: _Part) -> Iterator[NDArray[np.bool_]]:
        """Several values in a row of the dimension that may be asked for so, with each value of the other."""
        if self.plan.along not in part.names:
            return
        at = part.names.index(self.plan.along)
        values, others = part.values[at], sorted({place[:at] + place[at + 1 :] for place in part.places})
        for begin, end in combinations(range(len(values) + 1), 2):
            if 1 < end - begin < len(values):
                row = np.array([place[at] in values[begin:end] for place in part.places])
                yield row
                yield from (row & np.array([place[:at] + place[at + 1 :] == other for place in part.places]) for other in others)

    def count(self, key: Key) -> int:
        part, where = self._of(key[0])
        return int(part.counts[self._within[key[1]]][:, where].sum())

    def unknowns(self, key: Key) -> NDArray[np.intp]:
        return self._unknowns(*self._of(key[0]), key[1])

    def _of(self, choice: Choice) -> tuple[_Part, NDArray[np.bool_]]:
        wanted = dict(choice)
        coarse = self.plan.coarse
        if coarse in wanted and wanted[coarse] not in self.large:
            wanted[_fine(coarse)] = wanted.pop(coarse)
        part = next(part for part in self.parts if wanted.keys() <= set(part.names))
        return part, part.where(wanted)

    def _unknowns(self, part: _Part, where: NDArray[np.bool_], margin: Cell) -> NDArray[np.intp]:
        numbers: NDArray[np.intp] = np.arange(part.size).reshape(part.counts.shape)[self._within[margin]][:, where]
        found: NDArray[np.intp] = numbers.ravel() + part.first
        return found

    def agreements(self) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
        """What a part beside the middle shares with it: sums that are the same in both."""
        middle = self.parts[0]
        for part in self.parts[1:]:
            for value in sorted({place[1] for place in part.places}):
                here, there = part.where({part.names[1]: value}), middle.where({part.names[1]: value})
                for cell in self.cells:
                    yield self._unknowns(part, here, cell), self._unknowns(middle, there, cell)


def _fine(name: str) -> str:
    return name + FINE


def _some(names: Sequence[str], most: int) -> Iterator[tuple[str, ...]]:
    return chain.from_iterable(combinations(names, size) for size in range(min(most, len(names)) + 1))


def _loss(numbers: Mapping[Key, int], key: Key) -> tuple[int, bool, int, int, list[tuple[str, str]], Cell]:
    """What is missed least: of two filters rather than of one, a cell rather than a sum, a small one."""
    choice, cell = key
    return (-len(choice), ALL in cell, cell.count(ALL), numbers[key], sorted(choice), cell)
