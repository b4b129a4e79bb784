"""With filters, too, tables that count the same people give nothing away together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, combinations, product
from random import Random

import numpy as np
import pytest
from scipy.optimize import linprog

from engine.queries.auswertung import gitter
from engine.queries.auswertung.gitter import DIMENSIONEN, PLAENE, Gitter, Grund
from engine.queries.auswertung.kreis import Kreis
from engine.queries.auswertung.laeufe import ENDS, OPEN, OTHERWISE, Lauf, way
from engine.queries.auswertung.verbund import TAFELN, Vorschlag, verbund
from engine.statistics.suppression import ALL, Cell, Published

LEAST = 5
REGIONS, SEXES, WORK, BACK = ("SDOL", "SRO"), ("1", "2"), ("arbeit", "andere"), ("zurueck", "nicht")
AGES = ("16–24", "25–34", "64+")
ONE = {"region": REGIONS[:1], "jahr": ("2024",), "segment": ("A",), "alter": AGES[:1], "sex": SEXES[:1], "end": (OPEN,), "back": ("", *BACK), "proposal": ("gefolgt",)}
FILTERS: Mapping[str, tuple[str, ...]] = {"region": REGIONS, "jahr": ("2024", "2025"), "segment": ("A", "B", "C"), "alter": AGES}
# Everybody was seen for a year and, if it came to an Ablösung, a year since: what cases can be is what these say.
Life = dict[str, str]
NAMES = (*FILTERS, "sex", "end", "back", "proposal")


@dataclass(frozen=True)
class Family:
    """Tables of the same people, and every kind of them that could be."""

    tables: tuple[str, ...]
    kinds: tuple[Life, ...]
    weights: tuple[int, ...] = (0, 0, 1, 3, 12)

    def invented(self, seed: int) -> list[Life]:
        rng = Random(seed)
        weights = [8 if life["end"] == OPEN and life["proposal"] == "gefolgt" else rng.choice(self.weights) for life in self.kinds]
        return rng.choices(self.kinds, weights, k=rng.choice((80, 200, 500)))


def kinds(**values: Collection[str]) -> tuple[Life, ...]:
    every = (dict(zip(NAMES, given, strict=True)) for given in product(*(values.get(name, ONE[name]) for name in NAMES)))
    return tuple(life for life in every if (life["back"] == "") == (life["end"] in (OPEN, OTHERWISE)))


def circle(lives: list[Life], wanted: Mapping[str, str]) -> Kreis:
    faelle = {number: {**dict.fromkeys(DIMENSIONEN, "1"), **{name: life[name] for name in FILTERS}} for number, life in enumerate(lives)}
    grid = Gitter(Grund.of(faelle, {}, threshold=LEAST), {name: frozenset({value}) for name, value in wanted.items()}, LEAST, lambda name, make: make())
    laeufe = [
        Lauf(life["region"], number, 24.0 if life["end"] == OPEN else 6.0, 24.0, life["end"], "", 3.0 if life["back"] == "zurueck" else None, 18.0 if life["back"] else 0.0, {"geschlecht": life["sex"], "alter": life["alter"]})
        for number, life in enumerate(lives)
    ]  # fmt: skip
    proposals = [Vorschlag(number, life["region"], "S", life["proposal"]) for number, life in enumerate(lives)]
    chosen = frozenset(number for number, life in enumerate(lives) if all(life[name] == value for name, value in wanted.items()))
    return Kreis(laeufe, proposals, chosen, grid, verbund(laeufe, proposals, threshold=LEAST))


def questions() -> Iterator[dict[str, str]]:
    for names in chain.from_iterable(combinations(FILTERS, size) for size in range(3)):
        yield from (dict(zip(names, values, strict=True)) for values in product(*(FILTERS[name] for name in names)))


def is_of(life: Life, wanted: Mapping[str, str]) -> bool:
    return all(life[name] == value for name, value in wanted.items())


def _over(life: Life) -> bool:
    return life["back"] != ""


def _work(life: Life) -> str:
    return "arbeit" if life["end"] == "arbeit" else "andere"


# In which cell of a table a life is counted.
TABLES: Mapping[str, Callable[[Life], Cell | None]] = {
    "ende region": lambda life: (life["region"], way(life["end"])),
    "ende 12": lambda life: (way(life["end"]), life["end"]),
    "gleich geschlecht": lambda life: (life["sex"], "ja" if _over(life) else "nein"),
    "gleich alter": lambda life: (life["alter"], "ja" if _over(life) else "nein"),
    "arbeit": lambda life: (life["region"], _work(life)) if _over(life) else None,
    "rueckfall 12": lambda life: (life["region"], life["back"]) if _over(life) else None,
    "nach 12 zusammen": lambda life: (_work(life), life["back"]) if _over(life) else None,
    "übersteuert region": lambda life: (life["region"], life["proposal"]),
    "vorschlag geschlecht": lambda life: (life["sex"], life["proposal"]),
    "vorschlag alter": lambda life: (life["alter"], life["proposal"]),
}
CASES = {name: values for name, values in FILTERS.items() if name != "alter"}
FAMILIES = {
    "ends": Family(("ende region", "ende 12", "gleich geschlecht"), kinds(**CASES, alter=AGES[:2], sex=SEXES, end=ENDS)),
    "afterwards": Family(("arbeit", "rueckfall 12", "nach 12 zusammen"), kinds(**CASES, alter=AGES[:2], sex=SEXES, end=ENDS)),
    "ages": Family(("ende region", "ende 12", "gleich alter"), kinds(region=REGIONS, alter=AGES, sex=SEXES, end=("arbeit", "versicherung", OTHERWISE, OPEN), back=("", "nicht"))),
    "proposals": Family(("übersteuert region", "vorschlag geschlecht", "vorschlag alter"), kinds(region=REGIONS, jahr=FILTERS["jahr"], alter=AGES, sex=SEXES, proposal=("gefolgt", "übersteuert"))),
}
every_family = pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)


def answers(lives: list[Life], family: Family) -> Iterator[tuple[str, dict[str, str], Cell, int | None]]:
    """What every choice of filters tells of these tables, and what it does not."""
    for wanted in questions():
        found = circle(lives, wanted)
        for name in family.tables:
            table = found.tafel(name)
            known = table.numbers if table is not None else {}
            cells = {margin for life in family.kinds if (cell := TABLES[name](life)) for margin in product(*((part, ALL) for part in cell))}
            # Without filters a row of nobody is left away.
            yield from ((name, wanted, cell, known.get(cell, None if wanted or table is None else 0)) for cell in sorted(cells))


def row(family: Family, name: str, wanted: Mapping[str, str], cell: Cell) -> np.ndarray:
    def counts(life: Life) -> bool:
        own = TABLES[name](life)
        return is_of(life, wanted) and own is not None and all(part in (ALL, value) for part, value in zip(cell, own, strict=True))

    return np.array([counts(life) for life in family.kinds], dtype=float)


Narrowed = list[tuple[str, dict[str, str], Cell, float, float]]


def apart(name: str, wanted: Mapping[str, str], cell: Cell) -> int:
    """How far the bounds of a small number must lie apart: where a page could tell of the choice it can be any small number, else it is not quite known."""
    chosen = wanted.keys() | ({"region"} if TAFELN[name].je_region and cell[0] != ALL else set())
    return LEAST - 1 if any(chosen <= set(plan.dimensions) and plan.stacks(chosen) for plan in PLAENE) else LEAST // 2


def narrowed(seed: int, family: Family) -> Narrowed:
    """The small numbers of any choice that can be bounded too closely."""
    lives = family.invented(seed)
    truth = np.array([float(lives.count(life)) for life in family.kinds])
    asked = [(row(family, name, wanted, cell), number, (name, wanted, cell)) for name, wanted, cell, number in answers(lives, family)]
    told, small = [one for one in asked if one[1] is not None], [one for one in asked if 0 < one[0] @ truth < LEAST]
    rows = np.unique(np.array([has for has, *_ in (*told, *small)]), axis=1)
    equations, bounds = rows[: len(told)], np.array([between(*what[:2], number) for _, number, what in told])
    assert all(least <= has @ truth <= most for (has, *_), (least, most) in zip(told, bounds, strict=True))
    known = {"A_ub": np.concatenate([equations, -equations]), "b_ub": np.concatenate([bounds[:, 1], -bounds[:, 0]]), "bounds": (0, None)}
    found = []
    for (*_, what), target in zip(small, rows[len(told) :], strict=True):
        least, most = (linprog(sign * target, **known) for sign in (1, -1))
        if most.status != 3 and -most.fun - least.fun < apart(*what) - 1e-6:
            found.append((*what, least.fun, -most.fun))
    return found


def between(name: str, wanted: Mapping[str, str], number: int) -> tuple[int, int]:
    """What a told number can be: round with filters, but for the row of a region; nobody is nobody, and few are never told."""
    is_exact = gitter.grob is as_it_is or not wanted or not number or wanted.keys() == {"region"} and TAFELN[name].je_region
    return (number, number) if is_exact else (max(LEAST, number - LEAST // 2), number + LEAST // 2)


def as_it_is(found: Published | None, **_: int) -> Published | None:
    return found


@pytest.fixture
def exact(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gitter, "grob", as_it_is)


@pytest.mark.parametrize(("seed", "name"), [*((5, name) for name in FAMILIES), (134, "afterwards")])
def test_whoever_asks_for_all_tables_with_every_filter_computes_no_small_number(seed: int, name: str) -> None:
    """Of seed 134 the Ablösungen by Erwerb of one region would tell who of them did not come back."""
    assert narrowed(seed, FAMILIES[name]) == []


@pytest.mark.usefixtures("exact")
@pytest.mark.parametrize("name", [pytest.param("ends", marks=pytest.mark.soak), "afterwards", "ages", "proposals"])
def test_nor_would_he_if_numbers_were_not_round(name: str) -> None:
    assert narrowed(1, FAMILIES[name]) == []


@pytest.mark.soak
@every_family
@pytest.mark.parametrize("seed", range(100, 200))
def test_in_many_cantons_whoever_asks_for_all_tables_with_every_filter_computes_no_small_number(seed: int, family: Family) -> None:
    assert narrowed(seed, family) == []


@pytest.mark.usefixtures("exact")
def test_where_tables_do_not_know_of_each_other_filters_give_numbers_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests above can fail: with each table withholding for itself, they do."""
    monkeypatch.setattr(Gitter, "_raender", lambda *given: {})
    assert narrowed(9, FAMILIES["ends"])


@pytest.mark.usefixtures("exact")
def test_where_a_class_is_withheld_in_one_table_only_its_filter_gives_numbers_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Kreis, "_zu", frozenset())
    assert any(narrowed(seed, FAMILIES[name]) for name in ("proposals", "ages") for seed in range(1, 9))


def test_of_an_age_it_is_told_whole_how_cases_end_or_not_at_all() -> None:
    """Beside «Ablösung nach Altersklasse», which tells of everybody how many of each age left, the rest would give the last way away."""
    numbers = {(AGES[0], OTHERWISE): 2, (AGES[1], OTHERWISE): 20} | {(age, end): 30 for age in AGES[:2] for end in ("arbeit", "versicherung", OPEN)}
    lives = [
        {"region": REGIONS[number % 2], "jahr": "2024", "segment": "ABC"[number % 3], "alter": age, "sex": "1", "end": end, "back": "" if end in (OPEN, OTHERWISE) else "nicht", "proposal": "gefolgt"}
        for (age, end), many in numbers.items() for number in range(many)
    ]  # fmt: skip
    for age in AGES[:2]:
        table = circle(lives, {"alter": age}).tafel("ende region")
        assert table is None or [cell for cell, number in table.numbers.items() if number is not None and cell[1] != ALL] == []
