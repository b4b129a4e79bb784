"""What may be told of a choice of filters (``engine.statistics.stacked``), and the period as it may be told."""

from __future__ import annotations

from collections.abc import Callable, Container, Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import combinations
from typing import Any, TypeVar

from sqlalchemy import Select, select

from engine.model.calendar import ZURICH
from engine.queries.auswertung.auswahl import Auswahl
from engine.queries.auswertung.gehalten import gehalten
from engine.queries.auswertung.gelesen import gelesen
from engine.queries.auswertung.gitter import DIMENSIONEN, JAHR, REGION, SEGMENT, Gitter, Grund
from engine.queries.auswertung.zellschutz import schwelle
from engine.statistics.differencing import Along, spans, told_along
from engine.statistics.stacked import REST
from engine.store.session import FallSession
from engine.store.tables import Spur

T = TypeVar("T", bound=Hashable)
WORTE = {REGION: "Region", JAHR: "Beginn", SEGMENT: "Segment", "alter": "Altersklasse", "einstieg": "Einstieg", "version": "Fassung"}
FELDER = {JAHR: ("von", "bis")}


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


class _Alles:
    def __contains__(self, thing: object) -> bool:
        return True


def gitter(session: FallSession, auswahl: Auswahl) -> Gitter:
    """For the tables of one answer."""
    return _gitter(session, geschuetzt(session, auswahl).auswahl)


def _gitter(session: FallSession, held: Auswahl) -> Gitter:
    def halten(name: str, make: Callable[[], Any]) -> Any:
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
