"""Small cells: a count of few people is not shown, nor what would give it back (process description, chapters 3 and 11)."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Generic, TypeVar

from engine.model.calendar import ZURICH
from engine.statistics.suppression import ALL, Cell, Published, publish
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


def anteil(teil: int | None, ganzes: int | None) -> float | None:
    """The share, None where one of the two is hidden or nothing is there."""
    return None if teil is None or not ganzes else teil / ganzes


@dataclass(frozen=True)
class Kreuztabelle(Generic[T]):
    """A table of counts with the sums of its rows and columns, and of all; None must not be shown."""

    zellen: Mapping[tuple[T, str], int | None]
    zeilen: Mapping[T, int | None]
    spalten: Mapping[str, int | None]
    gesamt: int | None


def kreuztabelle(zellen: Mapping[tuple[T, str], int], *, schwelle: int) -> Kreuztabelle[T]:
    """As much of the table as may be seen: from all that is shown nothing small can be computed, see engine.statistics.suppression."""
    if not zellen:
        return Kreuztabelle({}, {}, {}, 0)
    zeilen = {zeile: f"{number:06d}" for number, zeile in enumerate(dict.fromkeys(zeile for zeile, _ in zellen))}
    told = _published(tuple(((zeilen[zeile], spalte), number) for (zeile, spalte), number in zellen.items()), schwelle)
    return Kreuztabelle(
        {(zeile, spalte): told[zeilen[zeile], spalte] for zeile, spalte in zellen},
        {zeile: told[name, ALL] for zeile, name in zeilen.items()},
        {spalte: told[ALL, spalte] for _, spalte in zellen},
        told[ALL, ALL],
    )


@lru_cache(maxsize=200)
def _published(cells: tuple[tuple[Cell, int], ...], threshold: int) -> Published:
    """Pages ask for the same tables again and again, also after something happened that changes none of them."""
    return publish(dict(cells), threshold=threshold)
