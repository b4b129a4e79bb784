"""Small numbers are withheld, and as many others that no sum gives them back.

A table of counts is published with all its sums: over each dimension and over any of them together. A number from 1 to below the
threshold is withheld (primary suppression). Somebody who knows every published number can still compute bounds for a withheld one, by linear
programming; further numbers are withheld until these bounds lie at least ``threshold - 1`` apart for every one (secondary suppression).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.optimize import linprog

# Stands for the sum over a dimension.
ALL = "*"

Cell = tuple[str, ...]


# A share of so many steps is right to within some percents.
ENOUGH = 10


@dataclass(frozen=True)
class Published:
    """``numbers`` holds every cell and sum, in multiples of ``step``; None is withheld. ``primary`` were too small themselves."""

    numbers: Mapping[Cell, int | None]
    primary: frozenset[Cell]
    step: int = 1

    def __getitem__(self, cell: Cell) -> int | None:
        return self.numbers[cell]

    def carries(self, whole: int | None) -> bool:
        """Whether a share of so many says more than how they were rounded."""
        return self.step == 1 or whole is None or whole >= ENOUGH * self.step

    def whole(self, row: str) -> int | None:
        """What shares of a row of two dimensions are of: of round numbers it is what they add up to, which their own round sum often is not."""
        parts = [number for (first, column), number in self.numbers.items() if first == row and column != ALL]
        told = [number for number in parts if number is not None]
        return sum(told) if self.step > 1 and len(told) == len(parts) else self.numbers[row, ALL]

    @property
    def withheld(self) -> frozenset[Cell]:
        return frozenset(cell for cell, number in self.numbers.items() if number is None)


def publish(counts: Mapping[Cell, int], *, threshold: int) -> Published:
    """The counts of the innermost cells with all sums, as far as they may be seen. Cells that are not given count 0.

    Raises:
        ValueError: cells of different length, a negative count, or a category called ``*``.
    """
    sums = totals(counts)
    primary = frozenset(cell for cell, number in sums.items() if 0 < number < threshold)
    withheld = _in_pairs(sums, set(primary), threshold)
    # Each round withholds at least one more; with everything withheld nothing is left to compute from.
    while weak := _weak(sums, withheld, threshold):
        withheld |= {_next(sums, withheld, cell) for cell in weak}
        withheld = _in_pairs(sums, withheld, threshold)
    return Published({cell: None if cell in withheld else number for cell, number in sums.items()}, primary)


def totals(counts: Mapping[Cell, int]) -> dict[Cell, int]:
    """Every cell of the grid that the categories span, and every sum."""
    if len({len(cell) for cell in counts}) > 1 or any(number < 0 for number in counts.values()) or any(ALL in cell for cell in counts):
        raise ValueError("cells of one length with counts from 0, and no category called *")
    dimensions = [sorted(set(values)) for values in zip(*counts, strict=True)]
    sums = dict.fromkeys(product(*([*values, ALL] for values in dimensions)), 0)
    for cell, number in counts.items():
        for place in product(*((value, ALL) for value in cell)):
            sums[place] += number
    return sums


def bounds(numbers: Mapping[Cell, int | None], cell: Cell) -> tuple[float, float]:
    """What the published ``numbers`` say about ``cell``: its least and its largest possible value."""
    return _Reader(numbers).bounds(cell)


class _Reader:
    """Somebody with all published numbers, a pencil, and the knowledge that counts are not negative."""

    def __init__(self, numbers: Mapping[Cell, int | None]):
        self.inner = [cell for cell in numbers if ALL not in cell]
        known = [(cell, number) for cell, number in numbers.items() if number is not None]
        self.equations = np.array([self._row(cell) for cell, _ in known]) if known else None
        self.values = np.array([number for _, number in known]) if known else None

    def bounds(self, cell: Cell) -> tuple[float, float]:
        row = self._row(cell)
        least = linprog(row, A_eq=self.equations, b_eq=self.values, bounds=(0, None))
        most = linprog(-row, A_eq=self.equations, b_eq=self.values, bounds=(0, None))
        return least.fun, (-most.fun if most.status == 0 else float("inf"))

    def _row(self, cell: Cell) -> np.ndarray:
        return np.array([all(part in (ALL, value) for part, value in zip(cell, inner, strict=True)) for inner in self.inner], dtype=float)


def _weak(sums: Mapping[Cell, int], withheld: set[Cell], threshold: int) -> list[Cell]:
    """The withheld cells that can be computed too closely."""
    reader = _Reader({cell: None if cell in withheld else number for cell, number in sums.items()})
    found = []
    for cell in sorted(withheld):
        least, most = reader.bounds(cell)
        if most - least < threshold - 1 - 1e-6:
            found.append(cell)
    return found


def _in_pairs(sums: Mapping[Cell, int], withheld: set[Cell], threshold: int) -> set[Cell]:
    """The cheap part: in no line of the table may one number be missing alone, or several that are together too small."""
    lines = list(_lines(sums))
    through: dict[Cell, list[int]] = {cell: [] for cell in sums}
    for number, line in enumerate(lines):
        for cell in line:
            through[cell].append(number)
    open_ = {number for number, line in enumerate(lines) if _gives_away(sums, line, withheld, threshold)}
    while open_:
        shown = [cell for cell in lines[min(open_)] if cell not in withheld and sums[cell]]
        if not shown:
            open_.remove(min(open_))
            continue
        # The one that mends most lines at once; of these an inner cell rather than a sum, and the smallest.
        chosen = min(shown, key=lambda cell: (-len(open_.intersection(through[cell])), cell.count(ALL), sums[cell], cell))
        withheld.add(chosen)
        for number in through[chosen]:
            (open_.add if _gives_away(sums, lines[number], withheld, threshold) else open_.discard)(number)
    return withheld


def _gives_away(sums: Mapping[Cell, int], line: list[Cell], withheld: set[Cell], threshold: int) -> bool:
    missing = [cell for cell in line if cell in withheld]
    return bool(missing) and (len(missing) == 1 or sum(sums[cell] for cell in missing if cell != line[-1]) < threshold - 1)


def _lines(sums: Mapping[Cell, int]) -> Iterator[list[Cell]]:
    """Every set of cells of which the last is the sum of the others."""
    for end in sums:
        for place, value in enumerate(end):
            if value == ALL:
                others = [cell for cell in sums if cell[place] != ALL and cell[:place] + cell[place + 1 :] == end[:place] + end[place + 1 :]]
                yield [*others, end]


def _next(sums: Mapping[Cell, int], withheld: set[Cell], weak: Cell) -> Cell:
    """The smallest shown number in a line with ``weak``; else the smallest shown at all."""
    near = [cell for line in _lines(sums) if weak in line for cell in line if cell not in withheld and sums[cell]]
    return min(near or [cell for cell in sums if cell not in withheld and sums[cell]] or [weak], key=lambda cell: (sums[cell], cell))
