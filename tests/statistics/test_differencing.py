"""Nobody computes a small number from all the answers to all the filters that may be set."""

from __future__ import annotations

from collections import Counter
from itertools import chain, combinations, product

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from engine.statistics.differencing import refused, spans, tellable, told_with
from engine.statistics.suppression import ALL, publish

LEAST = 5
DIMENSIONS = ("region", "jahr", "segment")
SIZES = {"region": "ab", "jahr": "12", "segment": "xyz", "zelle": "jn"}
GRID = list(product(*SIZES.values()))
tables = st.lists(st.sampled_from((0, 0, 0, 1, 2, 3, 5, 6, 8, 13, 40)), min_size=len(GRID), max_size=len(GRID))


def cases(numbers: list[int]) -> list[dict[str, str]]:
    return [dict(zip(SIZES, cell, strict=True)) for cell, number in zip(GRID, numbers, strict=True) for _ in range(number)]


def choices() -> list[dict[str, str]]:
    """Every choice of filters: some dimensions, one value of each."""
    wanted = chain.from_iterable(combinations(DIMENSIONS, size) for size in range(len(DIMENSIONS) + 1))
    return [dict(zip(names, values, strict=True)) for names in wanted for values in product(*(SIZES[name] for name in names))]


def row(given: dict[str, str]) -> np.ndarray:
    return np.array([all(dict(zip(SIZES, cell, strict=True))[name] == value for name, value in given.items()) for cell in GRID], dtype=float)


def answers(numbers: list[int]) -> tuple[list[tuple[dict[str, str], float]], list[dict[str, str]]]:
    """What pages, files and the command line tell for each choice: the number of cases and their table; and what they do not tell."""
    everybody, shown, hidden = cases(numbers), [], []
    whole = publish(Counter((case["zelle"], "") for case in everybody), threshold=LEAST) if everybody else None
    for choice in choices():
        may = not refused(everybody, choice, DIMENSIONS, threshold=LEAST)
        may_table = may and not refused(everybody, choice, DIMENSIONS, threshold=LEAST, within=("zelle",))
        parts = [{**choice, "zelle": value} for value in SIZES["zelle"]]
        for question, is_told in ((choice, may), *((part, may_table) for part in parts)):
            number = float(row(question) @ np.array(numbers))
            if not choice and whole is not None and "zelle" in question:
                is_told = whole.numbers.get((question["zelle"], ALL), 0) is not None
            if not choice and "zelle" not in question:
                is_told = not 0 < number < LEAST
            (shown.append((question, number)) if is_told else hidden.append(question))
    return shown, hidden


def nobody_is_found(numbers: list[int]) -> None:
    shown, hidden = answers(numbers)
    equations = np.array([row(question) for question, _ in shown])
    values = np.array([number for _, number in shown])
    for question in hidden:
        wanted = row(question)
        if not 0 < wanted @ np.array(numbers) < LEAST:
            continue
        known = {"A_eq": equations, "b_eq": values} if shown else {}
        least = linprog(wanted, **known, bounds=(0, None)).fun
        most = linprog(-wanted, **known, bounds=(0, None))
        assert most.status == 3 or -most.fun - least >= LEAST - 1 - 1e-6, (question, least, -most.fun)


@settings(max_examples=6, deadline=None, derandomize=True, phases=[Phase.generate])
@given(numbers=tables)
def test_whoever_asks_with_every_filter_cannot_narrow_a_small_number(numbers: list[int]) -> None:
    nobody_is_found(numbers)


@settings(max_examples=15, deadline=None, derandomize=True, phases=[Phase.generate])
@given(numbers=tables)
def test_what_is_asked_of_many_things_at_once_is_what_is_asked_of_each(numbers: list[int]) -> None:
    everybody = cases(numbers)
    for choice in choices():
        may = bool(choice) and not refused(everybody, choice, DIMENSIONS, threshold=LEAST, within=("zelle",))
        has = [(number, "j") for number, case in enumerate(everybody) if case["zelle"] == "j"]
        if may and has:
            assert told_with(tellable(dict(enumerate(everybody)), has, DIMENSIONS, threshold=LEAST), choice) == {"j"}


@pytest.mark.soak
@settings(max_examples=600, deadline=None)
@given(numbers=tables)
def test_in_many_tables_whoever_asks_with_every_filter_cannot_narrow_a_small_number(numbers: list[int]) -> None:
    nobody_is_found(numbers)


def test_a_small_region_cannot_be_asked_for_nor_the_one_that_would_leave_it_over() -> None:
    people = [{"region": region} for region, number in (("a", 20), ("b", 30), ("c", 2)) for _ in range(number)]
    answers = {region: refused(people, {"region": region}, ("region",), threshold=LEAST) for region in "abc"}
    assert answers == {"a": {"region"}, "b": frozenset(), "c": {"region"}}


def test_filters_that_are_each_harmless_are_refused_together_where_they_single_out_a_few() -> None:
    people = [{"region": r, "segment": s} for r, s, n in (("a", "x", 20), ("a", "y", 9), ("b", "x", 9), ("b", "y", 1)) for _ in range(n)]
    assert refused(people, {"region": "a"}, ("region", "segment"), threshold=LEAST) == frozenset()
    assert refused(people, {"segment": "y"}, ("region", "segment"), threshold=LEAST) == frozenset()
    assert refused(people, {"region": "a", "segment": "y"}, ("region", "segment"), threshold=LEAST) == {"segment"}


def test_years_with_few_cases_go_with_their_neighbours() -> None:
    years = [2022] * 2 + [2023] * 9 + [2024] * 3 + [2025] * 30 + [2026] * 4
    assert spans(years, threshold=LEAST) == {2022: (2022, 2024), 2023: (2022, 2024), 2024: (2022, 2024), 2025: (2025, 2026), 2026: (2025, 2026)}
