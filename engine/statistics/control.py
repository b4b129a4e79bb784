"""Is a monthly figure steady? The XmR chart: individual values with limits from their moving ranges (Wheeler)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean

# Three sigma for individual values and for ranges of two, from the mean of those ranges (d2 = 1.128, D4 = 3.267).
VALUES, RANGES = 2.660, 3.267
RUN = 8


@dataclass(frozen=True)
class Xmr:
    """``signals`` are the places of values outside the limits; ``runs`` those that end eight or more in a row on one side of the centre."""

    values: tuple[float, ...]
    centre: float
    lower: float
    upper: float
    range_centre: float
    range_upper: float
    signals: tuple[int, ...]
    runs: tuple[int, ...]


def xmr(values: Sequence[float], *, least: float = float("-inf"), most: float = float("inf")) -> Xmr:
    """The chart of at least two values; the limits stay within ``least`` and ``most``, such as 0 and 1 for shares.

    Raises:
        ValueError: fewer than two values.
    """
    if len(values) < 2:
        raise ValueError("at least two values")
    centre, spread = fmean(values), fmean(abs(after - before) for before, after in pairwise(values))
    lower, upper = max(least, centre - VALUES * spread), min(most, centre + VALUES * spread)
    signals = tuple(place for place, value in enumerate(values) if not lower <= value <= upper)
    return Xmr(tuple(values), centre, lower, upper, spread, RANGES * spread, signals, tuple(_runs(values, centre)))


def _runs(values: Sequence[float], centre: float) -> list[int]:
    found, side, length = [], 0, 0
    for place, value in enumerate(values):
        now = (value > centre) - (value < centre)
        length = length + 1 if now == side and now else int(now != 0)
        side = now
        if length >= RUN:
            found.append(place)
    return found
