"""Tables of chosen cases: a star stands only where something is to be protected, not where the same table says the number."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from engine.queries.auswertung.abschnitt import zeilen
from engine.queries.auswertung.gitter import Gitter, Grund
from engine.queries.auswertung.zellschutz import gerundet
from engine.statistics.implied import implied
from engine.statistics.suppression import ALL, Cell, Published

LEAST = 5
SIZES = {"region": ("a",) * 8 + ("b",) * 5 + ("c",), "jahr": ("2024", "2025"), "segment": "xyz", "alter": "jm", "einstieg": ("anmeldung",), "version": ("1",)}
FILTERS = [{"region": "a"}, {"region": "c"}, {"jahr": "2024"}, {"segment": "x"}, {"alter": "j"}, {"jahr": "2025", "region": "a"}, {"jahr": "2025", "segment": "y"}]
# The second kind of group is rare: its cells are withheld without filters, too.
GROUPS, ENDS = ("m",) * 30 + ("w",) * 30 + ("u",), ("gefolgt",) * 9 + ("anders",)


def lives(seed: int) -> tuple[dict[int, dict[str, str]], list[tuple[int, Cell]]]:
    random = Random(seed)
    cases = {fall: {name: random.choice(values) for name, values in SIZES.items()} for fall in range(400)}
    return cases, [(fall, (random.choice(GROUPS), random.choice(ENDS))) for fall in cases]


def grid(cases: dict[int, dict[str, str]], wanted: dict[str, str]) -> Gitter:
    return Gitter(Grund.of(cases, {}, threshold=LEAST), {name: frozenset({value}) for name, value in wanted.items()}, LEAST, lambda name, make: make())


@pytest.mark.parametrize("wanted", FILTERS, ids=str)
@pytest.mark.parametrize("je_region", [False, True], ids=["by group", "by region"])
def test_what_the_table_says_itself_stands_in_it_and_is_right(monkeypatch: pytest.MonkeyPatch, wanted: dict[str, str], *, je_region: bool) -> None:
    """Before its numbers are made round."""
    monkeypatch.setattr("engine.queries.auswertung.gitter.grob", lambda found, **_: found)
    told = 0
    for seed in range(3):
        cases, entries = lives(seed)
        rows = [(fall, (cases[fall]["region"], cell[1])) for fall, cell in entries] if je_region else entries
        table = grid(cases, wanted).tafel("probe", rows, je_region=je_region)
        if table is None:
            continue
        chosen = [cell for fall, cell in rows if all(cases[fall][name] == value for name, value in wanted.items())]
        assert implied(table.numbers, places=(1,) if je_region else (0, 1), threshold=LEAST) == table.numbers
        for cell, number in table.numbers.items():
            whole = sum(all(part in (ALL, own) for part, own in zip(cell, one, strict=True)) for one in chosen)
            assert number in (None, whole)
            assert number is None or number == 0 or number >= LEAST
            told += number is not None
    assert told or wanted == {"region": "c"} or len(wanted) > 1


@pytest.mark.parametrize(("wanted", "is_round"), [({}, False), ({"region": "a"}, False), ({"segment": "x"}, True), ({"jahr": "2024"}, True)], ids=str)
def test_with_filters_numbers_are_round_but_for_the_row_of_a_region(wanted: dict[str, str], *, is_round: bool) -> None:
    cases, entries = lives(0)
    table = grid(cases, wanted).tafel("probe", [(fall, (cases[fall]["region"], cell[1])) for fall, cell in entries], je_region=True)
    assert table is not None
    numbers = [number for number in table.numbers.values() if number]
    assert numbers and all(number % LEAST == 0 for number in numbers) is is_round


def test_of_few_round_numbers_no_share_is_told() -> None:
    """20 of 35 can be 18 of 37, which is 49 %, or 22 of 33, which is 67 %."""
    rows, columns = {"a": "A", "b": "B"}, {"x": "X", "y": "Y"}
    table = Published({("a", "x"): 20, ("a", "y"): 15, ("a", ALL): 35, ("b", "x"): 20, ("b", "y"): 30, ("b", ALL): 50, (ALL, "x"): 40, (ALL, "y"): 45, (ALL, ALL): 85}, frozenset(), step=LEAST)
    assert [row[-1] for row in zeilen(table, rows, columns, share="x")] == ["–", "40 %", "47 %"]
    exact = replace(table, step=1)
    assert [row[-1] for row in zeilen(exact, rows, columns, share="x")] == ["57 %", "40 %", "47 %"]


@pytest.mark.parametrize(("part", "rest", "whole"), [(17, 31, 48), (47, 8, 55), (13, 38, 51)])
def test_a_share_of_round_numbers_is_one_that_their_row_allows(part: int, rest: int, whole: int) -> None:
    """15 and 30 of 50 are not 30 %: 13 to 17 and 28 to 32 that are 48 to 52 together are 33 % to 35 %."""
    numbers = {("a", "x"): part, ("a", "y"): rest, ("a", ALL): whole}
    table = Published({**{cell: gerundet(number, schwelle=LEAST) for cell, number in numbers.items()}, (ALL, ALL): None}, frozenset(), step=LEAST)
    near = range(-(LEAST // 2), LEAST // 2 + 1)
    possible = [
        100 * (table["a", "x"] + one) / (table["a", "x"] + one + table["a", "y"] + other)
        for one in near for other in near if abs(table["a", "x"] + one + table["a", "y"] + other - table["a", ALL]) <= LEAST // 2
    ]  # fmt: skip
    told = int(zeilen(table, {"a": "A"}, {"x": "X", "y": "Y"}, share="x")[0][-1].removesuffix(" %"))
    assert min(possible) - 0.5 <= told <= max(possible) + 0.5
