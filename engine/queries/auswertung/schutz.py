"""What may be told of a choice of filters (``engine.statistics.stacked``), and the period as it may be told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Container, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import combinations, product
from typing import TypeVar

from sqlalchemy import Select, select

from engine.model.calendar import ZURICH
from engine.queries.auswertung.auswahl import Auswahl
from engine.queries.auswertung.gehalten import gehalten
from engine.queries.auswertung.gelesen import gelesen
from engine.queries.auswertung.zellschutz import schwelle
from engine.statistics import suppression
from engine.statistics.differencing import Along, spans, told_along
from engine.statistics.implied import implied
from engine.statistics.stacked import REST, Key, Plan, Stacked, large, publish
from engine.statistics.suppression import ALL, Cell, Published
from engine.store.session import FallSession
from engine.store.tables import Spur

T = TypeVar("T", bound=Hashable)
# ``jahr`` is the year in which cases began.
REGION, JAHR, SEGMENT = "region", "jahr", "segment"
DIMENSIONEN = (REGION, JAHR, SEGMENT, "alter", "einstieg", "version")
WORTE = {REGION: "Region", JAHR: "Beginn", SEGMENT: "Segment", "alter": "Altersklasse", "einstieg": "Einstieg", "version": "Fassung"}
FELDER = {JAHR: ("von", "bis")}
# The beginning stacks with the region and with the segment; every other filter stands alone.
STERN = Plan((JAHR, REGION), {SEGMENT: JAHR}, REGION)
PLAENE = (STERN, *(Plan((name,), {}) for name in ("alter", "einstieg", "version")))
# Of tables of more cells hardly anything would be left by year and segment: these are told by region, and by what stands alone.
VIELE_ZELLEN = 6
REGIONSWEISE = Plan((REGION,), {})
VERDECKT = ("verdeckt",)


@dataclass(frozen=True)
class Schutz:
    """``auswahl`` with its period widened to whole years; ``verweigert`` says in German why it may not be answered, empty where it may.

    ``ohne`` are choices with fewer filters that are answered, each with the filters it goes without.
    """

    auswahl: Auswahl
    verweigert: str = ""
    ohne: tuple[tuple[tuple[str, ...], Auswahl], ...] = ()


def geschuetzt(session: FallSession, auswahl: Auswahl) -> Schutz:
    """The choice as it may be answered to this session: nobody follows from it, nor from subtracting it from another."""
    if not _wanted(auswahl):
        return Schutz(auswahl)
    widened = _widened(auswahl, _grund(session, auswahl.prozess).jahre)
    grid = _gitter(session, widened)
    if grid.is_answered(grid.gewaehlt):
        return Schutz(widened)
    return Schutz(widened, *_refused(grid, widened))


def _refused(grid: Gitter, auswahl: Auswahl) -> tuple[str, tuple[tuple[tuple[str, ...], Auswahl], ...]]:
    """Why, and with which filters taken away there is an answer: as few as will do."""
    wanted = grid.gewaehlt
    words = " und ".join(f"«{WORTE[one]}»" for one in DIMENSIONEN if one in wanted)
    for size in range(1, len(wanted)):
        found = [gone for gone in combinations([one for one in DIMENSIONEN if one in wanted], size) if grid.is_answered({name: wanted[name] for name in wanted if name not in gone})]
        if found:
            why = f"{words} lassen sich so nicht zusammen setzen: Von weniger als {grid.schwelle} Fällen, oder aus dem Unterschied zu anderen Auswertungen, liesse sich auf Einzelne schliessen."
            return why, tuple((tuple(WORTE[one] for one in gone), _without(auswahl, gone)) for gone in found)
    why = f"Nach {words} lässt sich so nicht filtern: Es wären weniger als {grid.schwelle} Fälle, oder ihr Unterschied zu anderen Auswertungen liesse auf Einzelne schliessen."
    return why, ()


def _without(auswahl: Auswahl, dimensions: Iterable[str]) -> Auswahl:
    for dimension in dimensions:
        for field in FELDER.get(dimension, (dimension,)):
            auswahl = auswahl.without(field)
    return auswahl


def spuren(session: FallSession, auswahl: Auswahl) -> list[Spur]:
    """The instances chosen, in the order in which they began; none where the filters would give somebody away."""
    held = geschuetzt(session, auswahl)
    query = _where(select(Spur), held.auswahl).order_by(Spur.instanz_nummer)
    return [] if held.verweigert else gehalten(session, "spuren", held.auswahl, lambda: gelesen(session, query))


@dataclass(frozen=True)
class Grund:
    """What every answer about a process rests on: the cases by number with their values, the years as they can be told apart (by year, first and last
    of the span), which values there are, the large regions, how many have the same values throughout, and of which regions every page says, or none
    does, how many cases they have."""

    faelle: Mapping[int, Mapping[str, str]]
    jahre: Mapping[int, tuple[int, int]]
    werte: Mapping[str, frozenset[str]]
    grosse: frozenset[str]
    groessen: Counter[tuple[str, ...]]
    orte: Mapping[str, bool]

    @classmethod
    def of(cls, faelle: Mapping[int, Mapping[str, str]], jahre: Mapping[int, tuple[int, int]], *, threshold: int) -> Grund:
        values = {name: frozenset(case[name] for case in faelle.values()) for name in DIMENSIONEN}
        sizes = Counter(tuple(case[one] for one in DIMENSIONEN) for case in faelle.values())
        regions: Counter[Cell] = Counter((case[REGION],) for case in faelle.values())
        numbers = suppression.publish(regions, threshold=threshold).numbers if regions else {}
        told = {region: number is not None for (region,), number in numbers.items() if region != ALL}
        return cls(faelle, jahre, values, large(faelle.values(), REGION, threshold=threshold), sizes, told)


@dataclass(frozen=True)
class Rand:
    """Another table, called ``tafel``, whose columns count sums of one, too: ``summe`` says which, None of none. ``entries`` and ``whole`` are its own."""

    tafel: str
    entries: Sequence[tuple[int, Cell]]
    whole: Mapping[Cell, int | None]
    je_region: bool
    summe: Callable[[str], Cell | None]

    def of(self, cell: Cell) -> Cell:
        """The sum that a cell is part of."""
        sums = (self.summe(column) for column in dict.fromkeys(one[-1] for one in self.whole) if column != ALL)
        return next((margin for margin in sums if margin and all(part in (ALL, own) for part, own in zip(margin, cell, strict=True))), (ALL,) * len(cell))


@dataclass(frozen=True)
class Gitter:
    """All cases that the session sees by the dimensions of filters, and which values of these are in use: says what of a table may be told."""

    grund: Grund
    gewaehlt: Mapping[str, frozenset[str]]
    schwelle: int
    halten: Callable[[str, Callable[[], Stacked]], Stacked]

    @property
    def faelle(self) -> Mapping[int, Mapping[str, str]]:
        return self.grund.faelle

    @property
    def grosse(self) -> frozenset[str]:
        return self.grund.grosse

    @property
    def is_region(self) -> bool:
        """Whether a region is the only filter: of it the canton's tables by region tell what may be told."""
        return self.gewaehlt.keys() == {REGION}

    def is_answered(self, wanted: Mapping[str, frozenset[str]]) -> bool:
        """Whether it may be said how many cases these filters choose."""
        if not wanted or any(not values & self.grund.werte[name] for name, values in wanted.items()):
            # Of everybody, or of a value that nobody has.
            return True
        plan = _plan(wanted, PLAENE)
        return plan is not None and bool(self._basis(plan).number(wanted, ()))

    def tafel(self, name: str, entries: Sequence[tuple[int, Cell]], *, je_region: bool = False) -> Published | None:
        """The table of the chosen cases; None of nothing, and where filters would make it tell too much.

        ``entries`` are case and cell, of all cases, not only of the chosen ones. ``je_region``: the first of each cell is the region that it counts for.
        ``name`` is that of the table, which is made once for all filters.
        """
        known = [(fall, cell) for fall, cell in entries if fall in self.faelle] if self.gewaehlt else entries
        if not known:
            return None
        whole = suppression.publish(Counter(cell for _, cell in known), threshold=self.schwelle)
        return whole if not self.gewaehlt else self.gefiltert(name, known, whole, je_region=je_region)

    def gefiltert(self, name: str, entries: Sequence[tuple[int, Cell]], whole: Published, *, je_region: bool, rand: Rand | None = None) -> Published | None:
        """Of the chosen cases what of a table may be told that is told of everybody as ``whole``."""
        if je_region and self.is_region:
            return _region(whole, next(iter(self.gewaehlt[REGION])))
        return self.auszug(name, entries, whole.numbers, je_region=je_region, rand=rand)

    def auszug(self, name: str, entries: Sequence[tuple[int, Cell]], whole: Mapping[Cell, int | None], *, je_region: bool = False, rand: Rand | None = None) -> Published | None:
        """Of the chosen cases what of a table may be told with filters; ``whole`` is what is told of it without, None what is not."""
        plan = _plan(self.gewaehlt, PLAENE)
        if plan is None or not self.is_answered(self.gewaehlt):
            return None
        if je_region:
            return self._je_region(name, entries, whole, plan, rand)
        found = _flach(self._gestapelt(name, entries, whole, plan, rand), self.gewaehlt, whole, rand)
        return None if found is None else _published(self._ergaenzt(found))

    def _je_region(self, name: str, entries: Sequence[tuple[int, Cell]], whole: Mapping[Cell, int | None], plan: Plan, rand: Rand | None) -> Published | None:
        """Its rows are regions: as far as the other filters stack with one, and together."""
        found, inner = self._spalten(name, entries, whole, plan, rand), [(cell[0],) for _, cell in entries]
        if found is None:
            return None
        numbers = {(ALL, *cell): number for cell, number in found.slice(self.gewaehlt).items()}
        if plan is STERN and REGION not in self.gewaehlt:
            for region in sorted({region for region, in inner} & self.grosse):
                numbers |= {(region, *cell): number for cell, number in found.slice({**self.gewaehlt, REGION: {region}}).items()}
        elif REGION in self.gewaehlt:
            numbers |= {(region, *cell[1:]): number for cell, number in numbers.items() for region in self.gewaehlt[REGION]}
        # Small regions have no row: what the others leave of the sum is not the rest of one.
        return _published(self._ergaenzt(numbers, first=1))

    def _spalten(self, name: str, entries: Sequence[tuple[int, Cell]], whole: Mapping[Cell, int | None], plan: Plan, rand: Rand | None = None) -> Stacked | None:
        """The columns of a table by region, as each choice may be told them; the regions themselves as the table tells them."""
        if any(number is None for cell, number in whole.items() if cell[0] == ALL):
            return None
        known = {(frozenset({(REGION, cell[0])}), cell[1:]): number is not None for cell, number in whole.items() if cell[0] != ALL} if plan is STERN else {}
        above = {} if rand is None else {(choice, cell[1:]): is_told for (choice, cell), is_told in self._raender(rand, plan).items()}
        return self._verbund(name, [({**self.faelle[fall], REGION: cell[0]}, cell[1:]) for fall, cell in entries], plan, {**above, **known})

    def _raender(self, rand: Rand, plan: Plan) -> dict[Key, bool]:
        """Of each choice, which sums of a table the other one tells that has them, too."""
        found = self._spalten(rand.tafel, rand.entries, rand.whole, plan) if rand.je_region else self._gestapelt(rand.tafel, rand.entries, rand.whole, plan)
        told: dict[Key, bool] = {}
        for choice in {choice for choice, _ in self._basis(plan).numbers}:
            for column in dict.fromkeys((*(cell[-1] for cell in rand.whole), ALL)):
                margin = rand.summe(column)
                if margin is not None:
                    is_told = found is not None and found.numbers.get((choice, (column,))) is not None
                    told[choice, margin] = told.get((choice, margin), True) and is_told
        return told

    def _ergaenzt(self, numbers: Mapping[Cell, int | None], *, first: int = 0) -> dict[Cell, int | None]:
        """With what follows from the table itself; along the dimensions before the ``first`` it is not whole."""
        return implied(numbers, places=range(first, len(next(iter(numbers), ()))), threshold=self.schwelle)

    def _gestapelt(self, name: str, entries: Sequence[tuple[int, Cell]], whole: Mapping[Cell, int | None], plan: Plan, rand: Rand | None = None) -> Stacked | None:
        hidden = {cell for cell, number in whole.items() if number is None}
        flat = [(fall, cell if not hidden else _flache(cell, rand, is_hidden=cell in hidden)) for fall, cell in entries]
        known = {} if rand is None else {(choice, cell if not hidden else _flacher_rand(cell)): is_told for (choice, cell), is_told in self._raender(rand, plan).items()}
        return self._verbund(name, [(self.faelle[fall], cell) for fall, cell in flat], plan, known)

    def _verbund(self, name: str, rows: Sequence[tuple[Mapping[str, str], Cell]], plan: Plan, locked: Mapping[Key, bool]) -> Stacked | None:
        if plan is STERN and len({cell for _, cell in rows}) > VIELE_ZELLEN:
            if not self.gewaehlt.keys() <= {REGION}:
                return None
            plan = REGIONSWEISE
        base = self._basis(STERN if plan is REGIONSWEISE else plan)
        sizes = Counter(tuple(case[one] for one in DIMENSIONEN) for case, _ in rows)
        known = {**self._geschlossen(rows, locked), **locked}
        if sizes == self.grund.groessen:
            # The same cases as those counted on every page: what is told of them there is told.
            known |= {(choice, (ALL,) * len(rows[0][1])): number is not None for (choice, _), number in base.numbers.items()}
        return self.halten(f"tafel {name} {plan.dimensions}", lambda: publish(rows, plan, threshold=self.schwelle, large=self._grosse(plan), told=known))

    def _geschlossen(self, rows: Iterable[tuple[object, Cell]], locked: Mapping[Key, bool]) -> dict[Key, bool]:
        """Where another table withholds a sum of this one, nothing is told of this one but what that one tells: its parts would give the sum away."""
        margins = {margin for cell in {cell for _, cell in rows} for margin in product(*((part, ALL) for part in cell))}
        closed = {choice for (choice, _), is_told in locked.items() if not is_told}
        return {(choice, margin): False for choice in closed for margin in margins if any(part != ALL for part in margin)}

    def _basis(self, plan: Plan) -> Stacked:
        rows: list[tuple[Mapping[str, str], Cell]] = [(case, ()) for case in self.faelle.values()]
        told: dict[Key, bool] = {(frozenset({(REGION, region)}), ()): is_told for region, is_told in self.grund.orte.items()} if plan.coarse else {}
        return self.halten(f"basis {plan.dimensions}", lambda: publish(rows, plan, threshold=self.schwelle, large=self._grosse(plan), told=told))

    def _grosse(self, plan: Plan) -> frozenset[str]:
        return self.grosse if plan.coarse else frozenset()


