"""How far the regions lie apart is told of what is shown, and gives no withheld number away."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from itertools import product
from math import inf
from statistics import pstdev
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from engine.queries.auswertung import kennzahlen
from engine.queries.auswertung.abschnitt import PROZENT, Abschnitt, Mass
from engine.queries.auswertung.kennzahlen import PUNCTUAL, Figures
from engine.queries.auswertung.kennzahlen_json import _spread, as_json
from engine.queries.auswertung.rahmen import Rahmen
from engine.queries.auswertung.spreizung import SCHLUESSEL, ZU_WENIGE, mit_spreizung, spreizung
from engine.queries.auswertung.spreizung import TREUE as SPREIZUNG_TREUE
from engine.queries.auswertung.tafeln import TREUE, tafeln, treue_tafeln
from engine.queries.auswertung.treue import treue
from engine.queries.auswertung.verbund import KANTON
from engine.statistics.suppression import Cell, publish, totals
from engine.statistics.survival import kaplan_meier

LEAST = 5
REGIONS = ("BBL", "SDOL", "SON", "SRO", "SRU")
FRAME = Rahmen("Beginn 2025 bis 2026", "alle (1 bis 3)")
numbers = st.lists(st.sampled_from((0, 1, 2, 3, 4, 5, 6, 9, 14, 40)), min_size=2 * len(REGIONS), max_size=2 * len(REGIONS))


def table(given: list[int], ends: tuple[str, str]) -> Counter[Cell]:
    return Counter({cell: number for cell, number in zip(product(REGIONS, ends), given, strict=True) if number})


def told(counts: Mapping[Cell, int], ends: tuple[str, str]) -> Figures:
    """Figures of one table of regions: done in time or overridden, by the very functions that the pages use."""
    punctual = {"kurzassessment": kennzahlen._shares(publish(Counter(counts), threshold=LEAST), ())} if ends[0] == PUNCTUAL else {}
    overrides = {} if punctual else {"region": publish(counts, threshold=LEAST)}
    return Figures(datetime(2026, 3, 2, tzinfo=UTC), LEAST, sum(counts.values()), {}, {}, None, None, {}, punctual, None, (), None, overrides)


ENDS = [(PUNCTUAL, "spät"), ("übersteuert", "gefolgt")]


def own_figures(shown: Figures) -> dict[str, tuple[int, int]]:
    """What anybody reads off the shown table: of each region the number and the whole."""
    table = next(one for one in tafeln(shown, {}, {}) if one.schluessel != SCHLUESSEL)
    rows = {row[0].rpartition(", ")[2]: row[1:] for row in table.zeilen}
    read = {region: rows[region] for region in REGIONS if region in rows}
    place = {head: at for at, head in enumerate(table.kopf[1:])}
    pairs = {region: (row[place.get("pünktlich", place.get("übersteuert", 0))], row[place.get("von", place.get("Vorschläge", 0))]) for region, row in read.items()}
    return {region: (int(part), int(whole)) for region, (part, whole) in pairs.items() if part != "*" and whole not in ("*", "0")}


def between(shares: Sequence[float]) -> str:
    """From the smallest to the largest as both are shown."""
    least, most = (Decimal(f"{100 * one:.1f}") for one in (min(shares), max(shares)))
    return f"{most - least} Pp."


@pytest.mark.parametrize(
    ("unit", "values", "shown"),
    [("Mt.", (11.75, 17.64), ("11.8 Mt.", "17.6 Mt.", "5.8 Mt.")), (PROZENT, (0.1165, 0.1463), ("11.7 %", "14.6 %", "2.9 Pp.")), (PROZENT, (0.5, 0.9), ("50.0 %", "90.0 %", "40.0 Pp."))],
    ids=["durations", "shares", "nothing rounded"],
)
def test_the_range_is_what_whoever_subtracts_the_shown_values_finds(unit: str, values: tuple[float, float], shown: tuple[str, str, str]) -> None:
    found = spreizung([Abschnitt("a", "A", "…", ("Region",), (), masse=(Mass("x", unit, {"SRO": (values[0], 20), "SRU": (values[1], 20)}),))])
    assert found is not None and found.zeilen[0][3:6] == shown


@pytest.mark.parametrize("ends", ENDS, ids=["punctual", "overridden"])
@settings(max_examples=40, deadline=None, derandomize=True, phases=[Phase.generate])
@given(given=numbers)
def test_it_can_be_computed_from_the_shown_table_alone(ends: tuple[str, str], given: list[int]) -> None:
    """Whoever knows the table learns nothing new: what is withheld plays no part."""
    counts = table(given, ends)
    assume(counts)
    shown = told(counts, ends)
    mine = own_figures(shown) if any(one.schluessel != SCHLUESSEL for one in tafeln(shown, {}, {})) else {}
    rows = [row for one in tafeln(shown, {}, {}) if one.schluessel == SCHLUESSEL for row in one.zeilen]
    assert len(rows) == (len(mine) > 1)
    if len(mine) > 1:
        shares = [part / whole for part, whole in mine.values()]
        assert rows[0][1:3] == (str(len(mine)), str(sum(whole for _, whole in mine.values())))
        assert rows[0][3:7] == (f"{100 * min(shares):.1f} %", f"{100 * max(shares):.1f} %", between(shares), f"{100 * pstdev(shares):.1f} Pp.")


def alternatives(counts: Mapping[Cell, int], ends: tuple[str, str]) -> list[Counter[Cell]]:
    """Other lives with the same published table: some moved around between withheld cells so that every sum stays."""
    hidden = publish(counts, threshold=LEAST).withheld
    whole, found = totals(counts), []
    for one, other in product(REGIONS, repeat=2):
        cells = [(one, ends[0]), (other, ends[1]), (one, ends[1]), (other, ends[0])]
        if one < other and hidden.issuperset(cells):
            for move in (-2, -1, 1, 2):
                moved = Counter({cell: number for cell, number in whole.items() if "*" not in cell})
                for cell, sign in zip(cells, (1, 1, -1, -1), strict=True):
                    moved[cell] += sign * move
                if min(moved.values()) >= 0:
                    found.append(moved)
    return found


@pytest.mark.parametrize("ends", ENDS, ids=["punctual", "overridden"])
@settings(max_examples=25, deadline=None, derandomize=True, phases=[Phase.generate])
@given(given=numbers)
def test_lives_that_publish_the_same_table_spread_alike_whatever_is_withheld(ends: tuple[str, str], given: list[int]) -> None:
    counts = table(given, ends)
    assume(counts)
    published, shown = publish(counts, threshold=LEAST), told(counts, ends)
    for other in alternatives(counts, ends):
        if publish(other, threshold=LEAST).numbers == published.numbers:
            assert apart(told(other, ends)) == apart(shown)


def apart(shown: Figures) -> list[Any]:
    """Every word and number that page, file, report and program say of the spread."""
    made = tafeln(shown, {}, {})
    return [one.zeilen for one in made if one.schluessel == SCHLUESSEL] + [as_json(shown, made, [], FRAME)["spreizung"]]


def test_there_are_lives_that_differ_only_in_what_is_withheld() -> None:
    """Otherwise the test before would say nothing."""
    counts = table([3, 9, 3, 9, 20, 20, 10, 30, 40, 14], ENDS[0])
    others = [one for one in alternatives(counts, ENDS[0]) if publish(one, threshold=LEAST).numbers == publish(counts, threshold=LEAST).numbers]
    assert others and apart(told(counts, ENDS[0]))[0][0][1] == "3"


def test_a_region_that_is_not_shown_is_neither_the_smallest_nor_the_largest() -> None:
    # Of SON nothing may be seen, and it would be the smallest by far.
    counts = {("SON", PUNCTUAL): 0, ("SON", "spät"): 4, ("SRO", PUNCTUAL): 30, ("SRO", "spät"): 10, ("SRU", PUNCTUAL): 20, ("SRU", "spät"): 20, ("BBL", PUNCTUAL): 8, ("BBL", "spät"): 32}
    row = next(one for one in tafeln(told(counts, ENDS[0]), {}, {}) if one.schluessel == SCHLUESSEL).zeilen[0]
    assert "0.0 %" not in row and int(row[1]) < 4


def test_the_canton_is_no_region() -> None:
    curves = {name: kaplan_meier([(float(month % size + 1), True) for month in range(40)]) for name, size in ((KANTON, 30), ("SRO", 10), ("SDOL", 20))}
    found = Figures(datetime(2026, 3, 2, tzinfo=UTC), LEAST, 40, curves, dict.fromkeys(curves, inf), None, None, {}, {}, None, (), None, {})
    rows = {row[0]: row for row in next(one for one in tafeln(found, {}, {}) if one.schluessel == SCHLUESSEL).zeilen}
    assert rows["Dauer, Median"][1:6] == ("2", "80", "5.0 Mt.", "10.0 Mt.", "5.0 Mt.")


@settings(max_examples=25, deadline=None, derandomize=True, phases=[Phase.generate])
@given(given=st.lists(st.tuples(st.sampled_from(REGIONS), st.sampled_from((1, 2)), st.sampled_from((0, 0, 0, 1, None)), st.sampled_from((1, 3, 5, 9, 20))), min_size=1, max_size=14))
def test_adherence_spreads_by_what_its_table_shows(given: list[tuple[str, int, int | None, int]]) -> None:
    cases: Any = [
        SimpleNamespace(spur=SimpleNamespace(version=version, region=region), gefunden=SimpleNamespace(cost=cost, lower=0, abweichungen=[("a", "A", "skipped", 0)] * bool(cost)))
        for region, version, cost, count in given for _ in range(count)
    ]  # fmt: skip
    tables = {one.schluessel: one for one in treue_tafeln(treue(cases, {}, schwelle=LEAST), {})}
    rows = [(re.sub("^Fassung . *, ", "", row[0]), row[1], row[2]) for row in tables[TREUE].zeilen]
    hidden = {region for region, *pair in rows if "*" in pair}
    sums: dict[str, list[int]] = {}
    for region, whole, fitting in rows:
        if region not in hidden:
            sums[region] = [a + b for a, b in zip(sums.get(region, [0, 0]), (int(fitting), int(whole)), strict=True)]
    shares = [fitting / whole for fitting, whole in sums.values()]
    shown = tables.get(SPREIZUNG_TREUE)
    assert (shown is None) == (len(sums) < 2)
    if shown is not None and len(sums) > 1:
        assert shown.zeilen[0][1:6] == (str(len(sums)), str(sum(whole for _, whole in sums.values())), f"{100 * min(shares):.1f} %", f"{100 * max(shares):.1f} %", between(shares))


def test_where_one_region_is_shown_a_figure_has_no_spread_and_alone_no_table() -> None:
    single, both = Mass("Anteil", PROZENT, {"SRO": (0.5, 20)}), Mass("Dauer", "Mt.", {"SRO": (5.0, 20), "SRU": (7.0, 20)})
    assert spreizung([Abschnitt("a", "A", "…", ("Region",), (), masse=(single,))]) is None
    found = spreizung([Abschnitt("a", "A", "…", ("Region",), (), masse=(single, both))])
    assert found is not None and found.hinweis == ZU_WENIGE and found.zeilen[0] == ("Anteil", "1", "20", "–", "–", "–", "–", "–")


def test_where_no_figure_is_told_by_region_there_is_none() -> None:
    assert [one.schluessel for one in mit_spreizung([Abschnitt("a", "A", "…", ("Was",), (("x",),))])] == ["a"]


def test_a_figure_of_another_period_or_version_says_so() -> None:
    mass = Mass("Übergaben ohne Rückfrage", PROZENT, {"SRO": (0.5, 20), "SRU": (0.7, 10)})
    found = spreizung([Abschnitt("a", "A", "…", ("Region",), (), zeitraum="am 02.03.2026", fassung="1 (Übergabe)", masse=(mass,))])
    assert found is not None and "Anders bei «Übergaben ohne Rückfrage»: Zeitraum: am 02.03.2026. Fassung: 1 (Übergabe)." in found.hinweis


def test_shares_of_round_numbers_spread_in_whole_percents_on_pages_and_for_programs() -> None:
    own = Abschnitt("a", "A", "…", ("Region",), (), masse=(Mass("x", "%", {"SRO": (70 / 95, 95), "SRU": (85 / 95, 95)}, ist_grob=True),))
    found = spreizung([own])
    assert found is not None and found.zeilen[0][3:6] == ("74 %", "89 %", "15 Pp.")
    assert _spread(own, own.masse[0], FRAME)["kleinster"] == 0.74
