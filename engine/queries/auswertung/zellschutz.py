"""Small cells: a count of few people is not shown, nor what would give it back (process description, chapters 3 and 11)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Mapping
from datetime import date
from functools import lru_cache
from typing import TypeVar

from engine.model.calendar import ZURICH
from engine.statistics.implied import implied
from engine.statistics.joint import Table, audit
from engine.statistics.suppression import ALL, Cell, publish, totals
from engine.store import parameter
from engine.store.session import FallSession

T = TypeVar("T", bound=Hashable)
SCHWELLE = "anonymisierung_zellgroesse"
KANTON = "*"


def schwelle(session: FallSession) -> int:
    """The smallest number that is shown, as the canton set it."""
    day: date = session.now.astimezone(ZURICH).date()
    return int(parameter.values(session, KANTON, day)[SCHWELLE])


def unterdrueckt(werte: Mapping[T, int], *, schwelle: int, mit_summe: bool = True, von: int | None = None) -> dict[T, int | None]:
    """The counts with None where they must not be shown. Zero is shown: it is about nobody.

    ``mit_summe``: the counts are parts of a total that is shown, so a single hidden part would be the rest; the next smallest goes, too.
    ``von``: each count is of so many, and those it leaves must not be few either.
    """
    klein = {key for key, value in werte.items() if 0 < value < schwelle or von is not None and 0 < von - value < schwelle}
    if mit_summe and klein:
        rest = sorted((value, str(key), key) for key, value in werte.items() if value and key not in klein)
        verdeckt = sum(werte[key] for key in klein)
        while rest and (len(klein) == 1 or verdeckt < schwelle):
            value, _, key = rest.pop(0)
            klein.add(key)
            verdeckt += value
    return {key: None if key in klein else value for key, value in werte.items()}


def gerundet(number: int, *, schwelle: int) -> int:
    """To the next multiple of the threshold. Where one number follows from others, as on a diagram or along a curve, none
    of them is told to the last case."""
    return schwelle * ((2 * number + schwelle) // (2 * schwelle))


def alle_gerundet(werte: Mapping[T, int | None], *, schwelle: int) -> dict[T, int | None]:
    """Every count ``gerundet``; what is withheld stays so."""
    return {key: None if value is None else gerundet(value, schwelle=schwelle) for key, value in werte.items()}


def anteil(teil: int | None, ganzes: int | None) -> float | None:
    """The share, None where one of the two is hidden or nothing is there."""
    return None if teil is None or not ganzes else teil / ganzes


# A table's name, and in which of its cells one of the part is counted.
Tafel = tuple[str, Callable[[Cell], Cell]]


def als_ganzes(cell: Cell) -> Cell:
    """The table that counts every cell for itself."""
    return cell


@lru_cache(maxsize=200)
def je_ort(counts: tuple[tuple[Cell, int], ...], tafeln: tuple[Tafel, ...], schwelle: int) -> Mapping[str, Mapping[Cell, int | None]]:
    """Tables of the same cases with all their sums, as much of them as may be seen: from all that they tell nothing small can be computed.

    ``counts`` are numbers of cells whose first is the region, ``tafeln`` say in which of their cells these are counted. How many there are of a
    region every page says, or none: that stays as it is. Pages ask for the same again and again.
    """
    part = dict(counts)
    tables = {name: Table("fall", cell, _orte(part, cell, schwelle)) for name, cell in tafeln} if any(part.values()) else {}
    fixed = {(name, cell) for name, table in tables.items() for cell, number in table.numbers.items() if number is not None}
    withheld = audit({"fall": part}, (), tables, threshold=schwelle, fixed=fixed).withheld
    return {name: _told(part, cell, withheld[name], schwelle) if name in withheld else {} for name, cell in tafeln}


def _orte(part: Mapping[Cell, int], cell: Callable[[Cell], Cell], schwelle: int) -> dict[Cell, int | None]:
    """How many there are of each region, as the table has them for its sums."""
    found: Counter[Cell] = Counter()
    for place, number in part.items():
        found[place[:1]] += number
    others = (ALL,) * (len(cell(next(iter(part)))) - 1)
    return {(*region, *others): number for region, number in publish(found, threshold=schwelle).numbers.items()}


def _told(part: Mapping[Cell, int], cell: Callable[[Cell], Cell], withheld: Collection[Cell], schwelle: int) -> Mapping[Cell, int | None]:
    found: Counter[Cell] = Counter()
    for place, number in part.items():
        found[cell(place)] += number
    sums = {one: None if one in withheld else number for one, number in totals(found).items() if ALL in one or one in found}
    return implied(sums, places=range(len(next(iter(found)))), threshold=schwelle)
