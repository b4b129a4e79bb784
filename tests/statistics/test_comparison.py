"""Control charts and the exchange of whole regions, against published examples and by counting."""

from __future__ import annotations

import random
from itertools import permutations

import pytest
from scipy.stats import permutation_test

from engine.statistics.control import xmr
from engine.statistics.permutation import compare


def test_the_limits_of_a_control_chart_follow_from_its_ranges() -> None:
    values = [39.0, 41, 41, 41, 43, 44, 41, 42, 40, 41, 44, 40]
    found = xmr(values)
    ranges = [abs(after - before) for before, after in zip(values, values[1:], strict=False)]
    assert found.centre == pytest.approx(sum(values) / 12) and found.range_centre == pytest.approx(sum(ranges) / 11)
    assert (found.lower, found.upper) == pytest.approx((found.centre - 2.66 * found.range_centre, found.centre + 2.66 * found.range_centre))
    assert found.signals == () and found.runs == ()


def test_a_value_outside_and_a_long_run_are_signals() -> None:
    assert xmr([0.8, 0.82, 0.79, 0.81] * 3 + [0.2] + [0.8, 0.81] * 3, least=0, most=1).signals == (12,)
    shifted = xmr([0.5] * 3 + [0.4, 0.6] + [0.9, 0.91] * 4)
    assert shifted.runs


def test_exchanging_regions_is_counted_exactly() -> None:
    figures = {"A": 1.0, "B": 2.0, "C": 9.0, "D": 8.0, "E": 3.0}
    found = compare(figures, {"C", "D"})
    orders = list(permutations(figures.values()))
    large = sum(abs(sum(order[:2]) / 2 - sum(order[2:]) / 3) >= abs(8.5 - 2.0) - 1e-12 for order in orders)
    assert (found.arrangements, found.is_exact) == (10, True)
    assert found.difference == 6.5 and found.p == pytest.approx(large / len(orders))


def test_the_pilot_against_the_others_agrees_with_scipy() -> None:
    chance = random.Random(4)
    figures = {f"R{number}": chance.gauss(12, 3) for number in range(13)}
    group = {"R1", "R2", "R5", "R7", "R11"}
    found = compare(figures, group)
    sides = [figures[name] for name in figures if name in group], [figures[name] for name in figures if name not in group]
    expected = permutation_test(sides, lambda one, other: abs(sum(one) / len(one) - sum(other) / len(other)), n_resamples=10_000, alternative="greater")
    assert found.arrangements == 1287
    assert found.p == pytest.approx(expected.pvalue, abs=1e-9)


@pytest.mark.parametrize("group", [set(), {"A", "B"}, {"Z"}], ids=["nobody", "everybody", "unknown"])
def test_there_must_be_two_sides(group: set[str]) -> None:
    with pytest.raises(ValueError):
        compare({"A": 1.0, "B": 2.0}, group)
