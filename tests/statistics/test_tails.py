"""Curves and the curve of all: what the tails leave when one is subtracted from the other."""

from __future__ import annotations

from math import inf
from random import Random

import pytest

from engine.statistics.tails import until

ALL = "Kanton"


def test_a_curve_ends_where_few_are_left() -> None:
    assert until({"A": [1, 2, 3, 4, 5, 6, 7]}, ["A"], whole=ALL, threshold=5) == {"A": 3}


def test_of_two_parts_and_their_sum_the_second_ends_with_the_first() -> None:
    ends = until({"A": [1, 2, 3, 4, 5], "B": list(range(1, 21))}, ["A", "B", ALL], whole=ALL, threshold=3)
    assert ends == {"A": 3, "B": 3, ALL: 18}


def test_parts_without_a_curve_count_as_what_is_left_over() -> None:
    assert until({"A": [10.0] * 9, "B": [5.0, 6.0]}, ["A", ALL], whole=ALL, threshold=3) == {"A": 0.0, ALL: inf}


@pytest.mark.parametrize("seed", range(60))
def test_nothing_that_is_told_leaves_few(seed: int) -> None:
    rng, least = Random(seed), 5
    parts = {name: [float(rng.randint(1, 40)) for _ in range(rng.randint(1, 60))] for name in "ABCDE"[: rng.randint(1, 5)]}
    shown = [name for name in parts if rng.random() < 0.9] + ([ALL] if rng.random() < 0.9 else [])
    ends = until(parts, shown, whole=ALL, threshold=least)
    for time in range(1, 41):
        left = {name: sum(one >= time for one in times) for name, times in parts.items()}
        told = {name: left[name] for name in parts if name in ends and time <= ends[name]}
        assert all(number >= least or number == 0 for number in told.values())
        if ALL in ends and time <= ends[ALL]:
            assert sum(left.values()) - sum(told.values()) not in range(1, least)
