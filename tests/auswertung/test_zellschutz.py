"""Small cells stay hidden, alone and where totals would give them back."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from random import Random

import numpy as np
import pytest
from scipy.optimize import linprog

from engine.queries.auswertung import wenn
from engine.queries.auswertung.zellschutz import als_ganzes, je_ort, unterdrueckt
from engine.statistics.suppression import ALL, Cell, bounds, totals

LEAST = 5


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        pytest.param({"a": 10, "b": 0}, {"a": 10, "b": 0}, id="zero is about nobody"),
        pytest.param({"a": 10, "b": 3}, {"a": None, "b": None}, id="a single small one would be the rest of the total"),
        pytest.param({"a": 10, "b": 3, "c": 4}, {"a": 10, "b": None, "c": None}, id="two small ones cover each other"),
        pytest.param({"a": 10, "b": 1, "c": 1, "d": 7}, {"a": 10, "b": None, "c": None, "d": None}, id="together they must not be few either"),
    ],
)
def test_small_counts_and_what_gives_them_back_are_hidden(counts: dict[str, int], shown: dict[str, int | None]) -> None:
    assert unterdrueckt(counts, schwelle=LEAST) == shown


def test_a_count_that_leaves_few_is_hidden_too() -> None:
    assert unterdrueckt({"a": 98, "b": 90}, schwelle=LEAST, mit_summe=False, von=100) == {"a": None, "b": 90}


def told(counts: dict[Cell, int]) -> dict[Cell, int | None]:
    return dict(je_ort(tuple(counts.items()), (("tafel", als_ganzes),), LEAST)["tafel"])


@pytest.mark.parametrize("kinds", [("abcd",), ("12", "abcd")], ids=["by region", "by region and version"])
@pytest.mark.parametrize("seed", range(25))
def test_from_a_table_with_its_sums_nothing_small_can_be_computed(seed: int, kinds: tuple[str, ...]) -> None:
    """By linear programming, with every number of the table and its sums; zeros leave few places to hide in."""
    rng = Random(seed)
    cells: dict[Cell, int] = {(str(row), *kind): rng.choice((0, 0, 0, 1, 3, 6, 9, 40)) for row in range(rng.randint(1, 6)) for kind in product(*kinds)}
    shown = told(cells)
    for cell, number in totals(cells).items():
        least, most = bounds(shown, cell) if shown else (0, LEAST)
        assert least - 1e-6 <= number <= most + 1e-6
        assert not 0 < number < LEAST or most - least >= LEAST - 1 - 1e-6


def test_a_row_of_one_number_and_zeros_hides_nothing_for_others() -> None:
    """So it was: 36 of 36 starred beside zeros, and with it the three of another row were the rest of the column."""
    rows = {"Wasseramt": (126, 3, 0, 0), "Thierstein": (36, 0, 0, 0), "Olten": (500, 0, 8, 0), "Biberist": (506, 0, 20, 0)}
    shown = told({(row, column): number for row, numbers in rows.items() for column, number in zip("pauo", numbers, strict=True)})
    assert shown["Wasseramt", "a"] is None
    assert not (shown["Thierstein", "p"] is None and shown["Thierstein", ALL] == 36)


def test_an_empty_table_is_about_nobody() -> None:
    assert told({}) == {}


@pytest.mark.parametrize("seed", range(8))
def test_from_before_and_after_and_who_changes_nothing_small_can_be_computed(seed: int) -> None:
    """What another diagram would have made of the cases: three tables of the same regions, told beside each other."""
    rng = Random(seed)
    kinds = [kind for kind in product(wenn.WECHSEL, (wenn.JA, wenn.NEIN), (wenn.JA, wenn.NEIN)) if wenn._can_be(*kind)]
    part: dict[Cell, int] = {(region, *kind): rng.choice((0, 0, 1, 3, 9, 40)) for region in "abc" for kind in kinds}
    tables: dict[str, Callable[[Cell], Cell]] = {wenn.WAS: wenn._nach_wechsel, wenn.VORHER: wenn._nach_vorher, wenn.NACHHER: wenn._nach_nachher}
    shown = je_ort(tuple(part.items()), tuple(tables.items()), LEAST)
    asked = [(np.array([all(own in (ALL, value) for own, value in zip(margin, cell(one), strict=True)) for one in part], dtype=float), number) for name, cell in tables.items() for margin, number in shown[name].items()]
    truth = np.array([*part.values()])
    equations, values = (np.array(side, dtype=float) for side in zip(*((row, number) for row, number in asked if number is not None), strict=True))
    for row, number in asked:
        assert number in (None, row @ truth)
        if 0 < row @ truth < LEAST:
            least, most = (linprog(sign * row, A_eq=equations, b_eq=values, bounds=(0, None)) for sign in (1, -1))
            assert most.status == 3 or -most.fun - least.fun >= LEAST - 1 - 1e-6
