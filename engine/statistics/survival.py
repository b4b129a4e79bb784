"""How long something lasts when for many it has not ended yet: Kaplan–Meier, restricted means, the log-rank test."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from scipy.stats import chi2, norm

# (duration, has ended): a duration of somebody who is still there, or left otherwise, is censored.
Spell = tuple[float, bool]


@dataclass(frozen=True)
class Point:
    """At ``time``: how many were still under observation just before, how many ended and were censored then, and the share that lasts longer.

    ``lower`` and ``upper`` bound that share with the curve's confidence (log-log, Greenwood).
    """

    time: float
    at_risk: int
    ended: int
    censored: int
    share: float
    lower: float
    upper: float


@dataclass(frozen=True)
class Curve:
    """A survival curve: right-continuous steps, 1 before the first point."""

    points: tuple[Point, ...]
    confidence: float

    @property
    def number(self) -> int:
        return self.points[0].at_risk if self.points else 0

    def share(self, time: float) -> float:
        """The share lasting longer than ``time``; that of the last point beyond it."""
        return next((point.share for point in reversed(self.points) if point.time <= time), 1.0)

    def at_risk(self, time: float) -> int:
        """How many are under observation just before ``time``."""
        return next((point.at_risk for point in self.points if point.time >= time), 0)

    def quantile(self, share: float) -> float | None:
        """The first time at which at most ``share`` last longer, such as 0.5 for the median; None when so many never ended under observation."""
        return next((point.time for point in self.points if point.share <= share + 1e-12), None)

    def restricted_mean(self, horizon: float) -> float:
        """The mean duration, each counted up to ``horizon`` at most: the area under the curve."""
        steps = [(0.0, 1.0), *((point.time, point.share) for point in self.points if point.time < horizon), (horizon, 0.0)]
        return sum(share * (end - begin) for (begin, share), (end, _) in pairwise(steps))


def kaplan_meier(spells: Sequence[Spell], *, confidence: float = 0.95) -> Curve:
    """The curve of these spells. Who is censored at a time counts as under observation at that time.

    Raises:
        ValueError: a duration is negative or no number.
    """
    if any(not math.isfinite(time) or time < 0 for time, _ in spells):
        raise ValueError("durations are numbers from 0")
    z = float(norm.ppf(0.5 + confidence / 2))
    points, share, spread, at_risk = [], 1.0, 0.0, len(spells)
    everybody, ends = Counter(time for time, _ in spells), Counter(time for time, is_end in spells if is_end)
    for time, leaving in sorted(everybody.items()):
        ended = ends[time]
        share *= 1 - ended / at_risk
        spread += ended / (at_risk * (at_risk - ended)) if ended < at_risk else 0.0
        points.append(Point(time, at_risk, ended, leaving - ended, share, *_bounds(share, spread, z)))
        at_risk -= leaving
    return Curve(tuple(points), confidence)


@dataclass(frozen=True)
class Test:
    """A test statistic, its degrees of freedom and the probability of one as large by chance."""

    statistic: float
    degrees: int
    p: float


def log_rank(groups: Mapping[str, Sequence[Spell]]) -> Test:
    """Whether several groups last equally long (Mantel–Cox). Assumes independent spells: with few regions see ``permutation``.

    Raises:
        ValueError: fewer than two groups have spells.
    """
    names = [name for name, spells in groups.items() if spells]
    if len(names) < 2:
        raise ValueError("at least two groups")
    excess = [0.0] * len(names)
    covariance = [[0.0] * len(names) for _ in names]
    moments = {name: sorted(moment for moment, _ in groups[name]) for name in names}
    ends = {name: Counter(moment for moment, is_end in groups[name] if is_end) for name in names}
    for time in sorted({time for one in ends.values() for time in one}):
        at_risk = [len(moments[name]) - bisect_left(moments[name], time) for name in names]
        ended = [ends[name][time] for name in names]
        _add(excess, covariance, at_risk, ended)
    degrees = len(names) - 1
    statistic = _quadratic([row[:degrees] for row in covariance[:degrees]], excess[:degrees])
    return Test(statistic, degrees, float(chi2.sf(statistic, degrees)))


def _bounds(share: float, spread: float, z: float) -> tuple[float, float]:
    if not 0 < share < 1:
        return share, share
    half = z * math.sqrt(spread) / abs(math.log(share))
    return share ** math.exp(half), share ** math.exp(-half)


def _add(excess: list[float], covariance: list[list[float]], at_risk: Sequence[int], ended: Sequence[int]) -> None:
    """What one moment adds: ended minus expected for each group, and how these vary by chance (hypergeometric)."""
    risk, ends = sum(at_risk), sum(ended)
    scale = ends * (risk - ends) / (risk * risk * (risk - 1)) if risk > 1 else 0.0
    for one, here in enumerate(at_risk):
        excess[one] += ended[one] - ends * here / risk
        for other, there in enumerate(at_risk):
            covariance[one][other] += scale * here * ((risk if one == other else 0) - there)


def _quadratic(matrix: list[list[float]], vector: list[float]) -> float:
    """``vector' · matrix⁻¹ · vector`` by elimination; the matrix is small and symmetric. 0 where nothing varies."""
    rows = [[*row, value] for row, value in zip(matrix, vector, strict=True)]
    for column in range(len(rows)):
        pivot = max(range(column, len(rows)), key=lambda row: abs(rows[row][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        if abs(rows[column][column]) < 1e-12:
            return 0.0
        for row in range(len(rows)):
            if row != column:
                factor = rows[row][column] / rows[column][column]
                rows[row] = [value - factor * base for value, base in zip(rows[row], rows[column], strict=True)]
    return sum(value * rows[place][-1] / rows[place][place] for place, value in enumerate(vector))
