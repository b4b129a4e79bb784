"""The figures of the evaluation (process description, chapter 12), each with its definition, its number of cases and its data.

They read traces (``Spur``), tasks and segments; the statistics are those of ``engine.statistics``. Months are of 30.4375 days.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise
from math import inf
from typing import TypeVar

from sqlalchemy import select

from engine.model.calendar import ZURICH
from engine.queries.auswertung.augenblick import augenblick
from engine.queries.auswertung.auswahl import Auswahl
from engine.queries.auswertung.gehalten import gehalten
from engine.queries.auswertung.gitter import REGION, Gitter
from engine.queries.auswertung.kreis import Kreis, kreis
from engine.queries.auswertung.laeufe import HORIZONS, Lauf
from engine.queries.auswertung.messpunkte import messpunkte
from engine.queries.auswertung.regeln import regeln
from engine.queries.auswertung.schutz import alle
from engine.queries.auswertung.verbund import BEZUG, JA, KANTON, NEIN
from engine.queries.auswertung.zellschutz import gerundet, schwelle
from engine.statistics.competing import Followed, wilson
from engine.statistics.control import Xmr, xmr
from engine.statistics.permutation import Comparison, compare
from engine.statistics.suppression import ALL, Cell, Published
from engine.statistics.survival import Curve, Spell, Test, kaplan_meier, log_rank
from engine.statistics.tails import until
from engine.store.session import FallSession
from engine.store.tables import Aufgabe, Region, Segmentzuordnung

PUNCTUAL = "pünktlich"
KINDS = ("standortbestimmung", "kurzassessment")
# Up to here the mean duration of benefit is restricted: beyond, hardly anybody was observed.
DURATION_HORIZON = 24.0
# At these months a table says how many are still under observation.
MONATE = (0, 6, 12, 24, 36, 60)

T = TypeVar("T")


@dataclass(frozen=True)
class Stufe:
    """A step of a curve: the months since the beginning, how many were still under observation, and the share that still drew benefit.

    Without its confidence bounds: rounded each on their own the three would say together what none of them does.
    """

    time: float
    at_risk: int
    share: float


@dataclass(frozen=True)
class Figures:
    """Everything at one instant. Curves and shares that rest on fewer cases than ``threshold`` are left out.

    ``until`` is up to how many months each curve may be told: beyond, its own tail or that of another would tell of a few. ``regeln`` says what
    the rules of overridden proposals are about. ``is_grob``: all counts are ``gerundet``.
    """

    at: datetime
    threshold: int
    number: int
    durations: Mapping[str, Curve]
    until: Mapping[str, float]
    log_rank: Test | None
    pilot: Comparison | None
    relapse: Mapping[str, Mapping[int, Followed]]
    punctual: Mapping[str, Mapping[str, tuple[int, int]]]
    reviews: Xmr | None
    months: tuple[str, ...]
    transitions: Published | None
    overrides: Mapping[str, Published]
    regeln: Mapping[str, str] = field(default_factory=dict)
    is_grob: bool = False

    @property
    def stufe(self) -> int:
        """Of how many cases the steps of curves are: twice as many with filters, because curves of years can be added up."""
        return 2 * self.threshold if self.is_grob else self.threshold

    def umfang(self, place: str) -> int:
        """Of how many cases a curve is, with filters ``gerundet``."""
        number = self.durations[place].number
        return gerundet(number, schwelle=self.threshold) if self.is_grob else number

    def points(self, place: str) -> list[Stufe]:
        """The steps of a curve as it may be told: at whole months, the last where it ends, its shares in steps of as many cases as are told at least.

        To the day and the case it would tell of single people, and beside the tables of the same cases of those that these withhold.
        """
        curve, found = self.durations[place], list[Stufe]()
        last = int(min(self.until[place], max((point.time for point in curve.points), default=0.0)))
        for month in range(1, last + 1):
            share = self._coarse(place, curve.share(month))
            if month == last or share != (found[-1].share if found else 1.0):
                found.append(Stufe(float(month), self.at_risk(place, month) or 0, share))
        return found

    def at_risk(self, place: str, month: float) -> int | None:
        """How many are under observation after so many months, ``gerundet`` but for the first; None where that is withheld."""
        number = self.durations[place].at_risk(month) if month else self.umfang(place)
        if month > self.until[place] and number:
            return None
        return number if not month else gerundet(number, schwelle=self.threshold)

    def remaining(self, place: str, month: float) -> float | None:
        """The share still drawing benefit after so many months as the curve tells it, None where that is withheld."""
        return self._coarse(place, self.durations[place].share(month)) if self.at_risk(place, month) else None

    def _coarse(self, place: str, share: float) -> float:
        number = self.durations[place].number
        left = number - round(share * number)
        # As long as few left a curve is at its top: one or two look like three or four.
        told = 1.0 if left < self.stufe else max(0.0, 1 - gerundet(left, schwelle=self.stufe) / self.umfang(place))
        # A share of round numbers has no decimals of its per cent.
        return round(told, 2) if self.is_grob else told


def figures(session: FallSession, auswahl: Auswahl) -> Figures:
    """The figures of the chosen cases, in the regions that the session sees; trial runs are in none.

    ``KANTON`` stands for all of them together.
    """
    return gehalten(session, "kennzahlen", auswahl, lambda: _figures(session, auswahl))


def _figures(session: FallSession, auswahl: Auswahl) -> Figures:
    least, circle = schwelle(session), kreis(session, auswahl)
    courses, grid = circle.laeufe, circle.gitter
    # With filters, what a table must not give away is a matter of everybody's cases.
    place, whole = auswahl.region or KANTON, {one.fall_id for one in circle.alle}
    durations = _curves(courses, circle.verbund.kurven) if not grid.gewaehlt else _curve(circle, place)
    punctual, months, reviews = _punctuality(session, {one.fall_id for one in courses}, whole, grid)
    overrides = {art: table for art in ("region", "regel") if (table := circle.tafel(f"übersteuert {art}")) is not None}
    found = Figures(
        at=augenblick(session).at, threshold=least, number=gerundet(len(courses), schwelle=least) if grid.is_grob and len(courses) >= least else len(courses), durations=durations, until=_until(circle, durations),
        log_rank=_tested(courses, durations), pilot=_pilot(session, durations), relapse=_relapse(circle, place), punctual=punctual,
        reviews=reviews, months=months, transitions=grid.tafel("wechsel", [one for one in gehalten(session, "wechsel", Auswahl(), lambda: _transitions(session)) if one[0] in whole]), overrides=overrides, is_grob=grid.is_grob,
        regeln=regeln(session, {code for code, _ in overrides["regel"].numbers if code != ALL} if "regel" in overrides else ()),
    )  # fmt: skip
    return _as_among_all(found, figures(session, alle(auswahl)), auswahl.region) if grid.is_region else found


def _as_among_all(found: Figures, everybody: Figures, region: str) -> Figures:
    """Of a single region what the canton's figures tell of it, no more and no less."""

    def row(of: Mapping[str, T]) -> dict[str, T]:
        return {region: of[region]} if region in of else {}

    return replace(found, durations=row(everybody.durations), until=row(everybody.until), relapse=row(everybody.relapse))


