"""What many things that cases have, such as steps, may be told of with filters, without anybody following from subtracting answers.

A thing splits everybody in those who have it and those who have not. Along one dimension a value is told where neither are few, and where what the
values that are not told have together gives none of them away. With dimensions that stack it is told only where their whole cross table has no few:
then all that is told hangs together like a tree (a decomposable model), and what is not told is bounded by its own neighbours alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Case = Mapping[str, str]
T = TypeVar("T", bound=Hashable)


@dataclass(frozen=True)
class Along(Generic[T]):
    """Along which values of which dimension each thing may be told; and those that may be told wherever these dimensions are stacked."""

    single: Mapping[tuple[str, str], frozenset[T]]
    stacked: frozenset[T]


def told_along(
    cases: Sequence[tuple[Case, Collection[T]]], apart: Sequence[str], crosses: Sequence[Sequence[str]], *, threshold: int, fine: str = "", large: Collection[str] = ()
) -> Along[T]:
    """``apart`` are dimensions that no filter stacks with one another, ``crosses`` those that stack. Of the ``fine`` one among ``apart`` the ``large``
    values are also in ``crosses``, so that of a thing told there nothing more is to be said of them."""
    things = frozenset(thing for _, has in cases for thing in has)
    stacked = things
    for cross in crosses:
        stacked -= _few(cases, cross, threshold)
    single: dict[tuple[str, str], frozenset[T]] = {}
    for dimension in apart:
        sizes = Counter(case[dimension] for case, _ in cases)
        found = Counter((thing, case[dimension]) for case, has in cases for thing in set(has))
        known = {thing: frozenset(large) if dimension == fine and thing in stacked else frozenset() for thing in things}
        parts = {thing: {value: (found[thing, value], size) for value, size in sizes.items() if value not in known[thing]} for thing in things}
        told = {thing: known[thing] | shown(parts[thing], threshold=threshold) for thing in things}
        single |= {(dimension, value): frozenset(thing for thing, values in told.items() if value in values) for value in sizes}
    return Along(single, stacked)


def shown(parts: Mapping[str, tuple[int, int]], *, threshold: int) -> frozenset[str]:
    """The values of which it may be told how many have something, of how many: ``parts``, which everybody knows the sum of."""
    hidden = {value for value, (has, size) in parts.items() if 0 < has < threshold or 0 < size - has < threshold}
    others = sorted(parts.keys() - hidden, key=lambda value: (parts[value][1], value))
    while others and any(_is_narrow(parts, hidden, value, threshold) for value in hidden):
        hidden.add(others.pop(0))
    return frozenset(parts.keys() - hidden)


def _is_narrow(parts: Mapping[str, tuple[int, int]], hidden: Collection[str], value: str, threshold: int) -> bool:
    """Whether a small number among the hidden follows too closely from how many these have together."""
    has, size = parts[value]
    if not (0 < has < threshold or 0 < size - has < threshold):
        return False
    together, whole = (sum(parts[one][place] for one in hidden) for place in (0, 1))
    return min(size, together) - max(0, together - (whole - size)) < threshold - 1


def _few(cases: Sequence[tuple[Case, Collection[T]]], dimensions: Sequence[str], threshold: int) -> frozenset[T]:
    """The things that some but too few have, or have not, somewhere in the cross table."""
    where = [tuple(case[one] for one in dimensions) for case, _ in cases]
    sizes = Counter(where)
    found = Counter((thing, place) for place, (_, has) in zip(where, cases, strict=True) for thing in set(has))
    things = {thing for thing, _ in found}
    return frozenset(thing for thing in things for place, size in sizes.items() if 0 < found[thing, place] < threshold or 0 < size - found[thing, place] < threshold)


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
