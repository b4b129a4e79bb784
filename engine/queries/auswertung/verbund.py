"""Which numbers of all the tables about the same cases may be told beside each other (``engine.statistics.joint``).

Pages, files and the report show these tables side by side. What they have in common is said here once: the few properties of a case that they
count, and how each table counts them. So no table tells what another withholds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import product
from math import inf
from typing import Any

from engine.queries.auswertung.laeufe import (
    CAUSES,
    DANACH,
    DIMENSIONEN,
    ENDS,
    GONE,
    HORIZONS,
    OPEN,
    OTHERWISE,
    WEGE,
    Lauf,
    group,
    kind,
    way,
)
from engine.queries.auswertung.zellschutz import als_ganzes
from engine.statistics import suppression
from engine.statistics.implied import implied
from engine.statistics.joint import Fact, Key, Link, Place, Table, audit
from engine.statistics.suppression import ALL, Cell, Published

KANTON = "Kanton"
# What is counted: each a part of which several tables are made.
LAUF, ENDE, GLEICH, VORSCHLAG = "lauf", "ende", "gleich", "vorschlag"
ORTE, BEZUG = "orte", "bezug"
KURVE = "kurve"
JA, NEIN = "ja", "nein"
YEAR = HORIZONS.index(12)


# A table, and which sum of another each of its columns is, None of none.
Above = tuple[str, Callable[[str], Cell | None]]


@dataclass(frozen=True)
class Tafel:
    """How a table counts the cells of its part: in which of its own, None in none. ``je_region``: the first of each is the region it counts for.

    ``rang``: of a larger one numbers are missed more. ``rand`` names a table whose columns are sums of this one, too, and says which of its sums;
    the columns of ``neben`` count some more than the sums it says.
    """

    teil: str
    zelle: Callable[[Any], Cell | None]
    je_region: bool = False
    rang: int = 1
    rand: Above | None = None
    neben: Above | None = None


@dataclass(frozen=True)
class Vorschlag:
    """A proposed segment: by which rule, in which region, and whether it was followed."""

    fall_id: int
    region: str
    regel: str
    ende: str


# A case: its region, its way out, when it ended, how long it was seen, how long since, and when it came back (``Lauf.end_class`` and so on).
Verlauf = tuple[str, str, int | None, int, int | None, int | None]

# How it ended, and the same, and whether with a death or with leaving the canton.
Ausgang = tuple[str, int | None, int, int | None, int | None, bool]

# How a table counts (``Tafel.zelle``).


def _is_over(end: str) -> bool:
    return end not in (OPEN, OTHERWISE)


def _by(end: str, when: int | None, place: int) -> str:
    return end if when is not None and when <= place else OPEN


def _ende(place: int, cell: Ausgang) -> Cell | None:
    end, when, seen, *_ = cell
    found = _by(end, when, place)
    return (way(found), found) if seen > place else None


def _ende_region(cell: Verlauf) -> Cell | None:
    region, out, when, seen, *_ = cell
    return (region, _by(out, when, YEAR)) if seen > YEAR else None


def _arbeit(cell: Verlauf) -> Cell | None:
    return (cell[0], kind(cell[1])) if _is_over(cell[1]) else None


def _rueckfall(place: int, cell: Verlauf) -> Cell | None:
    region, *_, since, back = cell
    return (region, _back(back, place)) if since is not None and since > place else None


def _nach(place: int, cell: Ausgang, *, is_apart: bool) -> Cell | None:
    end, _, _, since, back, gone = cell
    found = _back(back, place)
    return (kind(end), "weg" if is_apart and gone and found == "nicht" else found) if since is not None and since > place else None


def _back(back: int | None, place: int) -> str:
    return "zurueck" if back is not None and back <= place else "nicht"


def _way_of_end(out: str) -> Cell:
    return (out, ALL)


def _left(out: str) -> Cell:
    return (ALL, ALL if out == ALL else JA if _is_over(out) else NEIN)


def _all_who_left(column: str) -> Cell | None:
    return (ALL, ALL) if column == JA else None


def _column(column: str) -> Cell:
    return (ALL, column)


def _row(column: str) -> Cell:
    return (column, ALL)


TAFELN: Mapping[str, Tafel] = {
    ORTE: Tafel(LAUF, lambda cell: (cell[0],), rang=8),
    "ende region": Tafel(LAUF, _ende_region, je_region=True, rang=3),
    BEZUG: Tafel(LAUF, lambda cell: (JA if _is_over(cell[1]) else NEIN,), rang=8),
    "arbeit": Tafel(LAUF, _arbeit, je_region=True, rang=3, rand=(BEZUG, _all_who_left)),
    **{f"ende {horizon}": Tafel(ENDE, partial(_ende, place), rang=2, rand=("ende region", _way_of_end) if horizon == 12 else None) for place, horizon in enumerate(HORIZONS)},
    **{f"rueckfall {horizon}": Tafel(LAUF, partial(_rueckfall, place), je_region=True, rang=4) for place, horizon in enumerate(HORIZONS)},
    **{f"nach {horizon}": Tafel(ENDE, partial(_nach, place, is_apart=True)) for place, horizon in enumerate(HORIZONS)},
    **{f"nach {horizon} zusammen": Tafel(ENDE, partial(_nach, place, is_apart=False), rang=2, rand=(f"rueckfall {horizon}", _column), neben=("arbeit", _row)) for place, horizon in enumerate(HORIZONS)},
    **{f"gleich {key}": Tafel(f"{GLEICH} {key}", als_ganzes, rand=("ende region", _left)) for key in DIMENSIONEN},
    "übersteuert region": Tafel(f"{VORSCHLAG} region", als_ganzes, je_region=True, rang=3),
    "übersteuert regel": Tafel(f"{VORSCHLAG} regel", als_ganzes, rang=2, rand=("übersteuert region", _column)),
    **{f"vorschlag {key}": Tafel(f"{VORSCHLAG} {key}", als_ganzes, rand=("übersteuert region", _column)) for key in DIMENSIONEN},
}  # fmt: skip
# What parts have in common.
LINKS = (
    Link(LAUF, ENDE, lambda cell: cell[1:], lambda cell: (way(cell[0]), *cell[1:5])),
    *(Link(LAUF, f"{GLEICH} {key}", lambda cell: _left(_by(cell[1], cell[2], YEAR)) if cell[3] > YEAR else None, lambda cell: (ALL, cell[1])) for key in DIMENSIONEN),
    *(Link(f"{VORSCHLAG} region", f"{VORSCHLAG} {name}", lambda cell: cell[1], lambda cell: cell[1]) for name in ("regel", *DIMENSIONEN)),
)


@dataclass(frozen=True)
class Verbund:
    """``tafeln`` as they may be told of everybody; ``kurven`` are the regions, and the canton, of whose durations there is one."""

    tafeln: Mapping[str, Published]
    kurven: Collection[str]

    @property
    def orte(self) -> frozenset[str]:
        """The regions of which every page says how many cases they have."""
        table = self.tafeln.get(ORTE)
        return frozenset(region for (region,), number in table.numbers.items() if region != ALL and number is not None) if table else frozenset()

    def nach(self, horizon: int) -> Published | None:
        """What became of people: with those who died or moved away for themselves where all sums are told, else among those not back."""
        for name in (f"nach {horizon}", f"nach {horizon} zusammen"):
            table = self.tafeln.get(name)
            if table is not None and None not in (table.numbers.get((ALL, column), 0) for column in (*DANACH, ALL)):
                return table
        return None


def eintraege(name: str, laeufe: Iterable[Lauf], vorschlaege: Iterable[Vorschlag]) -> list[tuple[int, Cell]]:
    """Case and cell of everybody that the table counts."""
    one = TAFELN[name]
    found = ((fall, one.zelle(place)) for fall, place in _counted(one.teil, laeufe, vorschlaege))
    return [(fall, cell) for fall, cell in found if cell is not None]


def verbund(laeufe: Sequence[Lauf], vorschlaege: Sequence[Vorschlag], *, threshold: int) -> Verbund:
    """All tables of these cases as they may be told together. It rests on nothing but how many there are of each kind, so it is made once for those."""
    counts = {part: Counter(place for _, place in _counted(part, laeufe, vorschlaege)) for part in {one.teil: None for one in TAFELN.values()}}
    # What nobody thought of could be, too, if it is.
    cells = {part: dict.fromkeys((*_possible(part, found), *sorted(found, key=repr))) for part, found in counts.items()}
    return _told(tuple((part, tuple((cell, counts[part][cell]) for cell in those)) for part, those in cells.items()), threshold)


def _counted(part: str, laeufe: Iterable[Lauf], vorschlaege: Iterable[Vorschlag]) -> Iterator[tuple[int, Place]]:
    """Each case, or proposal, and in which cell of the part it is."""
    if part == LAUF:
        yield from ((one.fall_id, _verlauf(one)) for one in laeufe)
    elif part == ENDE:
        yield from ((one.fall_id, (one.ende, *_verlauf(one)[2:], one.is_over and one.is_gone)) for one in laeufe)
    elif part.startswith(GLEICH):
        key = part.removeprefix(f"{GLEICH} ")
        yield from ((one.fall_id, (group(one, key), _left(one.by(12))[1])) for one in laeufe if one.seen_class > YEAR)
    elif part in (f"{VORSCHLAG} region", f"{VORSCHLAG} regel"):
        yield from ((one.fall_id, (one.region if part.endswith("region") else one.regel, one.ende)) for one in vorschlaege)
    else:
        key = part.removeprefix(f"{VORSCHLAG} ")
        of = {one.fall_id: group(one, key) for one in laeufe}
        yield from ((one.fall_id, (of[one.fall_id], one.ende)) for one in vorschlaege if one.fall_id in of)


def _verlauf(one: Lauf) -> Verlauf:
    return (one.region, way(one.ende), one.end_class, one.seen_class, *((one.since_class, one.back_class) if one.is_over else (None, None)))


def _possible(part: str, found: Collection[Place]) -> list[Place]:
    """Every cell that could be, for whoever knows which regions, groups and rules there are: nobody ends after he was last seen."""
    firsts = sorted({place[0] for place in found})
    if part == LAUF:
        return [(region, out, *rest) for region in firsts for out in WEGE for rest in _spans(out)]
    if part == ENDE:
        return [(end, *rest, gone) for end in ENDS for rest in _spans(end) for gone in ((False, True) if end in LAST else (False,))]
    return [(first, second) for first in firsts for second in sorted({place[1] for place in found})]


def _can_be(when: int, since: int, seen: int) -> bool:
    """Whether a case of such a length, looked at for so long since, can have been under observation for so long altogether."""
    ends = (0, *HORIZONS, inf)
    return ends[when] + ends[since] < ends[seen + 1] and ends[when + 1] + ends[since + 1] > ends[seen]


SPANS = range(len(HORIZONS) + 1)
# When a case can have ended, been seen, been seen since, and come back: still drawing benefit, ended otherwise, by an Ablösung.
STILL: list[tuple[int | None, ...]] = [(None, seen, None, None) for seen in SPANS]
ENDED: list[tuple[int | None, ...]] = [(when, seen, None, None) for when, seen in product(SPANS, SPANS) if when <= seen]
OVER: list[tuple[int | None, ...]] = [(when, seen, since, back) for when, seen, since in product(SPANS, repeat=3) if _can_be(when, since, seen) for back in (None, *range(since + 1))]


# The ends after which somebody may not be able to come back.
LAST = frozenset(CAUSES.get(grund, "andere") for grund in GONE)


def _spans(end: str) -> list[tuple[int | None, ...]]:
    return STILL if end == OPEN else OVER if _is_over(end) else ENDED


@lru_cache(maxsize=20)
def _told(counted: tuple[tuple[str, tuple[tuple[Place, int], ...]], ...], threshold: int) -> Verbund:
    parts = {part: dict(cells) for part, cells in counted if any(number for _, number in cells)}
    own = {name: suppression.publish(counts, threshold=threshold) for name, one in TAFELN.items() if (counts := _sums(parts.get(one.teil, {}), one.zelle))}
    lives = parts.get(LAUF, {})
    curves = _curves(lives, threshold)
    facts = list(_facts_of_curves(curves))
    tables = {name: Table(TAFELN[name].teil, TAFELN[name].zelle, table.numbers, TAFELN[name].rang) for name, table in own.items()}
    links = [link for link in LINKS if link.here in parts and link.there in parts]
    found = audit(parts, links, tables, facts, threshold=threshold, fixed=frozenset(_sizes(own)))
    shown = {name: {cell: None if cell in found.withheld[name] else number for cell, number in table.numbers.items()} for name, table in own.items()}
    _share(shown)
    told = {name: _with(table, shown[name], threshold) for name, table in own.items()}
    kept = [place for place in curves if f"{KURVE} {place}" not in found.gone and (place == KANTON or told[ORTE].numbers[place,] is not None)]
    return Verbund(told, tuple(kept))


def _sums(part: Mapping[Place, int], cell: Callable[[Any], Cell | None]) -> dict[Cell, int]:
    """Each cell that could be with its number, nothing where all are of nobody."""
    found: Counter[Cell] = Counter()
    for place, number in part.items():
        if (counted := cell(place)) is not None:
            found[counted] += number
    return dict(found) if any(found.values()) else {}


def _share(shown: Mapping[str, dict[Cell, int | None]]) -> None:
    """What one table tells stands in the others that have the same sum: whoever reads both knows it."""
    for name, (above, margin) in ((name, one.rand) for name, one in TAFELN.items() if one.rand and name in shown):
        whole, own = shown[above], shown[name]
        columns = [cell for cell in whole if all(part == ALL for part in cell[:-1])]
        sums = Counter(margin(cell[-1]) for cell in columns)
        for cell in columns:
            same = margin(cell[-1])
            if same in own and sums[same] == 1:
                whole[cell] = own[same] = whole[cell] if own[same] is None else own[same]


def _with(table: Published, shown: Mapping[Cell, int | None], threshold: int) -> Published:
    """What of it may be told, with what follows from it at once; without rows of nobody."""
    told = implied(shown, places=range(len(next(iter(shown)))), threshold=threshold)
    rows = {cell[0] for cell, number in told.items() if number != 0}
    return Published({cell: number for cell, number in told.items() if cell[0] in rows}, table.primary)


def visible(numbers: Mapping[str, int], least: int) -> list[str]:
    """The canton and the regions with enough; what the canton's figure leaves for the others together is enough, too, or nothing."""
    shown = [name for name, number in numbers.items() if number >= least]
    hidden = [number for name, number in numbers.items() if name not in shown]
    rest = sorted((name for name in shown if name != KANTON), key=lambda name: numbers[name])
    while KANTON in shown and rest and 0 < sum(hidden) < least:
        hidden.append(numbers[rest[0]])
        shown.remove(rest.pop(0))
    return shown