def _curve(circle: Kreis, place: str) -> dict[str, Curve]:
    """With filters: of the chosen together, where neither those whose benefit ended nor the others are few."""
    table = None if circle.gitter.is_region else circle.tafel(BEZUG)
    is_told = table is not None and all(table.numbers.get((end,), 0) is not None for end in (JA, NEIN)) and table.numbers.get((JA,))
    return {place: kaplan_meier(_spells(circle.laeufe))} if is_told else {}


def _grouped(courses: Iterable[Lauf]) -> dict[str, list[Lauf]]:
    found: dict[str, list[Lauf]] = defaultdict(list)
    for course in courses:
        found[KANTON].append(course)
        found[course.region].append(course)
    # The figure of a single region is not the canton's.
    return {name: group for name, group in sorted(found.items()) if name != KANTON or len(found) > 2}


def _spells(courses: Iterable[Lauf]) -> list[Spell]:
    return [(course.months, course.is_over) for course in courses]


def _curves(courses: Sequence[Lauf], shown: Collection[str]) -> dict[str, Curve]:
    groups = _grouped(courses)
    return {name: kaplan_meier(_spells(groups[name])) for name in shown}


def _until(circle: Kreis, shown: Mapping[str, Curve]) -> dict[str, float]:
    parts: dict[str, list[float]] = defaultdict(list)
    courses, grid = circle.laeufe, circle.gitter
    for course in courses:
        parts[course.region].append(course.months)
    if grid.gewaehlt:
        # Of the chosen only their own curve is told; what subtracting others would leave shows in the table of everybody.
        ends = until({name: [one.months for one in courses] for name in shown}, shown, whole="", threshold=grid.schwelle)
        most = _last_with_filters(circle.alle, grid) if shown else 0.0
        return {name: min(end, most) for name, end in ends.items()}
    return until(parts, shown, whole=KANTON, threshold=grid.schwelle)


