"""What may be told of a table when filters choose some of the cases (``engine.statistics.stacked``).

For each table there is one count by all filters, made once; whoever filters sees his part of it. Tables that count the same people tell the same
of the sums they have in common (``Rand``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from engine.queries.auswertung.zellschutz import alle_gerundet
from engine.statistics import suppression
from engine.statistics.implied import implied
from engine.statistics.stacked import Choice, Key, Plan, Stacked, large, publish
from engine.statistics.suppression import ALL, Cell, Published

# ``jahr`` is the year in which cases began.
REGION, JAHR, SEGMENT, ALTER = "region", "jahr", "segment", "alter"
DIMENSIONEN = (REGION, JAHR, SEGMENT, ALTER, "einstieg", "version")
# The beginning stacks with the region and with the segment; every other filter stands alone.
STERN = Plan((JAHR, REGION), {SEGMENT: JAHR}, REGION, JAHR)
PLAENE = (STERN, *(Plan((name,), {}) for name in (ALTER, "einstieg", "version")))
# Of tables of more cells hardly anything would be left by year and segment: these are told by region, and by what stands alone.
VIELE_ZELLEN = 6
REGIONSWEISE = Plan((REGION,), {})
VERDECKT = ("verdeckt",)


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


# Case and cell of everybody that a table counts. They are many, and asked for only where the table was not made yet.
Eintraege = Callable[[], Sequence[tuple[int, Cell]]]
Zeilen = Callable[[], Sequence[tuple[Mapping[str, str], Cell]]]


@dataclass(frozen=True)
class Rand:
    """Another table, called ``tafel``, whose columns count sums of one, too: ``summe`` says which, None of none. ``entries``, ``whole`` and ``rand`` are its own.

    ``neben`` is a third one, whose columns count those of other sums of the one and some more.
    """

    tafel: str
    entries: Eintraege
    whole: Mapping[Cell, int | None]
    je_region: bool
    summe: Callable[[str], Cell | None]
    rand: Rand | None = None
    neben: Rand | None = None

    def of(self, cell: Cell) -> Cell:
        """The sum that a cell is part of."""
        sums = (self.summe(column) for column in dict.fromkeys(one[-1] for one in self.whole) if column != ALL)
        return next((margin for margin in sums if margin and all(part in (ALL, own) for part, own in zip(margin, cell, strict=True))), (ALL,) * len(cell))


@dataclass(frozen=True)
class Gitter:
    """All cases that the session sees by the dimensions of filters, and which values of these are in use: says what of a table may be told.

    Of the choices of ``zu`` it is only told how many they are.
    """

    grund: Grund
    gewaehlt: Mapping[str, frozenset[str]]
    schwelle: int
    halten: Callable[[str, Callable[[], Any]], Any]
    zu: frozenset[Choice] = frozenset()

    @property
    def faelle(self) -> Mapping[int, Mapping[str, str]]:
        return self.grund.faelle

    @property
    def grosse(self) -> frozenset[str]:
        return self.grund.grosse

    @property
    def is_grob(self) -> bool:
        """Whether answers are ``gerundet``: with filters, but for what the canton's tables tell of a region anyhow."""
        return bool(self.gewaehlt) and not self.is_region

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
        return whole if not self.gewaehlt else self.gefiltert(name, lambda: known, whole, je_region=je_region)

    def gefiltert(self, name: str, entries: Eintraege, whole: Published, *, je_region: bool, rand: Rand | None = None) -> Published | None:
        """Of the chosen cases what of a table may be told that is told of everybody as ``whole``."""
        if je_region and self.is_region:
            return _region(whole, next(iter(self.gewaehlt[REGION])))
        return grob(self.auszug(name, entries, whole.numbers, je_region=je_region, rand=rand), schwelle=self.schwelle)

    def auszug(self, name: str, entries: Eintraege, whole: Mapping[Cell, int | None], *, je_region: bool = False, rand: Rand | None = None) -> Published | None:
        """Of the chosen cases what of a table may be told with filters; ``whole`` is what is told of it without, None what is not."""
        plan = _plan(self.gewaehlt, PLAENE)
        if plan is None or not self.is_answered(self.gewaehlt):
            return None
        if je_region:
            return self._je_region(name, entries, whole, plan, rand)
        found = _flach(self._gestapelt(name, entries, whole, plan, rand), self.gewaehlt, whole, rand)
        return None if found is None else _published(self._ergaenzt(found))

    def _je_region(self, name: str, entries: Eintraege, whole: Mapping[Cell, int | None], plan: Plan, rand: Rand | None) -> Published | None:
        """Its rows are regions: as far as the other filters stack with one, and together."""
        found = self._spalten(name, entries, whole, plan, rand)
        if found is None:
            return None
        numbers = {(ALL, *cell): number for cell, number in found.slice(self.gewaehlt).items()}
        if plan is STERN and REGION not in self.gewaehlt:
            for region in sorted({cell[0] for cell in whole} & self.grosse):
                numbers |= {(region, *cell): number for cell, number in found.slice({**self.gewaehlt, REGION: {region}}).items()}
        elif REGION in self.gewaehlt:
            numbers |= {(region, *cell[1:]): number for cell, number in numbers.items() for region in self.gewaehlt[REGION]}
        # Small regions have no row: what the others leave of the sum is not the rest of one.
        return _published(self._ergaenzt(numbers, first=1))

    def _spalten(self, name: str, entries: Eintraege, whole: Mapping[Cell, int | None], plan: Plan, rand: Rand | None = None) -> Stacked | None:
        """The columns of a table by region, as each choice may be told them; the regions themselves as the table tells them."""
        if any(number is None for cell, number in whole.items() if cell[0] == ALL):
            return None

        def locked() -> dict[Key, bool]:
            known = {(frozenset({(REGION, cell[0])}), cell[1:]): number is not None for cell, number in whole.items() if cell[0] != ALL} if plan is STERN else {}
            above = {} if rand is None else {(choice, cell[1:]): number is not None for (choice, cell), number in self._raender(rand, plan).items()}
            return {**above, **known}

        return self._verbund(name, lambda: [({**self.faelle[fall], REGION: cell[0]}, cell[1:]) for fall, cell in entries()], plan, locked)

    def _raender(self, rand: Rand, plan: Plan) -> dict[Key, int | None]:
        """Of each choice, what of the sums of a table the other one tells that has them, too."""
        made = self._spalten if rand.je_region else self._gestapelt
        found: Stacked | None = self.halten(f"rand {rand.tafel} {plan.dimensions}", lambda: made(rand.tafel, rand.entries, rand.whole, plan, rand.rand))
        told: dict[Key, int | None] = {}
        for choice in {choice for choice, _ in self._basis(plan).numbers}:
            for column in dict.fromkeys((*(cell[-1] for cell in rand.whole), ALL)):
                margin = rand.summe(column)
                if margin is not None:
                    number, before = None if found is None else found.numbers.get((choice, (column,))), told.get((choice, margin), 0)
                    told[choice, margin] = None if number is None or before is None else before + number
        return told

    def _ergaenzt(self, numbers: Mapping[Cell, int | None], *, first: int = 0) -> dict[Cell, int | None]:
        """With what follows from the table itself; along the dimensions before the ``first`` it is not whole."""
        return implied(numbers, places=range(first, len(next(iter(numbers), ()))), threshold=self.schwelle)

    def _gestapelt(self, name: str, entries: Eintraege, whole: Mapping[Cell, int | None], plan: Plan, rand: Rand | None = None) -> Stacked | None:
        hidden = {cell for cell, number in whole.items() if number is None}
        beside = None if rand is None else rand.neben
        if hidden and beside is not None:
            # Where cells count as one, the sums that the table beside knows cannot be minded: no cells are told.
            hidden = set(whole)

        def locked() -> dict[Key, bool]:
            above = {} if rand is None else self._raender(rand, plan)
            return {(choice, cell if not hidden else _flacher_rand(cell)): number is not None for (choice, cell), number in above.items()}

        def near() -> dict[Key, int]:
            return {} if hidden or beside is None else {key: number for key, number in self._raender(beside, plan).items() if number is not None}

        return self._verbund(name, lambda: [(self.faelle[fall], cell if not hidden else _flache(cell, rand, is_hidden=cell in hidden)) for fall, cell in entries()], plan, locked, near)

    def _verbund(self, name: str, rows: Zeilen, plan: Plan, locked: Callable[[], Mapping[Key, bool]], near: Callable[[], Mapping[Key, int]] = dict) -> Stacked | None:
        if plan is STERN and self.halten(f"zellen {name}", lambda: len({cell for _, cell in rows()})) > VIELE_ZELLEN:
            if not self.gewaehlt.keys() <= {REGION}:
                return None
            plan = REGIONSWEISE
        found: Stacked = self.halten(f"tafel {name} {plan.dimensions}", lambda: self._made(rows(), plan, locked(), near()))
        return found

    def _made(self, rows: Sequence[tuple[Mapping[str, str], Cell]], plan: Plan, locked: Mapping[Key, bool], near: Mapping[Key, int]) -> Stacked:
        # Where another table withholds a sum of this one, nothing is told of this one but what that one tells: its parts would give the sum away.
        closed = {*self.zu, *(choice for (choice, _), is_told in locked.items() if not is_told)}
        known = {**_geschlossen(rows, closed), **locked}
        if Counter(tuple(case[one] for one in DIMENSIONEN) for case, _ in rows) == self.grund.groessen:
            # The same cases as those counted on every page: what is told of them there is told.
            base = self._basis(STERN if plan is REGIONSWEISE else plan)
            known |= {(choice, (ALL,) * len(rows[0][1])): number is not None for (choice, _), number in base.numbers.items()}
        found = publish(rows, plan, threshold=self.schwelle, large=self._grosse(plan), told=known, near=near)
        # Tables by age tell sums of each class without any filter: beside them a class is told whole or not at all.
        while plan.dimensions == (ALTER,) and (closed := _partly(found)):
            known = {**known, **{(choice, cell): False for choice, cell in found.numbers if choice in closed and any(part != ALL for part in cell)}}
            found = publish(rows, plan, threshold=self.schwelle, large=self._grosse(plan), told=known, near=near)
        return found

    def _basis(self, plan: Plan) -> Stacked:
        told: dict[Key, bool] = {(frozenset({(REGION, region)}), ()): is_told for region, is_told in self.grund.orte.items()} if plan.coarse else {}
        found: Stacked = self.halten(
            f"basis {plan.dimensions}", lambda: publish([(case, ()) for case in self.faelle.values()], plan, threshold=self.schwelle, large=self._grosse(plan), told=told)
        )
        return found

    def _grosse(self, plan: Plan) -> frozenset[str]:
        return self.grosse if plan.coarse else frozenset()


def _geschlossen(rows: Iterable[tuple[object, Cell]], closed: Collection[Choice]) -> dict[Key, bool]:
    """Nothing of these choices is told but how many they are."""
    margins = {margin for cell in {cell for _, cell in rows} for margin in product(*((part, ALL) for part in cell))}
    return {(choice, margin): False for choice in closed for margin in margins if any(part != ALL for part in margin)}


def grob(found: Published | None, *, schwelle: int) -> Published | None:
    """The same in round numbers, without rows of nobody: years, horizons and properties follow from each other in more ways than any single table knows of."""
    if found is None:
        return None
    rows = {cell[0] for cell, number in found.numbers.items() if number != 0}
    kept = {cell: number for cell, number in found.numbers.items() if cell[0] in rows or cell[0] == ALL}
    return replace(found, numbers=alle_gerundet(kept, schwelle=schwelle), step=schwelle)


def _partly(found: Stacked) -> set[Choice]:
    """The choices of which some cells are told and some are not."""
    inner = [(choice, number is None) for (choice, cell), number in found.numbers.items() if choice and any(part != ALL for part in cell)]
    return {choice for choice, is_hidden in inner if is_hidden} & {choice for choice, is_hidden in inner if not is_hidden}


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
