"""Small cells stay hidden, alone and where totals would give them back."""

from __future__ import annotations

from random import Random

import pytest

from engine.queries.auswertung.zellschutz import kreuztabelle, unterdrueckt
from engine.statistics.suppression import ALL, Cell, bounds

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


@pytest.mark.parametrize("seed", range(25))
def test_from_a_table_with_its_sums_nothing_small_can_be_computed(seed: int) -> None:
    """By linear programming, with every number of the table and its sums; zeros leave few places to hide in."""
    rng = Random(seed)
    cells = {(row, column): rng.choice((0, 0, 0, 1, 3, 6, 9, 40)) for row in range(rng.randint(1, 6)) for column in "abcd"}
    shown = kreuztabelle(cells, schwelle=LEAST)
    told: dict[Cell, int | None] = {(str(row), column): number for (row, column), number in shown.zellen.items()}
    told |= {(str(row), ALL): number for row, number in shown.zeilen.items()} | {(ALL, column): number for column, number in shown.spalten.items()}
    told[ALL, ALL] = shown.gesamt
    for (row, column), number in cells.items():
        least, most = bounds(told, (str(row), column))
        assert least - 1e-6 <= number <= most + 1e-6
        assert not 0 < number < LEAST or most - least >= LEAST - 1 - 1e-6


def test_a_row_of_one_number_and_zeros_hides_nothing_for_others() -> None:
    """So it was: 36 of 36 starred beside zeros, and with it the three of another row were the rest of the column."""
    rows = {"Wasseramt": (126, 3, 0, 0), "Thierstein": (36, 0, 0, 0), "Olten": (500, 0, 8, 0), "Biberist": (506, 0, 20, 0)}
    cells = {(row, column): number for row, numbers in rows.items() for column, number in zip("pauo", numbers, strict=True)}
    shown = kreuztabelle(cells, schwelle=LEAST)
    assert shown.zellen["Wasseramt", "a"] is None
    assert not (shown.zellen["Thierstein", "p"] is None and shown.zeilen["Thierstein"] == 36)


def test_an_empty_table_is_about_nobody() -> None:
    assert kreuztabelle({}, schwelle=LEAST).gesamt == 0
