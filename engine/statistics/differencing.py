"""Filters that stack must not isolate a few by subtracting one answer from another.

What is shown is one table per process: all cases by the dimensions that filters have. Of each dimension the values with fewer than
``threshold`` cases, and as many more that they are enough together, count as one that nobody may ask for. Filters may be combined only along
a family of dimensions whose whole cross table then has no cell of some but fewer than ``threshold`` cases; another dimension may be used
alone. A table of something else is told only along those of the family with which its own cells are never few. So the tables that are told
hang together like a tree (a decomposable model), in which a cell that is not told is bounded by what is told around it, and by nothing more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Mapping, Sequence, Set
from typing import TypeVar

Case = Mapping[str, str]
T = TypeVar("T", bound=Hashable)
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
    told = [_told(case, groups) for case in cases]
    base = family(told, dimensions, threshold=threshold)
    if within:
        return frozenset(wanted) - family(told, [one for one in dimensions if one in base], threshold=threshold, within=within)
    return frozenset() if len(wanted) == 1 and is_even(told, wanted, threshold=threshold) else frozenset(wanted) - base


def tellable(cases: Mapping[int, Case], has: Collection[tuple[int, T]], dimensions: Sequence[str], *, threshold: int) -> dict[frozenset[str], set[T]]:
    """Which of the things that cases have, such as steps, may be told along which dimensions: by ``refused`` of having it or not, for all at once."""
    everybody = list(cases.values())
    groups = {dimension: grouped(everybody, dimension, threshold=threshold) for dimension in dimensions}
    told = {number: _told(case, groups) for number, case in cases.items()}
    base = family(list(told.values()), dimensions, threshold=threshold)
    along: dict[tuple[str, ...], set[T]] = {(): {thing for _, thing in has}}
    for dimension in (one for one in dimensions if one in base):
        further: dict[tuple[str, ...], set[T]] = {}
        for chosen, things in along.items():
            few = _few(told, [(number, thing) for number, thing in has if thing in things], (*chosen, dimension), threshold)
            further.setdefault((*chosen, dimension), set()).update(things - few)
            further.setdefault(chosen, set()).update(few)
        along = further
    return {frozenset(chosen): things for chosen, things in along.items()}


def told_with(along: Mapping[frozenset[str], Set[T]], wanted: Collection[str]) -> set[T]:
    """Of what ``tellable`` found, that which may be told with filters of the wanted dimensions."""
    return {thing for chosen, things in along.items() if chosen.issuperset(wanted) for thing in things}


def _few(cases: Mapping[int, Case], has: Sequence[tuple[int, T]], dimensions: Sequence[str], threshold: int) -> set[T]:
    """The things that some but too few have, or have not, somewhere along the dimensions."""
    where = {number: tuple(case[one] for one in dimensions) for number, case in cases.items()}
    sizes, found = Counter(where.values()), Counter((thing, where[number]) for number, thing in set(has) if number in where)
    return {thing for (thing, place), number in found.items() if number < threshold or 0 < sizes[place] - number < threshold}


def _told(case: Case, groups: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    return {**case, **{dimension: group[case[dimension]] for dimension, group in groups.items()}}


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
