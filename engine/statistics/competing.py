"""Several ways in which something can end, of which one prevents the others: cumulative incidence (Aalen–Johansen)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

# (duration, how it ended); None for what is censored.
Outcome = tuple[float, str | None]


@dataclass(frozen=True)
class Incidence:
    """Steps ``(time, share that ended so by then)`` for each way of ending; ``open`` is the share that has not ended at all."""

    number: int
    steps: dict[str, tuple[tuple[float, float], ...]]
    open: tuple[tuple[float, float], ...]

    def share(self, cause: str, time: float) -> float:
        """The share that ended by ``cause`` up to and including ``time``."""
        return next((share for moment, share in reversed(self.steps.get(cause, ())) if moment <= time), 0.0)


def cumulative_incidence(outcomes: Sequence[Outcome]) -> Incidence:
    """For each cause the share that it ended, with the others as competing ends rather than as censored.

    Raises:
        ValueError: a duration is negative or no number.
    """
    if any(not math.isfinite(time) or time < 0 for time, _ in outcomes):
        raise ValueError("durations are numbers from 0")
    causes = sorted({cause for _, cause in outcomes if cause is not None})
    reached = dict.fromkeys(causes, 0.0)
    steps: dict[str, list[tuple[float, float]]] = {cause: [] for cause in causes}
    still, at_risk, open_ = 1.0, len(outcomes), []
    for time in sorted({time for time, _ in outcomes}):
        here = [cause for moment, cause in outcomes if moment == time]
        for cause in causes:
            reached[cause] += still * here.count(cause) / at_risk
            steps[cause].append((time, reached[cause]))
        still *= 1 - sum(cause is not None for cause in here) / at_risk
        open_.append((time, still))
        at_risk -= len(here)
    return Incidence(len(outcomes), {cause: tuple(found) for cause, found in steps.items()}, tuple(open_))


@dataclass(frozen=True)
class Followed:
    """Of ``number`` that were followed for the whole time, ``count`` had it happen; the confidence bounds are Wilson's."""

    number: int
    count: int
    lower: float
    upper: float

    @property
    def share(self) -> float | None:
        return self.count / self.number if self.number else None


def followed(spells: Sequence[Outcome], cause: str, horizon: float, *, observed: Sequence[float], z: float = 1.959963984540054) -> Followed:
    """The share to which ``cause`` happened within ``horizon``, among those who were under observation that long (``observed``, one for each).

    Somebody to whom it happened early but who was not followed to the horizon does not count either: else the quick ones would weigh more.
    """
    full = [outcome for outcome, seen in zip(spells, observed, strict=True) if seen >= horizon]
    count = sum(how == cause and time <= horizon for time, how in full)
    return Followed(len(full), count, *wilson(count, len(full), z))


def wilson(count: int, number: int, z: float = 1.959963984540054) -> tuple[float, float]:
    """Confidence bounds of a share; (0, 1) of nothing."""
    if not number:
        return 0.0, 1.0
    share, weight = count / number, z * z / number
    middle = (share + weight / 2) / (1 + weight)
    half = z / (1 + weight) * math.sqrt(share * (1 - share) / number + weight / (4 * number))
    return max(0.0, middle - half), min(1.0, middle + half)