def _curves(part: Mapping[Place, int], threshold: int) -> list[str]:
    """For the canton and each region in which enough ended: every step of a curve would otherwise tell of one person."""
    ended: Counter[str] = Counter({place[0]: 0 for place in part})
    for (region, out, *_), number in part.items():
        ended[region] += number if _is_over(out) else 0
    # The figure of a single region is not the canton's.
    return visible({**ended, **({KANTON: ended.total()} if len(ended) > 1 else {})}, threshold)


def _facts_of_curves(places: Iterable[str]) -> Iterator[Fact]:
    """A curve tells how many ended within each horizon, and how many were left under observation."""

    def is_of(region: str, place: Place) -> bool:
        return region in (KANTON, place[0])

    def ended(region: str, horizon: int, place: Place) -> bool:
        return is_of(region, place) and _is_over(place[1]) and place[2] <= horizon

    def left(region: str, horizon: int, place: Place) -> bool:
        _, _, when, seen, *_ = place
        return is_of(region, place) and (seen > horizon if when is None else when > horizon)

    for region, horizon in product(places, range(len(HORIZONS))):
        yield from (Fact(f"{KURVE} {region}", LAUF, partial(what, region, horizon)) for what in (ended, left))


def _sizes(own: Mapping[str, Published]) -> Iterator[Key]:
    """How many cases there are of a region every page says that says it of any."""
    if ORTE in own:
        yield from ((ORTE, cell) for cell, number in own[ORTE].numbers.items() if number is not None)