def _plan(wanted: Mapping[str, Collection[str]], plaene: Iterable[Plan]) -> Plan | None:
    return next((plan for plan in plaene if wanted.keys() <= set(plan.dimensions) and plan.stacks(wanted)), None)


def _flache(cell: Cell, rand: Rand | None, *, is_hidden: bool) -> Cell:
    """A cell of a table of which some are withheld from everybody: these are one, of each sum that is told elsewhere."""
    inner = VERDECKT if is_hidden else ("\n".join(cell),)
    return inner if rand is None else (*_flacher_rand(rand.of(cell))[:1], *inner)


def _flacher_rand(margin: Cell) -> Cell:
    return (ALL if all(part == ALL for part in margin) else "\n".join(margin), ALL)


def _flach(found: Stacked | None, wanted: Mapping[str, Collection[str]], whole: Mapping[Cell, int | None], rand: Rand | None) -> dict[Cell, int | None] | None:
    """The table with the cells that it has for everybody; where some of these are withheld it is told cell by cell, without the sums in between."""
    if found is None:
        return None
    parts = found.slice(wanted)
    if all(number is not None for number in whole.values()):
        return parts
    total = (ALL,) if rand is None else (ALL, ALL)
    # Whom there is none of among everybody, there is none of among the chosen.
    return {cell: parts[total] if all(part == ALL for part in cell) else 0 if whole[cell] == 0 else parts.get(_flacher_rand(cell) if ALL in cell else _flache(cell, rand, is_hidden=False)) for cell in whole}


