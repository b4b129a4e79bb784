"""Up to when survival curves may be told: where few are left under observation, and where subtracting curves from that of all would leave few."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from math import inf


def until(parts: Mapping[str, Sequence[float]], shown: Collection[str], *, whole: str, threshold: int) -> dict[str, float]:
    """The last time at which each shown curve may be told, infinite where it never ends early.

    ``parts`` are the durations of everybody by part, also of parts without a curve; ``whole`` is the name of the curve of all of them together,
    which may be shown or not. Afterwards no number under observation, of a curve or of the rest that shown parts leave of the whole, is from 1
    to ``threshold`` - 1. Of several that could go the one with the fewest goes.
    """
    ordered = {name: sorted(times) for name, times in parts.items()}
    moments = sorted({time for times in ordered.values() for time in times})
    ends = dict.fromkeys(shown, inf)
    going = set(ends)
    for before, time in pairwise([0.0, *moments]):
        left = {name: len(times) - bisect_left(times, time) for name, times in ordered.items()}
        for name in _too_few(left, going, whole, threshold):
            going.discard(name)
            ends[name] = before
    return ends


def _too_few(left: Mapping[str, int], going: Collection[str], whole: str, threshold: int) -> list[str]:
    """Those of the curves still told that may be told no longer, when so many are left in each part."""
    gone = [name for name in going if (sum(left.values()) if name == whole else left[name]) < threshold]
    others = sorted((name for name in going if name != whole and name not in gone), key=lambda name: (left[name], name))
    if whole in going and whole not in gone:
        rest = sum(number for name, number in left.items() if name not in others)
        while 0 < rest < threshold:
            if not others:
                return [*gone, whole]
            gone.append(others.pop(0))
            rest += left[gone[-1]]
    return gone