def _last_with_filters(everybody: Sequence[Lauf], grid: Gitter) -> float:
    """The curves of other choices can be subtracted, too: a curve is told as long as it may be told how many are left under observation."""
    spans = [str(sum(one.months >= month for month in MONATE)) for one in everybody]
    table = grid.tafel("beobachtung", [(one.fall_id, (span,)) for one, span in zip(everybody, spans, strict=True)])
    last = 0.0
    for number, month in enumerate(MONATE[1:], start=1):
        if table is None or table.numbers.get((str(number),), 0) is None:
            return last
        last = month
    return inf if table is not None and table.numbers.get((str(len(MONATE)),), 0) is not None else last


def _tested(courses: Sequence[Lauf], shown: Mapping[str, Curve]) -> Test | None:
    groups = {name: _spells(group) for name, group in _grouped(courses).items() if name in shown and name != KANTON}
    return log_rank(groups) if len(groups) > 1 else None


def _pilot(session: FallSession, durations: Mapping[str, Curve]) -> Comparison | None:
    """Pilot regions against the others by the mean duration of each, restricted to two years; whole regions are exchanged."""
    means = {name: curve.restricted_mean(DURATION_HORIZON) for name, curve in durations.items() if name != KANTON}
    pilots = frozenset(session.scalars(select(Region.kuerzel).where(Region.pilot))) & means.keys()
    return compare(means, pilots) if pilots and len(pilots) < len(means) else None


def _relapse(circle: Kreis, place: str) -> dict[str, dict[int, Followed]]:
    """After each horizon, where it may be told how many came back, and of how many."""
    found: dict[str, dict[int, Followed]] = defaultdict(dict)
    for horizon in () if circle.gitter.is_region else HORIZONS:
        table = circle.tafel(f"rueckfall {horizon}")
        regions = sorted({region for region, _ in table.numbers if region != ALL}) if table else []
        # The figure of a single region is not the canton's.
        for region in (*(() if circle.gitter.gewaehlt else regions), *((ALL,) if len(regions) != 1 or circle.gitter.gewaehlt else ())):
            back, number = (table.numbers.get((region, column), 0) for column in ("zurueck", ALL)) if table else (None, None)
            if table is not None and back is not None and number and table.carries(number):
                found[place if region == ALL else region][horizon] = Followed(number, back, *wilson(back, number))
    return dict(found)


