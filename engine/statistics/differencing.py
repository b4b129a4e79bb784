"""Filters that stack must not isolate a few by subtracting one answer from another.

What is shown is one table per process: all cases by the dimensions that filters have. Of each dimension the values with fewer than
``threshold`` cases, and as many more that they are enough together, count as one that nobody may ask for. Filters may be combined only along
dimensions whose whole cross table then has no cell of some but fewer than ``threshold`` cases; another dimension may be used alone. So every
answer is a sum of cells that may be shown, and whatever is subtracted from what leaves nobody, or enough.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

Case = Mapping[str, str]
# Stands for the values that are too rare to be asked for.
REST = "übrige"


def family(cases: Sequence[Case], dimensions: Sequence[str], *, threshold: int, within: Sequence[str] = ()) -> frozenset[str]:
    """The dimensions along which filters may be combined, chosen in the given order, whoever asks; ``within`` are those of the answer itself."""
    chosen: list[str] = []
    for dimension in dimensions:
        if is_even(cases, [*within, *chosen, dimension], threshold=threshold):
            chosen.append(dimension)
    return frozenset(chosen)


def is_even(cases: Sequence[Case], dimensions: Collection[str], *, threshold: int) -> bool:
    """Whether no combination of values has some but too few cases."""
    counts = Counter(tuple(case[one] for one in dimensions) for case in cases)
    return all(number >= threshold for number in counts.values())


def refused(
    cases: Sequence[Case], wanted: Mapping[str, str | None], dimensions: Sequence[str], *, threshold: int, within: Sequence[str] = ()
) -> frozenset[str]:
    """Those of the wanted dimensions that may not be used; empty when an answer gives nobody away.

    ``wanted`` names the value of each dimension, None for several at once; ``within`` are the dimensions of the answer itself.
    """
    if not wanted:
        return frozenset()
    groups = {dimension: grouped(cases, dimension, threshold=threshold) for dimension in dimensions}
    rare = frozenset(dimension for dimension, value in wanted.items() if value is not None and groups[dimension].get(value, value) == REST)
    if rare:
        return rare
    told = [{**case, **{dimension: group[case[dimension]] for dimension, group in groups.items()}} for case in cases]
    if len(wanted) == 1 and is_even(told, [*within, *wanted], threshold=threshold):
        return frozenset()
    return frozenset(wanted) - family(told, dimensions, threshold=threshold, within=within)


def grouped(cases: Sequence[Case], dimension: str, *, threshold: int) -> dict[str, str]:
    """Each value of a dimension as it may be told; the rare ones together, with the next ones until they are enough, are ``REST``."""
    counts = Counter(case[dimension] for case in cases)
    rare = [value for value, number in counts.items() if number < threshold]
    others = sorted((value for value in counts if value not in rare), key=lambda value: (counts[value], value))
    while rare and others and (len(rare) < 2 or sum(counts[value] for value in rare) < threshold):
        rare.append(others.pop(0))
    return {value: REST if value in rare else value for value in counts}


def spans(years: Sequence[int], *, threshold: int) -> dict[int, tuple[int, int]]:
    """Each year with the span of years it can be told apart from others by: small years go with those before them, the first with those after."""
    counts = Counter(years)
    groups: list[list[int]] = []
    for year in sorted(counts):
        if groups and (counts[year] < threshold or sum(counts[one] for one in groups[-1]) < threshold):
            groups[-1].append(year)
        else:
            groups.append([year])
    if len(groups) > 1 and sum(counts[one] for one in groups[-1]) < threshold:
        last = groups.pop()
        groups[-1] += last
    return {year: (group[0], group[-1]) for group in groups for year in group}
