"""Comparing a handful of regions: the region, not the case, is what was chosen, so only whole regions may be exchanged."""

from __future__ import annotations

import random
from collections.abc import Mapping, Set
from dataclasses import dataclass
from itertools import combinations
from math import comb
from statistics import fmean

# Up to here every way of choosing the group is tried: 5 of 13 regions are 1,287.
EXACT = 20_000


@dataclass(frozen=True)
class Comparison:
    """``difference`` is the mean of the group minus that of the others; ``p`` how often chance alone gives one as large, to either side.

    ``arrangements`` were tried, all there are when ``is_exact``. The smallest p that can come out is 1 / arrangements.
    """

    difference: float
    p: float
    arrangements: int
    is_exact: bool


def compare(figures: Mapping[str, float], group: Set[str], *, seed: int = 0) -> Comparison:
    """One figure for each region; ``group`` are those that differ, such as the pilot regions.

    Raises:
        ValueError: the group or its complement is empty.
    """
    regions = sorted(figures)
    chosen = frozenset(regions) & group
    if not chosen or len(chosen) == len(regions):
        raise ValueError("regions on both sides")
    observed = _difference(figures, chosen)
    is_exact = comb(len(regions), len(chosen)) <= EXACT
    draws = combinations(regions, len(chosen)) if is_exact else _drawn(regions, len(chosen), seed)
    results = [abs(_difference(figures, frozenset(draw))) >= abs(observed) - 1e-12 for draw in draws]
    hits, tries = sum(results), len(results)
    # A sample does not hold the arrangement that was observed for sure: it is counted in.
    return Comparison(observed, hits / tries if is_exact else (hits + 1) / (tries + 1), tries, is_exact)


def _difference(figures: Mapping[str, float], chosen: Set[str]) -> float:
    inside = [value for region, value in figures.items() if region in chosen]
    outside = [value for region, value in figures.items() if region not in chosen]
    return fmean(inside) - fmean(outside)


def _drawn(regions: list[str], number: int, seed: int) -> list[tuple[str, ...]]:
    chance = random.Random(seed)
    return [tuple(chance.sample(regions, number)) for _ in range(EXACT)]
