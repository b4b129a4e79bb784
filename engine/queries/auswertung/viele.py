"""Many cases at once: how often and how long each element, which ways were taken, where how many were at the same time."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from math import ceil, floor, log10

from engine.cases.projection import PHASE
from engine.definitions.elements import Element as Definition
from engine.queries.auswertung import modelle
from engine.queries.auswertung.auswahl import variante
from engine.queries.auswertung.gelesen import je_spur
from engine.queries.auswertung.treue import Fall
from engine.queries.auswertung.zellschutz import gerundet, unterdrueckt
from engine.replay.reihenfolge import reihenfolge
from engine.store import library
from engine.store.session import FallSession
from engine.store.tables import Spur

# Kinds whose time passes with waiting only: nobody works on them.
WARTET = frozenset({"INTERMEDIATE_CATCH_EVENT", "RECEIVE_TASK"})
PHASEN = frozenset({"SUB_PROCESS", "CALL_ACTIVITY"})
BILDER = 120
# A picture's moment is not exact to the last digit.
EPSILON = 1e-6


@dataclass(frozen=True)
class Element:
    """An element over many cases; numbers are ``gerundet``, times in seconds. Where ``faelle`` is too small to be shown, everything else is None, too.

    ``wartezeit`` is until somebody took the task over, or the whole time of an event; only where that is known.
    """

    element: str
    prozess: str
    faelle: int | None
    mal: int | None
    abgebrochen: int | None
    median: float | None
    neuntes_zehntel: float | None
    wartezeit: float | None
    offen: int | None


@dataclass(frozen=True)
class Weg:
    """A sequence of steps that several cases took, ``abweichend`` of them left their diagram; numbers are ``gerundet``."""

    schritte: tuple[str, ...]
    faelle: int
    abweichend: int | None
    median: float | None


@dataclass(frozen=True)
class Wege:
    """``seltene`` ways are each taken by too few to be shown; ``seltene_faelle`` together, None if even that is too few."""

    wege: tuple[Weg, ...]
    seltene: int
    seltene_faelle: int | None


def elemente(spuren: Sequence[Spur], *, schwelle: int, bekannt: Container[tuple[str, str]] | None = None) -> list[Element]:
    """Every element that took any time or was done, the most frequent first; of those that are not ``bekannt`` no number is told."""
    cases: dict[tuple[str, str], set[int]] = defaultdict(set)
    spans: dict[tuple[str, str], list[tuple[str, int | None, int | None, int | None, str]]] = defaultdict(list)
    for spur in spuren:
        for element, process, kind, begun, ended, claimed, how in spur.schritte:
            cases[element, process].add(spur.instanz_nummer)
            spans[element, process].append((kind, begun, ended, claimed, how))
    counts = {key: len(found) if bekannt is None or key in bekannt else 0 for key, found in cases.items()}
    return sorted((_element(key, counts[key], spans[key], schwelle) for key in cases), key=lambda one: (-(one.faelle or 0), one.element))


def _element(key: tuple[str, str], count: int, spans: Sequence[tuple[str, int | None, int | None, int | None, str]], least: int) -> Element:
    if count < least:
        return Element(*key, None, None, None, None, None, None, None)
    done = [ended - begun for _, begun, ended, _, how in spans if how == "c" and begun is not None and ended is not None]
    waited = [(ended if kind in WARTET else claimed) - begun for kind, begun, ended, claimed, how in spans if how == "c" and begun is not None and (claimed is not None or kind in WARTET) and ended is not None]  # type: ignore[operator]
    by_end = unterdrueckt(Counter(how for *_, how in spans), schwelle=least)
    given_up, open_ = (None if number is None else gerundet(number, schwelle=least) for number in (by_end.get("x", 0), by_end.get("o", 0)))
    return Element(
        *key, gerundet(count, schwelle=least), gerundet(len(spans), schwelle=least), given_up, zweistellig(quantil(done, 0.5)) if len(done) >= least else None,
        zweistellig(quantil(done, 0.9)) if len(done) >= 2 * least else None, zweistellig(quantil(waited, 0.5)) if len(waited) >= least else None, open_,
    )  # fmt: skip


def zweistellig(value: float | None) -> float | None:
    """A duration as far as it means anything: to the second it would be known again at another choice, and with it the case that it is of."""
    return value if not value else round(value, 1 - floor(log10(abs(value))))


def quantil(values: Iterable[float], share: float) -> float | None:
    """The value below which a share of the sorted values lies, in between linearly; None without values."""
    ordered = sorted(values)
    if not ordered:
        return None
    at = (len(ordered) - 1) * share
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (at - low)


@dataclass(frozen=True)
class Ordnung:
    """``platz`` is where each element (with its process) stands along the flows. ``rahmen`` surround the phases of a case and are none: every case is within."""

    platz: Mapping[tuple[str, str], int]
    rahmen: Container[tuple[str, str]] = ()


@je_spur
def phasen(spur: Spur, ordnung: Callable[[Spur], Ordnung]) -> tuple[str, ...]:
    """The sub-processes and called processes of the instance in the order in which they began, without immediate repetitions.

    What began in the same second goes in the order of the diagram, so that the same course is the same way.
    """
    known = ordnung(spur)
    steps = [(begin, (element, process)) for element, process, kind, begin, *_ in spur.schritte if kind in PHASEN and (element, process) not in known.rahmen]
    begun = sorted((begin, known.platz.get(place, len(known.platz)), place) for begin, place in steps)
    found: list[str] = []
    for _, _, (element, _) in begun:
        if not found or found[-1] != element:
            found.append(element)
    return tuple(found)


Folge = Callable[[Spur], tuple[str, ...]]
PHASENWEISE, SCHRITTWEISE = "phasen", "schritte"
FOLGEN = (PHASENWEISE, SCHRITTWEISE)


def folge(session: FallSession, name: str) -> Folge:
    """What ways are made of, by one of ``FOLGEN``."""

    @cache
    def of_release(release: int, process: str) -> Ordnung:
        elements = library.contents(session, release).process(process).elements
        return Ordnung(reihenfolge(modelle.of_release(session, release, process)), {(one, process) for one in _rahmen(elements)})

    return variante if name == SCHRITTWEISE else lambda spur: phasen(spur, lambda one: of_release(one.release_id, one.process))


def _rahmen(elements: Mapping[str, Definition]) -> set[str]:
    """What surrounds elements that are marked as phases, and is not marked itself."""
    found: set[str] = set()
    for element in (one for one in elements.values() if PHASE in one.properties):
        while element.parent is not None:
            element = elements[element.parent]
            found |= {element.id} if PHASE not in element.properties else set()
    return found


@je_spur
def stellen(spur: Spur) -> set[tuple[str, str]]:
    """The elements, with their processes, that the case came to."""
    return {(element, process) for element, process, *_ in spur.schritte}


def wege(faelle: Sequence[Fall], folge: Folge, *, schwelle: int, bekannt: Container[tuple[str, ...]] | None = None) -> Wege:
    """The ways of the cases, the most frequent first; those taken by too few, or not ``bekannt``, are only counted."""
    groups: dict[tuple[str, ...], list[Fall]] = defaultdict(list)
    for fall in faelle:
        groups[folge(fall.spur)].append(fall)
    often = [(way, rows) for way, rows in groups.items() if len(rows) >= schwelle and (bekannt is None or way in bekannt)]
    rare = sum(len(rows) for rows in groups.values()) - sum(len(rows) for _, rows in often)
    shown = sorted((_weg(way, rows, schwelle) for way, rows in often), key=lambda way: (-way.faelle, way.schritte))
    return Wege(tuple(shown), len(groups) - len(often), gerundet(rare, schwelle=schwelle) if rare >= schwelle or not rare else None)


def _weg(way: tuple[str, ...], rows: Sequence[Fall], schwelle: int) -> Weg:
    stray = sum(1 for fall in rows if fall.gefunden is not None and fall.gefunden.cost)
    parts = {key: None if part is None else gerundet(part, schwelle=schwelle) for key, part in unterdrueckt({"ja": stray, "nein": len(rows) - stray}, schwelle=schwelle).items()}
    over = [(fall.spur.beendet_am - fall.spur.begonnen_am).total_seconds() for fall in rows if fall.spur.beendet_am is not None]
    return Weg(way, gerundet(len(rows), schwelle=schwelle), parts["ja"], zweistellig(quantil(over, 0.5)) if len(over) >= schwelle else None)


@dataclass(frozen=True)
class Augenblick:
    """How many cases were where at a moment, ``gerundet``; fewer than the threshold are left out."""

    at: datetime
    offen: int | None
    marken: Mapping[str, Mapping[str, int]]


def zeitraffer(spuren: Sequence[Spur], since: datetime, now: datetime, *, schwelle: int, bekannt: Container[tuple[str, str]] | None = None) -> list[Augenblick]:
    """So many pictures, evenly from ``since`` until ``now``: the same for every choice, or they would tell when its first case began."""
    if not spuren:
        return []
    first, last = since.timestamp(), now.timestamp()
    moments = [first + (last - first) * number / (BILDER - 1) for number in range(BILDER if last > first else 1)]
    places: list[dict[tuple[str, str], set[int]]] = [defaultdict(set) for _ in moments]
    step = max((last - first) / (BILDER - 1), 1.0)
    for spur in spuren:
        for element, process, kind, begun, ended, _, _ in spur.schritte:
            if kind in PHASEN or begun is None or kind == "MULTI_INSTANCE_BODY" or bekannt is not None and (element, process) not in bekannt:
                continue
            # From the first picture at or after its beginning to the last before its end.
            behind = len(moments) if ended is None else min(len(moments), ceil((ended - first) / step - EPSILON))
            for number in range(max(0, ceil((begun - first) / step - EPSILON)), behind):
                places[number][process, element].add(spur.instanz_nummer)
    return [_augenblick(moment, here, schwelle) for moment, here in zip(moments, places, strict=True)]


def _augenblick(moment: float, here: Mapping[tuple[str, str], set[int]], schwelle: int) -> Augenblick:
    marks: dict[str, dict[str, int]] = {}
    for (process, element), cases in here.items():
        if len(cases) >= schwelle:
            marks.setdefault(process, {})[element] = gerundet(len(cases), schwelle=schwelle)
    everybody = len(set().union(*here.values())) if here else 0
    return Augenblick(datetime.fromtimestamp(moment, UTC), gerundet(everybody, schwelle=schwelle) if everybody >= schwelle else None, marks)