def _punctuality(session: FallSession, cases: set[int], everybody: set[int], grid: Gitter) -> tuple[dict[str, dict[str, tuple[int, int]]], tuple[str, ...], Xmr | None]:
    """For each kind of task and region how many were done by their due time, of how many; and the reviews month by month."""
    least, shares_by_kind = grid.schwelle, dict[str, dict[str, tuple[int, int]]]()
    monthly: dict[str, Counter[bool]] = defaultdict(Counter)
    tasks = gehalten(session, "erledigt", Auswahl(), lambda: _tasks(session))
    for kind in KINDS:
        mine = [(fall, (region, PUNCTUAL if done <= due else "spät"), due) for fall, element, region, done, due in tasks if element in messpunkte()[kind] and fall in everybody]
        table = grid.tafel(f"puenktlich {kind}", [(fall, cell) for fall, cell, _ in mine if grid.gewaehlt or fall in cases], je_region=True)
        if table is not None:
            shares_by_kind[kind] = _shares(table, grid.gewaehlt)
        # Month by month filters would leave a few, and whoever subtracts them from everything has them; as would the sums that the table withholds.
        for fall, cell, due in mine if kind == KINDS[0] and not grid.gewaehlt and table is not None and _tells_sums(table) else ():
            monthly[due.astimezone(ZURICH).strftime("%Y-%m")][cell[1] == PUNCTUAL] += fall in cases
    spans = _spans(monthly, least)
    shares = [count[True] / count.total() for count in spans.values()]
    return shares_by_kind, tuple(spans), xmr(shares, least=0, most=1) if len(shares) > 1 else None


def _tells_sums(table: Published) -> bool:
    return None not in (number for cell, number in table.numbers.items() if cell[0] == ALL)


def _spans(monthly: Mapping[str, Counter[bool]], least: int) -> dict[str, Counter[bool]]:
    """Months, each with as many of the following as it takes until neither those in time nor the late ones are a few."""
    found: dict[str, Counter[bool]] = {}
    months: list[str] = []
    count: Counter[bool] = Counter()
    for month, one in sorted(monthly.items()):
        months.append(month)
        count = count + one
        if count.total() >= least and all(number >= least for number in count.values()):
            found[month if months[0] == month else f"{months[0]} bis {month}"] = count
            months, count = [], Counter()
    return found


def _shares(table: Published, gewaehlt: Collection[str]) -> dict[str, tuple[int, int]]:
    numbers = table.numbers
    regions = sorted({region for region, _ in numbers if region != ALL})
    # With the filter of a region the sum is that of the region; without, that of a single one is its own.
    with_sum = len(regions) != 1 if not gewaehlt else REGION not in gewaehlt
    pairs = {place: (numbers.get((place, PUNCTUAL), 0), numbers[place, ALL]) for place in [*([ALL] if with_sum else []), *regions]}
    return {KANTON if place == ALL else place: (done, of) for place, (done, of) in pairs.items() if done is not None and of and table.carries(of)}


def _tasks(session: FallSession) -> list[tuple[int, str, str, datetime, datetime]]:
    """Case, element, region, when done and when due, of every task that the figures look at."""
    wanted = frozenset().union(*(messpunkte()[kind] for kind in KINDS))
    query = select(Aufgabe.fall_id, Aufgabe.element, Aufgabe.region, Aufgabe.completed_at, Aufgabe.faellig_am)
    rows = session.execute(query.where(Aufgabe.element.in_(wanted), Aufgabe.zustand == "COMPLETED", Aufgabe.faellig_am.is_not(None), Aufgabe.completed_at <= augenblick(session).at))
    return [(fall_id, element, region, done, due) for fall_id, element, region, done, due in rows if done and due]


def _transitions(session: FallSession) -> list[tuple[int, Cell]]:
    """From one segment to the next of the same person; the same again is none."""
    query = select(Segmentzuordnung.fall_id, Segmentzuordnung.person_id, Segmentzuordnung.segment).order_by(Segmentzuordnung.id)
    segments: dict[tuple[int, str], list[str]] = defaultdict(list)
    for fall, person, segment in session.execute(query.where(Segmentzuordnung.id <= augenblick(session).segmentzuordnung)):
        segments[fall, person].append(segment)
    return [(fall, way) for (fall, _), own in segments.items() for way in pairwise(own) if way[0] != way[1]]
