"""Nobody computes a small number from all the answers to all the filters that may be set."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterable
from itertools import chain, combinations, product

import numpy as np
import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from engine.statistics import stacked
from engine.statistics.differencing import shown, spans, told_along
from engine.statistics.implied import implied
from engine.statistics.stacked import REST, Plan, Stacked, large, publish

LEAST = 5
SIZES = {"region": "abc", "jahr": "12", "segment": "xyz", "alter": "jm", "zelle": "uv"}
FILTERS = tuple(SIZES)[:-1]
GRID = list(product(*SIZES.values()))
# As the evaluation does: the beginning stacks with the region and with the segment, the age stands alone.
STAR, ALONE = Plan(("jahr", "region"), {"segment": "jahr"}, "region"), Plan(("alter",), {})
tables = st.lists(st.sampled_from((0, 0, 0, 0, 1, 1, 2, 3, 5, 8, 13)), min_size=len(GRID), max_size=len(GRID))
# Of region a only three are in cell u.
ONE_SMALL = [13 if (region, cell) != ("a", "u") else 3 * (number == 0) for number, (region, *_, cell) in enumerate(GRID)]
Case = dict[str, str]
Question = dict[str, str]


def cases(numbers: Iterable[int]) -> list[Case]:
    return [dict(zip(SIZES, cell, strict=True)) for cell, number in zip(GRID, numbers, strict=True) for _ in range(number)]


def questions() -> list[Question]:
    """Every choice of filters, of any number of dimensions, for everybody in it and for each cell of the table."""
    wanted = chain.from_iterable(combinations(SIZES, size) for size in range(len(SIZES) + 1))
    return [dict(zip(names, values, strict=True)) for names in wanted for values in product(*(SIZES[name] for name in names))]


def row(given: Question) -> np.ndarray:
    return np.array([all(dict(zip(SIZES, cell, strict=True))[name] == value for name, value in given.items()) for cell in GRID], dtype=float)


def published(everybody: list[Case], has_cell: bool, told: dict[stacked.Key, bool] | None = None) -> list[Stacked]:
    entries = [(case, (case["zelle"],) if has_cell else ()) for case in everybody]
    several = large(everybody, "region", threshold=LEAST)
    return [publish(entries, plan, threshold=LEAST, large=several if plan.coarse else (), told=told) for plan in (STAR, ALONE)]


def answers(everybody: list[Case]) -> tuple[list[tuple[Question, float]], list[Question]]:
    """What pages, files and the command line tell for each choice: the number of cases and their table; and what they do not tell.

    The table without filters counts as known. What follows from a table is told with it.
    """
    base = published(everybody, has_cell=False)
    known = {(choice, (stacked.ALL,)): number is not None for one in base for (choice, _), number in one.numbers.items()}
    with_cells = published(everybody, has_cell=True, told=known)
    told, hidden = [], []
    for question in questions():
        wanted = {name: {value} for name, value in question.items() if name != "zelle"}
        cell = (question["zelle"],) if "zelle" in question else (stacked.ALL,)
        found = [number for one in with_cells if wanted.keys() <= set(one.plan.dimensions) for number in (one.number(wanted, cell), implied(one.slice(wanted), places=(0,), threshold=LEAST).get(cell))]
        found += [one.number(wanted, ()) for one in base if "zelle" not in question and wanted.keys() <= set(one.plan.dimensions)]
        numbers = {number for number in found if number is not None}
        assert len(numbers) < 2
        if numbers:
            told.append((question, float(numbers.pop())))
        else:
            hidden.append(question)
    return told, hidden


def is_told_without_filters(numbers: list[int]) -> bool:
    """Cells that are withheld there come to the filters as one (``schutz``), so no table of theirs has a small cell as a whole."""
    whole = Counter[str]()
    for cell, number in zip(GRID, numbers, strict=True):
        whole[cell[-1]] += number
    return not any(0 < number < LEAST for number in whole.values())


def narrowed(numbers: list[int]) -> list[tuple[Question, float, float]]:
    """The small numbers that somebody who asks with every filter can bound too closely."""
    everybody = cases(numbers)
    if not everybody:
        return []
    with pytest.MonkeyPatch.context() as patch:
        # Few cases are enough here for a region to stack.
        patch.setattr(stacked, "ENOUGH", 4)
        told, hidden = answers(everybody)
    assert all(number == row(question) @ np.array(numbers) for question, number in told)
    equations, values = np.array([row(question) for question, _ in told]), np.array([number for _, number in told])
    # What the table without filters says is no secret of the filters.
    small = [question for question in hidden if set(question) - {"zelle"} and 0 < row(question) @ np.array(numbers) < LEAST]
    small += [question for question, number in told if set(question) - {"zelle"} and 0 < number < LEAST]
    found = []
    for question in small:
        least, most = (sign * linprog(sign * row(question), A_eq=equations, b_eq=values, bounds=(0, None)).fun for sign in (1, -1))
        if most - least < LEAST - 1 - 1e-6:
            found.append((question, least, most))
    return found


@settings(max_examples=3, deadline=None, derandomize=True, phases=[Phase.generate])
@given(numbers=tables)
def test_whoever_asks_with_every_filter_cannot_narrow_a_small_number(numbers: list[int]) -> None:
    assume(is_told_without_filters(numbers))
    assert narrowed(numbers) == []


@pytest.mark.soak
@settings(max_examples=300, deadline=None)
@given(numbers=tables)
def test_in_many_tables_whoever_asks_with_every_filter_cannot_narrow_a_small_number(numbers: list[int]) -> None:
    assume(is_told_without_filters(numbers))
    assert narrowed(numbers) == []


def test_without_the_second_round_of_withholding_small_numbers_would_follow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stacked, "_known", OrderedDict())  # what comes of this is nobody else's
    """The test above can fail: with only what is small itself withheld, it does."""
    monkeypatch.setattr(stacked.Audit, "run", lambda audit: None)
    monkeypatch.setattr(stacked, "_in_pairs", lambda *given: None)
    assert narrowed(ONE_SMALL)


def people(**numbers: int) -> list[tuple[Case, tuple[str, ...]]]:
    """``ax=3``: three of region a in cell x."""
    return [({"region": name[0], "jahr": "1", "segment": "x"}, (name[1:],)) for name, number in numbers.items() for _ in range(number)]


def test_a_small_cell_takes_cells_with_it_and_leaves_the_rest_of_the_table() -> None:
    found = publish(people(ax=20, ay=3, bx=30, by=9, cx=40, cy=50), Plan(("region",), {}), threshold=LEAST)
    shown_cells = {region: [found.number({"region": region}, (cell,)) for cell in "xy*"] for region in "abc"}
    assert shown_cells == {"a": [None, None, 23], "b": [None, None, 39], "c": [40, 50, 90]}


def test_a_table_asked_for_again_is_not_made_again_and_another_one_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stacked, "_known", OrderedDict())
    rows, plan = people(ax=20, ay=30, bx=30, by=9), Plan(("region",), {})
    found = publish(rows, plan, threshold=LEAST)
    assert publish(rows[::-1], plan, threshold=LEAST) is found
    others = publish(rows[1:], plan, threshold=LEAST), publish(rows, plan, threshold=LEAST - 1), publish(rows, Plan((), {}), threshold=LEAST)
    assert len({id(one) for one in (found, *others)}) == 4
    told = dict.fromkeys(list(found.numbers)[:1], False)
    assert publish(rows, plan, threshold=LEAST, told=told) is not found


def test_several_years_are_told_where_each_of_them_is() -> None:
    rows = [({"jahr": year}, (cell,)) for year, x, y in (("1", 20, 3), ("2", 30, 9), ("3", 40, 50)) for cell, number in (("x", x), ("y", y)) for _ in range(number)]
    found = publish(rows, Plan(("jahr",), {}), threshold=LEAST)
    assert found.number({"jahr": {"2", "3"}}, ("*",)) == 129
    assert found.number({"jahr": {"2", "3"}}, ("x",)) is None


def test_filters_that_do_not_stack_are_not_answered_and_small_values_do_not_stack() -> None:
    rows = [({"jahr": year, "region": region, "segment": "x"}, ()) for region, number in (("a", 120), ("b", 30), ("c", 40)) for year in "12" for _ in range(number)]
    found = publish(rows, STAR, threshold=LEAST, large=large([case for case, _ in rows], "region", threshold=LEAST))
    assert found.number({"jahr": {"1"}, "region": {"a"}}, ()) == 120
    assert found.number({"jahr": {"1"}, "region": {"b"}}, ()) is None
    assert found.number({"region": {"a"}, "segment": {"x"}}, ()) is None
    assert found.number({"region": {"b"}}, ()) == 60


@settings(max_examples=60, deadline=None, derandomize=True)
@given(has=st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=2, max_size=5))
def test_how_many_have_a_thing_is_not_narrowed_where_it_is_not_told(has: list[tuple[int, int]]) -> None:
    parts = {chr(97 + place): (yes, yes + no) for place, (yes, no) in enumerate(has)}
    told = shown(parts, threshold=LEAST)
    whole = sum(yes for yes, _ in parts.values())
    equations = np.array([np.ones(len(parts)), *(np.eye(len(parts))[list(parts).index(value)] for value in told)])
    values = [whole, *(parts[value][0] for value in told)]
    for place, (value, (yes, size)) in enumerate(parts.items()):
        if value not in told and (0 < yes < LEAST or 0 < size - yes < LEAST) and len(parts) - len(told) > 1:
            limits = [(0, size) for _, size in parts.values()]
            least, most = (sign * linprog(sign * np.eye(len(parts))[place], A_eq=equations, b_eq=values, bounds=limits).fun for sign in (1, -1))
            assert most - least >= LEAST - 1 - 1e-6 or not told


def test_a_thing_is_told_with_stacked_filters_only_where_nobody_is_few() -> None:
    def rows(number: int) -> list[tuple[Case, set[str]]]:
        return [({"region": region, "jahr": year}, {"schritt"} if place < number else set()) for region in "ab" for year in "12" for place in range(12)]

    assert told_along(rows(6), ("region",), (("region", "jahr"),), threshold=LEAST).stacked == {"schritt"}
    assert told_along(rows(3), ("region",), (("region", "jahr"),), threshold=LEAST).stacked == frozenset()


def test_a_region_left_over_alone_takes_another_with_it() -> None:
    sizes = {"a": 300, "b": 200, "c": 20}
    rows = [{"region": region} for region, number in sizes.items() for _ in range(number)]
    assert large(rows, "region", threshold=LEAST) == {"a"}
    assert REST not in sizes and Counter(case["region"] for case in rows)["b"] == 200


def test_years_with_few_cases_go_with_their_neighbours() -> None:
    years = [2022] * 2 + [2023] * 9 + [2024] * 3 + [2025] * 30 + [2026] * 4
    assert spans(years, threshold=LEAST) == {2022: (2022, 2024), 2023: (2022, 2024), 2024: (2022, 2024), 2025: (2025, 2026), 2026: (2025, 2026)}
