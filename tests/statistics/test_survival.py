"""Kaplan–Meier, log-rank and cumulative incidence, against lifelines and against published examples."""

from __future__ import annotations

import random

import pandas as pd
import pytest
from lifelines import AalenJohansenFitter, KaplanMeierFitter
from lifelines.datasets import load_waltons
from lifelines.statistics import multivariate_logrank_test
from lifelines.utils import restricted_mean_survival_time

from engine.statistics.competing import cumulative_incidence, followed, wilson
from engine.statistics.survival import kaplan_meier, log_rank

# Freireich and others 1963, weeks of remission under 6-MP and placebo, as printed in textbooks of survival analysis; + is censored.
_SIX_MP = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
_PLACEBO = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23"
SIX_MP, PLACEBO = ([(float(text.rstrip("+")), not text.endswith("+")) for text in texts.split()] for texts in (_SIX_MP, _PLACEBO))


def drawn(seed: int, number: int, *, whole: bool) -> list[tuple[float, bool]]:
    chance = random.Random(seed)
    return [(round(chance.expovariate(1 / 20)) if whole else chance.expovariate(1 / 20), chance.random() < 0.7) for _ in range(number)]


def test_the_textbook_s_curve_and_test_come_out() -> None:
    curve = kaplan_meier(SIX_MP)
    assert [round(curve.share(week), 4) for week in (6, 7, 10, 13, 16, 22, 23)] == [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482]
    assert (curve.number, curve.at_risk(10), curve.at_risk(23), curve.quantile(0.5)) == (21, 15, 6, 23.0)
    assert kaplan_meier(PLACEBO).quantile(0.5) == 8.0
    found = log_rank({"6-MP": SIX_MP, "Placebo": PLACEBO})
    assert (round(found.statistic, 2), found.degrees) == (16.79, 1) and found.p == pytest.approx(4.17e-5, rel=1e-2)


@pytest.mark.parametrize("whole", [True, False], ids=["ties", "no ties"])
@pytest.mark.parametrize("seed", range(5))
def test_curves_agree_with_lifelines(seed: int, whole: bool) -> None:
    spells = drawn(seed, 80, whole=whole)
    fitted = KaplanMeierFitter().fit([time for time, _ in spells], [is_end for _, is_end in spells])
    bounds = fitted.confidence_interval_
    curve = kaplan_meier(spells)
    for point in curve.points:
        assert point.share == pytest.approx(float(fitted.survival_function_.loc[point.time].iloc[0]), abs=1e-9)
        if 0 < point.share < 1:
            assert (point.lower, point.upper) == pytest.approx(tuple(bounds.loc[point.time]), abs=1e-6)
        assert point.at_risk == fitted.event_table.loc[point.time, "at_risk"]
    assert curve.restricted_mean(24) == pytest.approx(restricted_mean_survival_time(fitted, t=24), abs=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_the_log_rank_test_agrees_with_lifelines(seed: int) -> None:
    groups = {name: drawn(seed * 10 + place, 40 + 10 * place, whole=True) for place, name in enumerate(("SDOL", "SRO", "SRU"))}
    rows = [(time, is_end, name) for name, spells in groups.items() for time, is_end in spells]
    times, ends, names = zip(*rows, strict=True)
    expected = multivariate_logrank_test(times, names, ends)
    found = log_rank(groups)
    assert (found.statistic, found.p) == pytest.approx((expected.test_statistic, expected.p_value), rel=1e-6)


def test_the_package_s_own_example_comes_out() -> None:
    table = load_waltons()
    groups = {str(name): list(zip(rows["T"].astype(float), rows["E"].astype(bool), strict=True)) for name, rows in table.groupby("group")}
    expected = multivariate_logrank_test(table["T"], table["group"], table["E"])
    assert log_rank(groups).statistic == pytest.approx(expected.test_statistic, rel=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_cumulative_incidence_agrees_with_lifelines(seed: int) -> None:
    chance = random.Random(seed)
    # Without ties: lifelines moves tied times apart at random.
    outcomes = [(chance.expovariate(1 / 20), chance.choice([None, "erwerb", "wegzug"])) for _ in range(90)]
    codes = pd.Series([{None: 0, "erwerb": 1, "wegzug": 2}[how] for _, how in outcomes])
    for code, cause in ((1, "erwerb"), (2, "wegzug")):
        fitted = AalenJohansenFitter(calculate_variance=False).fit(pd.Series([time for time, _ in outcomes]), codes, event_of_interest=code)
        expected = fitted.cumulative_density_.iloc[:, 0]
        found = cumulative_incidence(outcomes)
        for time, share in found.steps[cause]:
            assert share == pytest.approx(float(expected.loc[time]), abs=1e-6)


def test_the_ways_of_ending_and_what_is_open_make_a_whole() -> None:
    found = cumulative_incidence([(1, "erwerb"), (2, "wegzug"), (2, None), (3, "erwerb"), (5, None)])
    assert sum(found.share(cause, 5) for cause in found.steps) + found.open[-1][1] == pytest.approx(1)


def test_only_who_was_followed_to_the_end_counts() -> None:
    spells = [(1.0, "rueckfall"), (2.0, "rueckfall"), (6.0, None), (6.0, None), (3.0, None)]
    found = followed(spells, "rueckfall", 6, observed=[6, 2, 7, 6, 3])
    assert (found.number, found.count, found.share) == (3, 1, pytest.approx(1 / 3))
    # Newcombe 1998, table I: 81 of 263 and 0 of 20.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)


@pytest.mark.parametrize("spells", [[(-1.0, True)], [(float("nan"), False)]], ids=["negative", "no number"])
def test_what_is_no_duration_is_refused(spells: list[tuple[float, bool]]) -> None:
    with pytest.raises(ValueError):
        kaplan_meier(spells)