def _region(whole: Published, region: str) -> Published | None:
    """The row of one region, which is then also the sum of what is shown."""
    row = {cell: number for cell, number in whole.numbers.items() if cell[0] == region}
    return _published({**row, **{(ALL, *cell[1:]): number for cell, number in row.items()}})


def _published(numbers: Mapping[Cell, int | None]) -> Published | None:
    """None where nothing is told but how many there are."""
    inner = [number for cell, number in numbers.items() if any(part != ALL for part in cell[-1:])]
    return Published(dict(numbers), frozenset()) if any(inner) else None


class _Alles:
    def __contains__(self, thing: object) -> bool:
        return True


def gitter(session: FallSession, auswahl: Auswahl) -> Gitter:
    """For the tables of one answer."""
    return _gitter(session, geschuetzt(session, auswahl).auswahl)


def _gitter(session: FallSession, held: Auswahl) -> Gitter:
    def halten(name: str, make: Callable[[], Stacked]) -> Stacked:
        return gehalten(session, name, alle(held), make)

    grund = _grund(session, held.prozess) if _wanted(held) else NIEMAND
    return Gitter(grund, _values(held, grund.werte), schwelle(session), halten)


def _values(held: Auswahl, known: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """The filters in use as values of dimensions; a filter that leaves everybody is none."""
    found = {name: frozenset({value}) for name, value in _wanted(held).items() if value is not None}
    if held.von is not None or held.bis is not None:
        found[JAHR] = frozenset(year for year in known[JAHR] if (held.von is None or int(year) >= held.von.year) and (held.bis is None or int(year) <= held.bis.year))
    return {name: values for name, values in found.items() if known[name] != values}


def bekannt(session: FallSession, auswahl: Auswahl, what: str, has: Callable[[], Iterable[tuple[int, T]]]) -> Container[T]:
    """Which of the things that cases have, such as steps, may be told with these filters.

    ``has`` gives pairs of a case and a thing, of all cases; what it is about is named by ``what``, and found out once for all filters.
    """
    grid = gitter(session, auswahl)
    if not grid.gewaehlt:
        return _Alles()
    along = gehalten(session, f"bekannt {what}", alle(auswahl), lambda: _along(grid, has()))
    if not grid.is_answered(grid.gewaehlt):
        return frozenset()
    if JAHR in grid.gewaehlt:
        return along.stacked
    if len(grid.gewaehlt) > 1:
        # Only of a value that nobody has are others told together with it.
        return frozenset()
    (dimension, values), = grid.gewaehlt.items()
    return frozenset.intersection(*(along.single.get((dimension, value), frozenset()) for value in values))


def _along(grid: Gitter, has: Iterable[tuple[int, T]]) -> Along[T]:
    things: dict[int, set[T]] = {fall: set() for fall in grid.faelle}
    for fall, thing in has:
        if fall in things:
            things[fall].add(thing)
    coarse = REGION.upper()
    cases = [({**case, coarse: case[REGION] if case[REGION] in grid.grosse else REST}, things[fall]) for fall, case in grid.faelle.items()]
    # Of the dimensions that stack with the year each may stand alone, because no two of them stack with each other; the year itself may not.
    return told_along(cases, (REGION, SEGMENT, "alter", "einstieg", "version"), ((JAHR, coarse), (JAHR, SEGMENT)), threshold=grid.schwelle, fine=REGION, large=grid.grosse)


def alle(auswahl: Auswahl) -> Auswahl:
    """The same without filters."""
    return Auswahl(prozess=auswahl.prozess)


def _wanted(auswahl: Auswahl) -> dict[str, str | None]:
    """The dimensions in use with the value of each; a period is several years."""
    found: dict[str, str | None] = {name: getattr(auswahl, name) for name in DIMENSIONEN if name != JAHR and getattr(auswahl, name)}
    return {**found, JAHR: None} if auswahl.von is not None or auswahl.bis is not None else found


NIEMAND = Grund.of({}, {}, threshold=1)


def _grund(session: FallSession, prozess: str) -> Grund:
    return gehalten(session, "grund", Auswahl(prozess=prozess), lambda: _made(session, prozess))


def _made(session: FallSession, prozess: str) -> Grund:
    cases, least = _cases(session, prozess), schwelle(session)
    years = spans([int(case[JAHR]) for case in cases.values()], threshold=least)
    told = {fall: {**case, JAHR: str(years[int(case[JAHR])][0])} for fall, case in cases.items()}
    return Grund.of(told, years, threshold=least)


def _cases(session: FallSession, prozess: str) -> dict[int, dict[str, str]]:
    """By case; of several instances of one case the last counts."""
    columns = (Spur.fall_id, Spur.region, Spur.begonnen_am, Spur.segment, Spur.altersklasse, Spur.einstieg, Spur.version)
    rows = session.execute(select(*columns).where(Spur.process == prozess).order_by(Spur.instanz_nummer))
    return {
        fall: {"region": region, JAHR: str(began.astimezone(ZURICH).year), "segment": segment, "alter": age, "einstieg": entry, "version": str(version)}
        for fall, region, began, segment, age, entry, version in rows
    }


def _widened(auswahl: Auswahl, years: Mapping[int, tuple[int, int]]) -> Auswahl:
    """The period in whole years that hold enough cases; what then is everything is no filter."""
    if not years:
        return auswahl
    first, last = min(years), max(years)
    von = None if auswahl.von is None or auswahl.von.year < first else years.get(auswahl.von.year, (auswahl.von.year,) * 2)[0]
    bis = None if auswahl.bis is None or auswahl.bis.year > last else years.get(auswahl.bis.year, (auswahl.bis.year,) * 2)[1]
    return replace(auswahl, von=None if von is None or von <= first else date(von, 1, 1), bis=None if bis is None or bis >= last else date(bis, 12, 31))


def _where(query: Select[tuple[Spur]], wahl: Auswahl) -> Select[tuple[Spur]]:
    query = query.where(Spur.process == wahl.prozess)
    equal = ((Spur.region, wahl.region), (Spur.segment, wahl.segment), (Spur.einstieg, wahl.einstieg), (Spur.altersklasse, wahl.alter))
    for column, value in equal:
        if value:
            query = query.where(column == value)
    if wahl.version.isdecimal() and len(wahl.version) < 9:
        query = query.where(Spur.version == int(wahl.version))
    if wahl.von is not None:
        query = query.where(Spur.begonnen_am >= _midnight(wahl.von))
    if wahl.bis is not None:
        query = query.where(Spur.begonnen_am < _midnight(wahl.bis + timedelta(days=1)))
    return query


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZURICH)
