"""Adherence: how many cases fit, where the others leave the diagram, and which of these deviations somebody accepted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from sqlalchemy import select

from engine.queries.auswertung.ausrichtungen import Gefunden
from engine.queries.auswertung.auswahl import FALL, Auswahl
from engine.queries.auswertung.gitter import REGION
from engine.queries.auswertung.schutz import bekannt, gitter
from engine.queries.auswertung.zellschutz import alle_gerundet, als_ganzes, anteil, gerundet, je_ort, schwelle, unterdrueckt
from engine.statistics.suppression import ALL, Cell
from engine.store.session import FallSession
from engine.store.tables import AkzeptierteAbweichung, Spur

ALLE, VERSION, TREUE = "*", "version", "treue"
PASSEND, AKZEPTIERT, ABWEICHEND, UNENTSCHIEDEN = "passend", "akzeptiert", "abweichend", "unentschieden"
ERGEBNISSE = (PASSEND, AKZEPTIERT, ABWEICHEND, UNENTSCHIEDEN)


class Fall(Protocol):
    """A case with what its replay found."""

    @property
    def spur(self) -> Spur: ...
    @property
    def gefunden(self) -> Gefunden | None: ...


@dataclass(frozen=True)
class Zeile:
    """One version in one region. None stands for a number that is too small to be shown."""

    version: int
    region: str
    faelle: int | None
    zahlen: Mapping[str, int | None]

    @property
    def anteil(self) -> float | None:
        return anteil(self.zahlen[PASSEND], self.faelle)


@dataclass(frozen=True)
class Abweichung:
    """What many cases have in common at an element, their number ``gerundet``; ``akzeptiert`` is where and why it does not count, empty where it does."""

    element: str
    name: str
    art: str
    faelle: int | None
    akzeptiert: str


@dataclass(frozen=True)
class Treue:
    """``wuerfel`` holds what may be told of region, version and result with all sums; the other numbers are of it. ``ist_grob``: they are ``gerundet``."""

    faelle: int | None
    zahlen: Mapping[str, int | None]
    zeilen: tuple[Zeile, ...]
    abweichungen: tuple[Abweichung, ...]
    spanne: tuple[int, int] | None
    wuerfel: Mapping[Cell, int | None] = field(default_factory=dict)
    ist_grob: bool = False

    @property
    def anteil(self) -> float | None:
        return anteil(self.zahlen[PASSEND], self.faelle)


Geltend = Mapping[tuple[str, str], Collection[str]]


def treue(faelle: Sequence[Fall], geltend: Geltend, *, schwelle: int, gruende: Mapping[tuple[str, str], str] | None = None) -> Treue:
    """The figures of replayed cases. ``geltend``: for element and deviation the regions in which it is accepted (``*``: all)."""
    done = [fall for fall in faelle if fall.gefunden is not None]
    cube = _wuerfel(done, geltend, schwelle)
    orte = sorted({(fall.spur.version, fall.spur.region) for fall in done})
    zeilen = tuple(Zeile(version, region, cube[region, str(version), ALL], {one: cube.get((region, str(version), one), 0) for one in ERGEBNISSE}) for version, region in orte)
    zahlen = {one: cube.get((ALL, ALL, one), 0) for one in ERGEBNISSE}
    return Treue(cube.get((ALL, ALL, ALL), 0), zahlen, zeilen, tuple(_abweichungen(done, gruende or {}, schwelle)), _spanne(done, schwelle) if zahlen[UNENTSCHIEDEN] and zahlen[PASSEND] is not None else None, cube)


def _wuerfel(done: Sequence[Fall], geltend: Geltend, schwelle: int) -> Mapping[Cell, int | None]:
    """Region, version and result of each case, with all sums, as far as they may be seen."""
    known = Counter((fall.spur.region, str(fall.spur.version), ergebnis(fall, geltend)) for fall in done)
    places = sorted({(region, version) for region, version, _ in known})
    # Where nothing is accepted, which the page says, nobody's deviation can be.
    accepting = {region for regionen in geltend.values() for region in regionen}
    cells = ((*place, one) for place in places for one in ERGEBNISSE if one != AKZEPTIERT or accepting & {ALLE, place[0]})
    return je_ort(tuple((cell, known[cell]) for cell in cells), ((TREUE, als_ganzes),), schwelle)[TREUE]


def verdeckt(found: Treue) -> Treue:
    """The same with the number of cases only: with these filters the rest, also how many there are where, would give somebody away."""
    return Treue(found.faelle, dict.fromkeys(ERGEBNISSE), (), tuple(replace(one, faelle=None) for one in found.abweichungen), None)


def unfertig() -> Treue:
    """Nothing yet, because cases are still being replayed: of a few more each time one would see what became of these few."""
    return Treue(None, dict.fromkeys(ERGEBNISSE), (), (), None)


def grob(session: FallSession, auswahl: Auswahl, found: Treue) -> Treue:
    """The same, all numbers ``gerundet``, with filters and of a process that not every case has: what others have would else follow from these.

    Of a region or a version alone the page without filters tells the same.
    """
    grid, least = gitter(session, auswahl), schwelle(session)
    if auswahl.prozess == FALL and (not grid.gewaehlt or grid.gewaehlt.keys() in ({REGION}, {VERSION})):
        return found

    def told(number: int | None) -> int | None:
        return number if number is None else gerundet(number, schwelle=least)

    rows = tuple(replace(row, faelle=told(row.faelle), zahlen=alle_gerundet(row.zahlen, schwelle=least)) for row in found.zeilen)
    deviations = tuple(replace(one, faelle=told(one.faelle)) for one in found.abweichungen)
    return Treue(told(found.faelle), alle_gerundet(found.zahlen, schwelle=least), rows, deviations, None, ist_grob=True)


def geschuetzt(session: FallSession, auswahl: Auswahl, found: Treue, everybody: Sequence[Fall], geltend: Geltend, what: str) -> Treue:
    """What the filters of ``auswahl`` may tell of ``found``, by the results of ``everybody``; ``what`` names what these were measured against."""
    grid, least = gitter(session, auswahl), gitter(session, auswahl).schwelle
    if not found.faelle and grid.is_answered(grid.gewaehlt):
        return found
    whole = treue(everybody, geltend, schwelle=least)
    done = [fall for fall in everybody if fall.gefunden is not None]

    def entries() -> list[tuple[int, Cell]]:
        return [(fall.spur.fall_id, (fall.spur.region, str(fall.spur.version), ergebnis(fall, geltend))) for fall in done]

    table = grid.auszug(f"treue {what}", entries, _als_tabelle(whole), je_region=True) if len(grid.gewaehlt) > 1 or not grid.gewaehlt.keys() & {REGION, VERSION} else None
    hidden = verdeckt(found)
    known = bekannt(session, auswahl, f"treue {what}", lambda: ((fall.spur.fall_id, (element, art)) for fall in done if fall.gefunden for element, _, art, _ in fall.gefunden.abweichungen))
    abweichungen = tuple(one if (one.element, one.art) in known else replace(one, faelle=None) for one in found.abweichungen)
    if grid.gewaehlt.keys() in ({REGION}, {VERSION}):
        # What the table of everybody says of it, no more and no less.
        (dimension, values), = grid.gewaehlt.items()
        rows = tuple(row for row in whole.zeilen if (row.region if dimension == REGION else str(row.version)) in values)
        sums = {one: _summe(whole.wuerfel.get((value, ALL, one) if dimension == REGION else (ALL, value, one), 0) for value in values) for one in (*ERGEBNISSE, ALL)}
        return replace(found, faelle=sums[ALL], zahlen={one: sums[one] for one in ERGEBNISSE}, zeilen=rows, abweichungen=abweichungen, spanne=None)
    if table is None:
        return replace(hidden, abweichungen=abweichungen)
    zahlen = {one: table.numbers.get((ALL, ALL, one), 0) for one in ERGEBNISSE}
    places = sorted({(int(version), region) for region, version, _ in table.numbers if ALL not in (region, version)})
    rows = tuple(Zeile(version, region, table.numbers.get((region, str(version), ALL), 0), {one: table.numbers.get((region, str(version), one), 0) for one in ERGEBNISSE}) for version, region in places)
    return replace(found, zahlen=zahlen, zeilen=tuple(row for row in rows if row.faelle), abweichungen=abweichungen, spanne=None)


def _summe(parts: Iterable[int | None]) -> int | None:
    """The sum of what is told, None as soon as one is not."""
    numbers = list(parts)
    return None if any(number is None for number in numbers) else sum(number for number in numbers if number is not None)


def _als_tabelle(whole: Treue) -> dict[Cell, int | None]:
    """What the page without filters tells; of everybody the numbers by version are not asked for."""
    return {cell: number for cell, number in whole.wuerfel.items() if cell[0] != ALL or cell[1] == ALL}


def ergebnis(fall: Fall, geltend: Geltend) -> str:
    """Which of ``ERGEBNISSE`` the case is."""
    found = fall.gefunden
    assert found is not None
    if found.cost is None:
        return UNENTSCHIEDEN
    if found.cost == 0:
        return PASSEND
    def is_accepted(element: str, what: str) -> bool:
        regionen = geltend.get((element, what), ())
        return ALLE in regionen or fall.spur.region in regionen

    return AKZEPTIERT if all(is_accepted(element, what) for element, _, what, _ in found.abweichungen) else ABWEICHEND


def _spanne(faelle: Iterable[Fall], schwelle: int) -> tuple[int, int] | None:
    """Between how many and how many cases fit, whatever the undecided ones turn out to be; None where that tells of a few."""
    fitting = sum(fall.gefunden.cost == 0 for fall in faelle if fall.gefunden)
    maybe = sum(fall.gefunden.cost is None and fall.gefunden.lower == 0 for fall in faelle if fall.gefunden)
    return None if 0 < maybe < schwelle else (fitting, fitting + maybe)


def _abweichungen(faelle: Sequence[Fall], gruende: Mapping[tuple[str, str], str], schwelle: int) -> list[Abweichung]:
    counts: Counter[tuple[str, str]] = Counter()
    names: dict[str, str] = {}
    for fall in faelle:
        assert fall.gefunden is not None
        names.update({element: name for element, name, _, _ in fall.gefunden.abweichungen})
        counts.update({(element, what) for element, _, what, _ in fall.gefunden.abweichungen})
    shown = unterdrueckt(counts, schwelle=schwelle, mit_summe=False, von=len(faelle))

    def told(number: int | None) -> int | None:
        # Beside the table, which says how many deviate anywhere, the last case would tell how many deviate elsewhere only.
        return number if number is None or number == len(faelle) else min(gerundet(number, schwelle=schwelle), len(faelle))

    return [Abweichung(element, names[element] or element, what, told(shown[element, what]), gruende.get((element, what), "")) for (element, what), _ in counts.most_common()]


def akzeptierte(session: FallSession, prozess: str, *, alle: bool = False) -> list[AkzeptierteAbweichung]:
    """The accepted deviations of a process, the newest first; with ``alle`` also those given up."""
    query = select(AkzeptierteAbweichung).where(AkzeptierteAbweichung.process == prozess).order_by(AkzeptierteAbweichung.id.desc())
    return list(session.scalars(query if alle else query.where(AkzeptierteAbweichung.aufgehoben_am.is_(None))))


def gruende(rows: Iterable[AkzeptierteAbweichung], names: Mapping[str, str]) -> dict[tuple[str, str], str]:
    """Why each deviation is accepted, and where: somebody else's reason does not hold everywhere."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        found.setdefault((row.element, row.abweichung), []).append(f"{'ganzer Kanton' if row.gilt_in == ALLE else names.get(row.gilt_in, row.gilt_in)}: {row.grund}")
    return {key: "; ".join(parts) for key, parts in found.items()}


def geltend(rows: Iterable[AkzeptierteAbweichung]) -> dict[tuple[str, str], set[str]]:
    """In which regions each deviation is accepted."""
    found: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        if row.aufgehoben_am is None:
            found.setdefault((row.element, row.abweichung), set()).add(row.gilt_in)
    return found


