"""Tables of the same people give nothing away together: what one withholds does not follow from another."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from scipy.optimize import linprog

from engine.queries.auswertung import wirkung
from engine.queries.auswertung.schutz import NIEMAND, Gitter
from engine.queries.auswertung.wirkung import CAUSES, ENDS, HORIZONS, OPEN, OTHERWISE, Kreis, Lauf
from engine.statistics.suppression import ALL, bounds

LEAST = 5
COARSE = {way: {end for end in ENDS if wirkung._way(end) == way} for way in wirkung.WEGE} | {ALL: set(ENDS)}


def invented(seed: int) -> Kreis:
    rng = Random(seed)
    reasons = [*CAUSES, "", "tod", "wegzug_kanton"]
    weights = {end: rng.choice((0, 0, 1, 3, 12)) for end in ENDS} | {OPEN: 20, wirkung.ARBEIT: 9}

    def one(number: int) -> Lauf:
        (end,) = rng.choices(list(weights), list(weights.values()))
        since = 0.0 if end in (OPEN, OTHERWISE) else rng.uniform(0, 30)
        back = rng.uniform(0, since) if since and rng.random() < 0.2 else None
        return Lauf(rng.choice(("SDOL", "SRO")), number, rng.uniform(1, 11), 12 + since, end, rng.choice(reasons), back, since, {"geschlecht": rng.choice("wm")})

    laeufe = [one(number) for number in range(rng.randint(25, 120))]
    return Kreis(laeufe, frozenset(lauf.fall_id for lauf in laeufe), Gitter(NIEMAND, {}, LEAST, lambda name, make: make()))


def told(kreis: Kreis) -> list[tuple[set[str], int]]:
    """Of how cases end within 12 months: which ends a shown number counts together, and the number."""
    ends, by_region = wirkung._ende(kreis, 12), kreis.tafel("ende region", wirkung._ends_by_region(kreis), je_region=True)
    found: list[tuple[set[str], int | None]] = []
    if ends is not None:
        shown = kreis.tafel("ende 12", wirkung._ends(kreis))
        assert shown is not None
        found += [({end}, shown.numbers.get((wirkung._way(end), end), 0)) for end in ENDS]
    found += [(COARSE[way], number) for (region, way), number in (by_region.numbers if by_region else {}).items() if region == ALL]
    if wirkung._tells_how_many_left(kreis):
        gone = sum(way not in (OPEN, OTHERWISE) for _, (way, _) in wirkung._ends(kreis))
        found.append((set(ENDS) - {OPEN, OTHERWISE}, gone if gone >= LEAST or not gone else None))
    return [(parts, number) for parts, number in found if number is not None]


@pytest.mark.parametrize("seed", range(60))
def test_the_number_of_those_who_left_gives_away_nobody_who_ended_otherwise(seed: int) -> None:
    kreis = invented(seed)
    shown = told(kreis)
    counts = {end: sum(got == end for _, (_, got) in wirkung._ends(kreis)) for end in ENDS}
    equations, values = np.array([[float(end in parts) for end in ENDS] for parts, _ in shown]), np.array([number for _, number in shown])
    for place, (_, number) in enumerate(counts.items()):
        if not shown or not 0 < number < LEAST:
            continue
        row = np.eye(len(ENDS))[place]
        least, most = (linprog(sign * row, A_eq=equations, b_eq=values, bounds=(0, None)) for sign in (1, -1))
        assert most.status == 3 or -most.fun - least.fun >= LEAST - 1 - 1e-6


def test_it_is_told_where_nothing_is_withheld() -> None:
    some = [invented(seed) for seed in range(60)]
    assert any(wirkung._tells_how_many_left(kreis) for kreis in some) and any(wirkung._ende(kreis, 12) for kreis in some)


@pytest.mark.parametrize("seed", range(10))
def test_what_became_of_people_is_the_same_in_both_sections(seed: int) -> None:
    kreis = invented(seed)
    after = {horizon: wirkung._nach(kreis, horizon) for horizon in HORIZONS}
    back = wirkung._rueckkehr(after)
    lines = {row[0]: dict(zip(back.kopf[1:-1], row[1:-1], strict=True)) for row in back.zeilen} if back else {}
    for horizon in (6, 12):
        kept, line = wirkung._bestand(after[horizon], horizon), lines.get(f"innert {horizon} Monaten", {})
        total = dict(zip(kept.kopf[1:-1], kept.zeilen[-1][1:-1], strict=True)) if kept else {}
        assert total == {name: number for name, number in line.items() if number != "–"}


@pytest.mark.parametrize("seed", range(30))
def test_whoever_knows_how_many_came_back_learns_of_nobody_else(seed: int) -> None:
    """Kennzahlen tell how many came back, and of how many: with the table of what became of people that gives no small number away."""
    kreis = invented(seed)
    for horizon in HORIZONS:
        table = wirkung._nach(kreis, horizon)
        if table is None:
            continue
        followed = [lauf for lauf in kreis.alle if wirkung._is_followed(lauf, horizon)]
        back = sum(wirkung._back(lauf, horizon) == "zurueck" for lauf in followed)
        told = {**table.numbers, (ALL, "zurueck"): back, (ALL, ALL): len(followed)}
        for cell, number in table.numbers.items():
            if number is None:
                least, most = bounds(told, cell)
                assert most - least >= LEAST - 1 - 1e-6
