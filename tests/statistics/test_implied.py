"""What follows from shown numbers is shown, and nobody learns anything by it."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.statistics.implied import implied
from engine.statistics.suppression import ALL, Cell, bounds, totals

LEAST = 5
COUNTS = st.lists(st.sampled_from((0, 0, 1, 3, 5, 6, 15, 190)), min_size=6, max_size=6)


def table(text: str) -> dict[Cell, int | None]:
    """Rows with their sum, the total last; a star is withheld."""
    names, columns = [*"abcdef"[: len(text.splitlines()) - 1], ALL], ["x", "y", ALL]
    return {(row, column): None if word == "*" else int(word) for row, line in zip(names, text.splitlines(), strict=True) for column, word in zip(columns, line.split(), strict=True)}


@pytest.mark.parametrize(
    ("shown", "filled"),
    [
        ("215 * 230\n* * 206\n405 31 436", "215 15 230\n190 16 206\n405 31 436"),
        ("206 * 226\n* * *\n* * 77\n127 * 133\n405 * 436", "206 20 226\n0 0 0\n72 5 77\n127 6 133\n405 31 436"),
        ("182 * 182\n* * *\n* * 190", "182 0 182\n* * 8\n* * 190"),
        ("119 7 *\n113 8 *\n* * *\n* * 436", "119 7 126\n113 8 121\n* * 189\n* * 436"),
        ("20 * 23\n* * 9\n* * 32", "20 * 23\n* * 9\n* * 32"),
    ],
    ids=["step by step", "nobody is left", "used up", "sums of what is shown", "what is small stays"],
)
def test_what_follows_and_is_not_small_is_shown(shown: str, filled: str) -> None:
    assert implied(table(shown), places=(0, 1), threshold=LEAST) == table(filled)


def test_rows_that_are_not_all_say_nothing_of_the_one_that_is_missing() -> None:
    assert implied(table("20 30 50\n* * 9\n50 60 110"), places=(1,), threshold=LEAST) == table("20 30 50\n* * 9\n50 60 110")


@settings(max_examples=80, deadline=None, derandomize=True)
@given(counts=COUNTS, hidden=st.sets(st.integers(0, 11), max_size=9))
def test_whoever_computes_with_what_was_shown_before_knows_it_already(counts: list[int], hidden: set[int]) -> None:
    sums = totals(dict(zip(product("abc", "xy"), counts, strict=True)))
    shown: dict[Cell, int | None] = {cell: None if place in hidden else number for place, (cell, number) in enumerate(sums.items())}
    found = implied(shown, places=(0, 1), threshold=LEAST)
    for cell, number in found.items():
        before = bounds(shown, cell)
        assert bounds(found, cell) == pytest.approx(before, abs=1e-6)
        if number is not None:
            assert number == sums[cell]
            assert shown[cell] == number or (before == pytest.approx((number, number), abs=1e-6) and not 0 < number < LEAST)
