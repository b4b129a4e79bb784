"""How far apart a handful of regions lie in one figure: from the smallest to the largest, and by how much they scatter."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass

# A region's figure, and the number of cases (or tasks, proposals) it is of.
Weighed = tuple[float, int]


@dataclass(frozen=True)
class Spread:
    """``deviation`` counts every region alike, ``weighted`` by its number. Both are of these regions, not an estimate for others (divided by how many)."""

    regions: int
    number: int
    least: float
    most: float
    deviation: float
    weighted: float

    @property
    def range(self) -> float:
        return self.most - self.least


def spread(figures: Collection[Weighed]) -> Spread | None:
    """Of at least two regions, None of fewer.

    Raises:
        ValueError: a figure that is no number, or that is of nothing.
    """
    if any(not math.isfinite(value) or weight <= 0 for value, weight in figures):
        raise ValueError("figures are numbers, each of at least one")
    if len(figures) < 2:
        return None
    values = [value for value, _ in figures]
    return Spread(
        len(values), sum(weight for _, weight in figures), min(values), max(values),
        deviation=_deviation([(value, 1) for value in values]), weighted=_deviation(figures),
    )  # fmt: skip


def _deviation(figures: Collection[Weighed]) -> float:
    whole = sum(weight for _, weight in figures)
    mean = math.fsum(value * weight for value, weight in figures) / whole
    return math.sqrt(math.fsum(weight * (value - mean) ** 2 for value, weight in figures) / whole)
