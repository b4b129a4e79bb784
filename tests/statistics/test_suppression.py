"""Nobody computes a withheld number from the published ones."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.statistics.suppression import ALL, bounds, publish, totals

tables = st.sampled_from([(2, 2), (3, 2), (4, 3), (2, 2, 2), (3, 2, 2), (5,)]).flatmap(
    lambda sizes: st.lists(st.integers(0, 12), min_size=len(list(product(*map(range, sizes)))), max_size=len(list(product(*map(range, sizes))))).map(
        lambda numbers: dict(zip(product(*([chr(97 + value) for value in range(size)] for size in sizes)), numbers, strict=True))
    )
)


def cannot_be_narrowed(counts: dict[tuple[str, ...], int]) -> None:
    published = publish(counts, threshold=5)
    for cell in published.withheld:
        least, most = bounds(published.numbers, cell)
        assert most - least >= 4 - 1e-6
        assert least <= totals(counts)[cell] <= most + 1e-6


@settings(max_examples=12, deadline=None, derandomize=True)
@given(counts=tables)
def test_whoever_knows_all_published_numbers_cannot_narrow_a_withheld_one(counts) -> None:
    cannot_be_narrowed(counts)


@pytest.mark.soak
@settings(max_examples=2000, deadline=None)
@given(counts=tables)
def test_in_many_tables_nobody_narrows_a_withheld_number(counts) -> None:
    cannot_be_narrowed(counts)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(counts=tables)
def test_nothing_small_is_published_and_what_is_published_is_right(counts) -> None:
    published = publish(counts, threshold=5)
    for cell, number in totals(counts).items():
        assert published[cell] in (None, number)
        assert not 0 < (published[cell] or 0) < 5


def test_a_table_without_small_numbers_is_published_whole() -> None:
    counts = {("SDOL", "ja"): 12, ("SDOL", "nein"): 9, ("SRO", "ja"): 0, ("SRO", "nein"): 30}
    assert publish(counts, threshold=5).withheld == frozenset()


def test_one_small_number_takes_others_with_it() -> None:
    counts = {("SDOL", "ja"): 3, ("SDOL", "nein"): 9, ("SRO", "ja"): 14, ("SRO", "nein"): 30}
    published = publish(counts, threshold=5)
    assert published["SDOL", "ja"] is None and published["SDOL", "nein"] is None and published["SRO", "ja"] is None
    assert published[ALL, ALL] == 56


def test_a_whole_that_is_too_small_is_withheld() -> None:
    assert set(publish({("a",): 2, ("b",): 1}, threshold=5).numbers.values()) == {None}


@pytest.mark.parametrize("counts", [{("a",): -1}, {("a",): 1, ("b", "c"): 1}, {("*",): 1}], ids=["negative", "ragged", "star"])
def test_what_is_no_table_is_refused(counts) -> None:
    with pytest.raises(ValueError):
        publish(counts, threshold=5)
