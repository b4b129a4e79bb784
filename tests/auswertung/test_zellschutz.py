"""Small cells stay hidden, alone and where totals would give them back."""

from __future__ import annotations

from random import Random

import pytest

from engine.queries.auswertung.zellschutz import kreuztabelle, unterdrueckt

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


@pytest.mark.parametrize("seed", range(40))
def test_no_line_of_a_table_with_totals_has_a_single_hidden_cell(seed: int) -> None:
    rng = Random(seed)
    cells = {(row, column): rng.choice((0, 0, 1, 3, 6, 9, 40)) for row in range(rng.randint(1, 6)) for column in "abc"}
    shown = kreuztabelle(cells, schwelle=LEAST)
    assert all(shown[key] is None for key, value in cells.items() if 0 < value < LEAST)
    lines = [[key for key in cells if key[0] == row] for row in {row for row, _ in cells}] + [[key for key in cells if key[1] == column] for column in "abc"]
    for line in lines:
        hidden = [key for key in line if shown[key] is None]
        others = [key for key in line if shown[key] and key not in hidden]
        assert len(hidden) != 1 or not others
