"""What another diagram would have made of the same cases: before and after, which change, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import inf

from engine.queries.auswertung.auswahl import Auswahl
from engine.queries.auswertung.gitter import REGION, Gitter
from engine.queries.auswertung.schutz import bekannt, gitter
from engine.queries.auswertung.treue import Fall
from engine.queries.auswertung.zellschutz import alle_gerundet, anteil, gerundet, je_ort, unterdrueckt
from engine.statistics.suppression import ALL, Cell
from engine.store.session import FallSession

BLEIBT, SCHLECHTER, BESSER, OFFEN = "bleibt", "schlechter", "besser", "offen"
WECHSEL = (BLEIBT, SCHLECHTER, BESSER, OFFEN)
JA, NEIN = "ja", "nein"
# The tables by region.
WAS, VORHER, NACHHER = "wechsel", "vorher", "nachher"


@dataclass(frozen=True)
class Grund:
    """A deviation that cases have on one model only. ``neu``: on the new one; ``weg``: on the old one."""

    element: str
    name: str
    art: str
    neu: int | None
    weg: int | None


@dataclass(frozen=True)
class Region:
    region: str
    faelle: int | None
    vorher: float | None
    nachher: float | None
    wechsel: Mapping[str, int | None]


@dataclass(frozen=True)
class Unterschied:
    """``darf`` is the gate: nothing that fits now would stop fitting, and everything is decided. ``ohne_grund``: some cases change, as their
    bounds say, though their best explanation is not found. ``verdeckt``: nothing of it may be told, or not yet.
    """

    faelle: int | None
    vorher: float | None
    nachher: float | None
    wechsel: Mapping[str, int | None]
    regionen: tuple[Region, ...]
    gruende: tuple[Grund, ...]
    fehlend: int
    ohne_grund: bool
    darf: bool
    betroffen: Mapping[tuple[str, str], tuple[int, ...]]
    verdeckt: bool = False


def unterschied(alt: Sequence[Fall], neu: Sequence[Fall], *, schwelle: int) -> Unterschied:
    """The same cases on two models, in the same order; numbers ``gerundet``.

    Whoever changes one element more in each of two diagrams and subtracts would else count whoever came to that element.
    """
    return _gerundet(_genau(alt, neu, schwelle=schwelle), schwelle)


def _gerundet(found: Unterschied, schwelle: int) -> Unterschied:
    def number(one: int | None, whole: int | None) -> int | None:
        # Of what all do nobody else is left.
        return one if one is None or one == whole else min(gerundet(one, schwelle=schwelle), one if whole is None else whole)

    def share(one: float | None, of: int | None) -> float | None:
        # Those who do not fit are round: where all fitted before they are those who are worse off now.
        return one if one is None or not of or not one else 1 - min(of, gerundet(round((1 - one) * of), schwelle=schwelle)) / of

    def numbers(of: Mapping[str, int | None], whole: int | None) -> dict[str, int | None]:
        told = {name: number(one, whole) for name, one in of.items()}
        others = [one for name, one in told.items() if name != BLEIBT]
        # What is left, not a round number of its own: of two that are together all of them, each would bound the other.
        left = None if told[BLEIBT] is None or whole is None or None in others else max(0, whole - sum(one for one in others if one is not None))
        return {**told, BLEIBT: left}

    regionen = (replace(one, vorher=share(one.vorher, one.faelle), nachher=share(one.nachher, one.faelle), wechsel=numbers(one.wechsel, one.faelle)) for one in found.regionen)
    gruende = (replace(one, neu=number(one.neu, found.faelle), weg=number(one.weg, found.faelle)) for one in found.gruende)
    # As many are listed as there are at least for the number that is told: the length of a list tells no more than that.
    betroffen = {key: ids if len(ids) == found.faelle else ids[: gerundet(len(ids), schwelle=schwelle) - schwelle // 2] for key, ids in found.betroffen.items()}
    return replace(
        found, vorher=share(found.vorher, found.faelle), nachher=share(found.nachher, found.faelle), wechsel=numbers(found.wechsel, found.faelle),
        regionen=tuple(regionen), gruende=tuple(gruende), betroffen=betroffen,
    )  # fmt: skip


def grob(found: Unterschied, *, schwelle: int) -> Unterschied:
    """The same, how many cases there are ``gerundet``, too: with filters, and of a process that not every case has. What others have would else follow."""

    def told(number: int | None) -> int | None:
        return number if number is None else gerundet(number, schwelle=schwelle)

    def share(one: float | None, of: int | None) -> float | None:
        whole = told(of)
        return one if one is None or not of or not whole else 1 - min(whole, round((1 - one) * of)) / whole

    regionen = tuple(
        replace(one, faelle=told(one.faelle), wechsel=alle_gerundet(one.wechsel, schwelle=schwelle), vorher=share(one.vorher, one.faelle), nachher=share(one.nachher, one.faelle)) for one in found.regionen
    )
    gruende = tuple(replace(one, neu=told(one.neu), weg=told(one.weg)) for one in found.gruende)
    betroffen = {key: ids[: gerundet(len(ids), schwelle=schwelle) - schwelle // 2] for key, ids in found.betroffen.items()}
    return replace(
        found, faelle=told(found.faelle), vorher=share(found.vorher, found.faelle), nachher=share(found.nachher, found.faelle), wechsel=alle_gerundet(found.wechsel, schwelle=schwelle),
        regionen=regionen, gruende=gruende, betroffen=betroffen,
    )  # fmt: skip


def _genau(alt: Sequence[Fall], neu: Sequence[Fall], *, schwelle: int) -> Unterschied:
    pairs = [(before, after) for before, after in zip(alt, neu, strict=True) if before.gefunden is not None and after.gefunden is not None]
    counts = Counter(_change(before, after) for before, after in pairs)
    changes, *fits = _nach_region(pairs, schwelle)
    whole = changes.get((ALL, ALL), 0)
    gruende, betroffen = _reasons(pairs, schwelle)
    return Unterschied(
        faelle=whole,
        vorher=anteil(fits[0].get((ALL, JA), 0), whole),
        nachher=anteil(fits[1].get((ALL, JA), 0), whole),
        wechsel={one: changes.get((ALL, one), 0) for one in WECHSEL},
        regionen=tuple(_regions(changes, *fits)),
        gruende=tuple(gruende),
        fehlend=len(alt) - len(pairs),
        ohne_grund=any(_change(*pair) != OFFEN and not _is_explained(*pair) for pair in pairs),
        darf=len(pairs) == len(alt) and not counts[SCHLECHTER] and not counts[OFFEN],
        betroffen=betroffen,
    )


def benannt(found: Unterschied, namen: Mapping[str, str]) -> Unterschied:
    """The same where elements that the new model does not know are called by ``namen``, what the old one calls them."""
    rows = (replace(one, name=namen.get(one.element, one.name)) if one.name == one.element else one for one in found.gruende)
    return replace(found, gruende=tuple(rows))


def verdeckt(found: Unterschied) -> Unterschied:
    """The same with the number of cases only: with these filters the rest would give somebody away."""
    nothing: dict[str, int | None] = dict.fromkeys(WECHSEL)
    return replace(found, vorher=None, nachher=None, wechsel=nothing, regionen=(), gruende=(), darf=False, betroffen={}, verdeckt=True)


def unfertig(found: Unterschied) -> Unterschied:
    """The same without any number, because cases are still being replayed: of a few more each time one would see what became of these few."""
    return replace(verdeckt(found), faelle=None)


def geschuetzt(session: FallSession, auswahl: Auswahl, found: Unterschied, alt: Sequence[Fall], neu: Sequence[Fall], what: str) -> Unterschied:
    """What the filters of ``auswahl`` may tell of ``found``, by how everybody changes: ``alt`` and ``neu`` are all cases on both models.

    ``what`` names the two models: what may be told is found out once for all filters.
    """
    grid, least = gitter(session, auswahl), gitter(session, auswahl).schwelle
    whole = _genau(alt, neu, schwelle=least)
    table = _wechsel(grid, whole, [(before, after) for before, after in zip(alt, neu, strict=True) if before.gefunden is not None and after.gefunden is not None], what)
    if table is None:
        return verdeckt(found)
    found = replace(
        found, ohne_grund=whole.ohne_grund, vorher=_passend(grid, alt, whole.vorher, {one.region: one.vorher for one in whole.regionen}, f"vorher {what}"),
        nachher=_passend(grid, neu, whole.nachher, {one.region: one.nachher for one in whole.regionen}, f"nachher {what}"), wechsel=table, regionen=(), darf=found.darf and None not in table.values(),
    )  # fmt: skip

    def has() -> list[tuple[int, tuple[str, tuple[str, str]]]]:
        names: dict[str, str] = {}
        return [(side.spur.fall_id, (which, key)) for which, cases in (("alt", alt), ("neu", neu)) for side in cases for key in _deviations(side, names)]

    known = bekannt(session, auswahl, f"wenn {what}", has)
    gruende = tuple(one for one in found.gruende if all((which, (one.element, one.art)) in known or not number for which, number in (("neu", one.neu), ("alt", one.weg))))
    told = {(one.element, one.art) for one in gruende}
    return _gerundet(replace(found, gruende=gruende, betroffen={key: ids for key, ids in found.betroffen.items() if key in told}), least)


def _wechsel(grid: Gitter, whole: Unterschied, pairs: Sequence[tuple[Fall, Fall]], what: str) -> dict[str, int | None] | None:
    """How many change how; None where nothing of it may be told. Of a single region what the table by region tells."""
    if grid.is_region:
        row = next((one for one in whole.regionen if one.region in grid.gewaehlt[REGION]), None)
        return None if row is None or all(number is None for number in row.wechsel.values()) else dict(row.wechsel)
    cells: dict[Cell, int | None] = {(ALL, ALL): whole.faelle, **{(ALL, one): number for one, number in whole.wechsel.items()}}
    for one in whole.regionen:
        cells |= {(one.region, ALL): one.faelle, **{(one.region, change): number for change, number in one.wechsel.items()}}
    table = grid.auszug(f"wenn {what}", lambda: [(before.spur.fall_id, (before.spur.region, _change(before, after))) for before, after in pairs], cells, je_region=True)
    return None if table is None else {one: table.numbers.get((ALL, one), 0) for one in WECHSEL}


def _passend(grid: Gitter, faelle: Sequence[Fall], whole: float | None, regionen: Mapping[str, float | None], what: str) -> float | None:
    """The share of fitting cases among the chosen, where it may be told; ``whole`` and ``regionen`` are told without filters."""
    if grid.is_region:
        return next((regionen[one] for one in grid.gewaehlt[REGION] if one in regionen), None)
    cells: dict[Cell, int | None] = {(ALL, ALL): len(faelle), **{(ALL, end): None if whole is None else 0 for end in ("ja", "nein")}}
    cells |= {(region, end): None if share is None else 0 for region, share in regionen.items() for end in ("ja", "nein")}
    table = grid.auszug(
        f"passend {what}", lambda: [(fall.spur.fall_id, (fall.spur.region, "ja" if fall.gefunden.cost == 0 else "nein")) for fall in faelle if fall.gefunden is not None], cells, je_region=True
    )
    return None if table is None else anteil(table.numbers.get((ALL, "ja"), 0), table.numbers.get((ALL, ALL)))


def _change(before: Fall, after: Fall) -> str:
    """Bounds decide too: whoever fits today and needs at least one deviation then is worse off, however many it turns out to be."""
    (old_least, old_most), (new_least, new_most) = _bounds(before), _bounds(after)
    if new_least > old_most:
        return SCHLECHTER
    if new_most < old_least:
        return BESSER
    return BLEIBT if old_least == old_most == new_least == new_most else OFFEN


def _is_explained(*sides: Fall) -> bool:
    return all(side.gefunden is not None and side.gefunden.cost is not None for side in sides)


def _bounds(fall: Fall) -> tuple[float, float]:
    found = fall.gefunden
    assert found is not None
    return (found.lower, inf if found.upper is None else found.upper)


def _fits(fall: Fall) -> bool:
    return fall.gefunden is not None and fall.gefunden.cost == 0


def _nach_region(pairs: Sequence[tuple[Fall, Fall]], schwelle: int) -> list[Mapping[Cell, int | None]]:
    """By region: how many change how, fitted before, fit now. The three tables count the same cases."""
    known = Counter((before.spur.region, _change(before, after), *(JA if _fits(one) else NEIN for one in (before, after))) for before, after in pairs)
    part = tuple((cell, known[cell]) for cell in product(sorted({region for region, *_ in known}), WECHSEL, (JA, NEIN), (JA, NEIN)) if _can_be(*cell[1:]))
    tables = je_ort(part, ((WAS, _nach_wechsel), (VORHER, _nach_vorher), (NACHHER, _nach_nachher)), schwelle)
    return [tables[name] for name in (WAS, VORHER, NACHHER)]


def _can_be(change: str, before: str, after: str) -> bool:
    """Nobody who fits gets better, nobody who got worse fits, and who stays as he was fits as he did."""
    return not (change == BESSER and before == JA or change == SCHLECHTER and after == JA or change == BLEIBT and before != after)


def _nach_wechsel(cell: Cell) -> Cell:
    return cell[:2]


def _nach_vorher(cell: Cell) -> Cell:
    return (cell[0], cell[2])


def _nach_nachher(cell: Cell) -> Cell:
    return (cell[0], cell[3])


def _regions(changes: Mapping[Cell, int | None], before: Mapping[Cell, int | None], after: Mapping[Cell, int | None]) -> Iterator[Region]:
    for name in sorted({region for region, _ in changes if region != ALL}):
        size = changes[name, ALL]
        yield Region(name, size, anteil(before.get((name, JA), 0), size), anteil(after.get((name, JA), 0), size), {one: changes.get((name, one), 0) for one in WECHSEL})


def _reasons(pairs: Sequence[tuple[Fall, Fall]], schwelle: int) -> tuple[list[Grund], dict[tuple[str, str], tuple[int, ...]]]:
    new: dict[tuple[str, str], list[int]] = {}
    gone: Counter[tuple[str, str]] = Counter()
    names: dict[str, str] = {}
    count = len(pairs)
    for before, after in pairs:
        old_ones, new_ones = _deviations(before, names), _deviations(after, names)
        for key in new_ones - old_ones:
            new.setdefault(key, []).append(before.spur.fall_id)
        gone.update(old_ones - new_ones)
    more = unterdrueckt({key: len(set(ids)) for key, ids in new.items()}, schwelle=schwelle, mit_summe=False, von=count)
    less = unterdrueckt(gone, schwelle=schwelle, mit_summe=False, von=count)
    keys = sorted({*new, *gone}, key=lambda key: (-len(new.get(key, ())), -gone[key], key))
    rows = [Grund(element, names[element] or element, what, more.get((element, what), 0), less.get((element, what), 0)) for element, what in keys]
    return rows, {key: tuple(dict.fromkeys(ids)) for key, ids in new.items() if more[key] is not None}


def _deviations(fall: Fall, names: dict[str, str]) -> set[tuple[str, str]]:
    assert fall.gefunden is not None
    names.update({element: name for element, name, _, _ in fall.gefunden.abweichungen})
    return {(element, what) for element, _, what, _ in fall.gefunden.abweichungen}
