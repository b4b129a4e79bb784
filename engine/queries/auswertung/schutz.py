"""Whether a choice of filters may be answered (``engine.statistics.differencing``), and the period as it may be told."""

from __future__ import annotations

from collections.abc import Callable, Container, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import TypeVar

from sqlalchemy import Select, select

from engine.model.calendar import ZURICH
from engine.queries.auswertung.auswahl import Auswahl
from engine.queries.auswertung.gehalten import gehalten
from engine.queries.auswertung.gelesen import gelesen
from engine.queries.auswertung.zellschutz import schwelle
from engine.statistics.differencing import refused, spans, tellable, told_with
from engine.store.session import FallSession
from engine.store.tables import Spur

T = TypeVar("T", bound=Hashable)
# In the order in which dimensions may be combined; ``jahr`` is the year in which cases began.
JAHR, ZELLE = "jahr", "zelle"
DIMENSIONEN = ("region", JAHR, "segment", "alter", "einstieg", "version")
WORTE = {"region": "Region", JAHR: "Beginn", "segment": "Segment", "alter": "Altersklasse", "einstieg": "Einstieg", "version": "Fassung"}


@dataclass(frozen=True)
class Schutz:
    """``auswahl`` with its period widened to whole years; ``verweigert`` says in German why it may not be answered, empty where it may."""

    auswahl: Auswahl
    verweigert: str = ""


def geschuetzt(session: FallSession, auswahl: Auswahl) -> Schutz:
    """The choice as it may be answered to this session: nobody follows from it, nor from subtracting it from another."""
    if not _wanted(auswahl):
        return Schutz(auswahl)
    least, cases = schwelle(session), _cases(session, auswahl.prozess)
    widened = _widened(auswahl, spans([int(case[JAHR]) for case in cases.values()], threshold=least))
    wanted = _wanted(widened)
    gone = refused(list(_told(cases, least).values()), wanted, DIMENSIONEN, threshold=least)
    return Schutz(widened, _why(sorted(gone, key=DIMENSIONEN.index), wanted, least) if gone else "")


def spuren(session: FallSession, auswahl: Auswahl) -> list[Spur]:
    """The instances chosen, in the order in which they began; none where the filters would give somebody away."""
    held = geschuetzt(session, auswahl)
    return [] if held.verweigert else gelesen(session, _where(select(Spur), held.auswahl).order_by(Spur.instanz_nummer))


@dataclass(frozen=True)
class Gitter:
    """All cases that the session sees by the dimensions of filters, and which of these are in use: says whether a table may be told of them."""

    faelle: Mapping[int, Mapping[str, str]]
    gewaehlt: Mapping[str, str | None]
    schwelle: int

    def erlaubt(self, entries: Iterable[tuple[int, tuple[str, ...]]]) -> bool:
        """Whether a table of these entries (case and cell, of all cases, not only of the chosen ones) may be told with the filters in use."""
        if not self.gewaehlt:
            return True
        cases = [{**self.faelle[fall], ZELLE: "\n".join(cell)} for fall, cell in entries if fall in self.faelle]
        return not refused(cases, self.gewaehlt, DIMENSIONEN, threshold=self.schwelle, within=(ZELLE,))


class _Alles:
    def __contains__(self, thing: object) -> bool:
        return True


def gitter(session: FallSession, auswahl: Auswahl) -> Gitter:
    """For the tables of one answer."""
    held = geschuetzt(session, auswahl).auswahl
    wanted = _wanted(held)
    return Gitter(_told(_cases(session, auswahl.prozess), schwelle(session)) if wanted else {}, wanted, schwelle(session))


def bekannt(session: FallSession, auswahl: Auswahl, what: str, has: Callable[[], Iterable[tuple[int, T]]]) -> Container[T]:
    """Which of the things that cases have, such as steps, may be told with these filters.

    ``has`` gives pairs of a case and a thing, of all cases; what it is about is named by ``what``, and found out once for all filters.
    """
    grid = gitter(session, auswahl)
    if not grid.gewaehlt:
        return _Alles()
    along = gehalten(session, f"bekannt {what}", alle(auswahl), lambda: tellable(grid.faelle, set(has()), DIMENSIONEN, threshold=grid.schwelle))
    return told_with(along, grid.gewaehlt.keys())


def alle(auswahl: Auswahl) -> Auswahl:
    """The same without filters."""
    return Auswahl(prozess=auswahl.prozess)


def _wanted(auswahl: Auswahl) -> dict[str, str | None]:
    """The dimensions in use with the value of each; a period is several years."""
    found: dict[str, str | None] = {name: getattr(auswahl, name) for name in DIMENSIONEN if name != JAHR and getattr(auswahl, name)}
    return {**found, JAHR: None} if auswahl.von is not None or auswahl.bis is not None else found


def _cases(session: FallSession, prozess: str) -> dict[int, dict[str, str]]:
    """By case; of several instances of one case the last counts."""
    columns = (Spur.fall_id, Spur.region, Spur.begonnen_am, Spur.segment, Spur.altersklasse, Spur.einstieg, Spur.version)
    rows = session.execute(select(*columns).where(Spur.process == prozess).order_by(Spur.instanz_nummer))
    return {
        fall: {"region": region, JAHR: str(began.astimezone(ZURICH).year), "segment": segment, "alter": age, "einstieg": entry, "version": str(version)}
        for fall, region, began, segment, age, entry, version in rows
    }


def _told(cases: Mapping[int, dict[str, str]], least: int) -> dict[int, dict[str, str]]:
    """The cases with their years as they can be told apart."""
    years = spans([int(case[JAHR]) for case in cases.values()], threshold=least)
    return {fall: {**case, JAHR: str(years[int(case[JAHR])][0])} for fall, case in cases.items()}


def _widened(auswahl: Auswahl, years: dict[int, tuple[int, int]]) -> Auswahl:
    """The period in whole years that hold enough cases; what then is everything is no filter."""
    if not years:
        return auswahl
    first, last = min(years), max(years)
    von = None if auswahl.von is None or auswahl.von.year < first else years.get(auswahl.von.year, (auswahl.von.year,) * 2)[0]
    bis = None if auswahl.bis is None or auswahl.bis.year > last else years.get(auswahl.bis.year, (auswahl.bis.year,) * 2)[1]
    return replace(auswahl, von=None if von is None or von <= first else date(von, 1, 1), bis=None if bis is None or bis >= last else date(bis, 12, 31))


def _why(gone: Sequence[str], wanted: Mapping[str, str | None], least: int) -> str:
    words = " und ".join(f"«{WORTE[one]}»" for one in gone)
    together = "" if len(wanted) == 1 else " zusammen mit den anderen Filtern"
    return (
        f"Nach {words} lässt sich{together} nicht filtern: Einzelne Gruppen hätten weniger als {least} Fälle, und aus dem Unterschied zu anderen "
        "Auswertungen liesse sich auf sie schliessen. Bitte weniger Filter wählen."
    )


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
