"""Small cells: a count of few people is not shown, nor what would give it back (process description, chapters 3 and 11)."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from datetime import date
from typing import TypeVar

from engine.model.calendar import ZURICH
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


def kreuztabelle(zellen: Mapping[tuple[T, str], int], *, schwelle: int) -> dict[tuple[T, str], int | None]:
    """The same for a table whose rows and columns have totals that are shown: no row and no column keeps a single hidden cell."""
    offen: dict[tuple[T, str], int | None] = dict(zellen)
    zeilen = list(dict.fromkeys(zeile for zeile, _ in zellen))
    spalten = list(dict.fromkeys(spalte for _, spalte in zellen))
    linien = [[(z, s) for s in spalten if (z, s) in zellen] for z in zeilen] + [[(z, s) for z in zeilen if (z, s) in zellen] for s in spalten]
    changed = True
    while changed:
        changed = False
        for linie in linien:
            verdeckt = {key for key in linie if offen[key] is None}
            neu = {key for key, value in unterdrueckt({key: zellen[key] for key in linie}, schwelle=schwelle).items() if value is None} | verdeckt
            neu |= _zweite(linie, neu, zellen, schwelle)
            changed |= neu != verdeckt
            offen.update(dict.fromkeys(neu))
    return offen


def _zweite(linie: list[tuple[T, str]], verdeckt: set[tuple[T, str]], zellen: Mapping[tuple[T, str], int], schwelle: int) -> set[tuple[T, str]]:
    """A hidden cell that is alone in its line would be the rest of the total."""
    summe = sum(zellen[key] for key in verdeckt)
    dazu: set[tuple[T, str]] = set()
    for _, _, key in sorted((zellen[key], str(key), key) for key in linie if key not in verdeckt and zellen[key]):
        if not verdeckt or len(verdeckt | dazu) > 1 and summe >= schwelle:
            break
        dazu.add(key)
        summe += zellen[key]
    return dazu
