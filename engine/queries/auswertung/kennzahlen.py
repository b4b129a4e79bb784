"""The figures of the evaluation (process description, chapter 12), each with its definition, its number of cases and its data.

They read traces (``Spur``), tasks and segments; the statistics are those of ``engine.statistics``. Months are of 30.4375 days.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import inf
from typing import TypeVar

from sqlalchemy import select

from engine.model.calendar import ZURICH
from engine.queries.auswertung.auswahl import Auswahl
from engine.queries.auswertung.gehalten import gehalten
from engine.queries.auswertung.gelesen import je_spur
from engine.queries.auswertung.messpunkte import messpunkte
from engine.queries.auswertung.regeln import regeln
from engine.queries.auswertung.schutz import REGION, Gitter, alle, gitter, spuren
from engine.queries.auswertung.zellschutz import schwelle
from engine.statistics.competing import Followed, followed
from engine.statistics.control import Xmr, xmr
from engine.statistics.permutation import Comparison, compare
from engine.statistics.suppression import ALL, Cell, Published
from engine.statistics.survival import Curve, Point, Spell, Test, kaplan_meier, log_rank
from engine.statistics.tails import until
from engine.store.session import FallSession
from engine.store.tables import Aufgabe, Region, Segmentzuordnung, Spur

MONTH = 30.4375 * 86_400
# Relapse is looked at after so many months; the first says whether an exit was sustained.
HORIZONS = (6, 12, 24)
KANTON = "Kanton"
PUNCTUAL = "pünktlich"
KINDS = ("standortbestimmung", "kurzassessment")
# Up to here the mean duration of benefit is restricted: beyond, hardly anybody was observed.
DURATION_HORIZON = 24.0
RETURNED = "rueckkehr"
# At these months a table says how many are still under observation.
MONATE = (0, 6, 12, 24, 36, 60)

T = TypeVar("T")


@dataclass(frozen=True)
class Course:
    """One case for the figures: ``months`` until the Ablösung or until now, whether it came, and what followed in months since (None: nothing).

    ``observed`` is how long after the Ablösung the case could be looked at.
    """

    region: str
    fall_id: int
    months: float
    is_over: bool
    returned: float | None
    observed: float


@dataclass(frozen=True)
class Figures:
    """Everything at one instant. Curves and shares that rest on fewer cases than ``threshold`` are left out.

    ``until`` is up to how many months each curve may be told: beyond, its own tail or that of another would tell of a few. ``regeln`` says what
    the rules of overridden proposals are about.
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

    def points(self, place: str) -> list[Point]:
        """The steps of a curve that may be told."""
        return [point for point in self.durations[place].points if point.time <= self.until[place]]

    def at_risk(self, place: str, month: float) -> int | None:
        """How many are under observation after so many months, None where that is withheld."""
        number = self.durations[place].at_risk(month)
        return number if month <= self.until[place] or not number else None

    def remaining(self, place: str, month: float) -> float | None:
        """The share still drawing benefit after so many months, None where that is withheld."""
        return self.durations[place].share(month) if self.at_risk(place, month) else None


def figures(session: FallSession, auswahl: Auswahl) -> Figures:
    """The figures of the chosen cases, in the regions that the session sees; trial runs are in none.

    ``KANTON`` stands for all of them together.
    """
    return gehalten(session, "kennzahlen", auswahl, lambda: _figures(session, auswahl))


def _figures(session: FallSession, auswahl: Auswahl) -> Figures:
    least, chosen, grid = schwelle(session), spuren(session, auswahl), gitter(session, auswahl)
    courses = [_course(spur, session.now) for spur in chosen]
    # With filters, what a table must not give away is a matter of everybody's cases.
    everybody = courses if not grid.gewaehlt else [_course(spur, session.now) for spur in spuren(session, alle(auswahl))]
    place, whole = auswahl.region or KANTON, {one.fall_id for one in everybody}
    durations = _curves(courses, least) if not grid.gewaehlt else _curve(courses, everybody, grid, place)
    cases = {spur.fall_id for spur in chosen}
    punctual, months, reviews = _punctuality(session, cases, grid)
    overrides = _overrides(session, whole, grid)
    found = Figures(
        at=session.now, threshold=least, number=len(courses), durations=durations, until=_until(courses, everybody, durations, grid),
        log_rank=_tested(courses, durations), pilot=_pilot(session, durations), relapse=_relapse(courses, everybody, grid, place), punctual=punctual,
        reviews=reviews, months=months, transitions=grid.tafel("wechsel", [one for one in _transitions(session) if one[0] in whole]), overrides=overrides,
        regeln=regeln(session, {code for code, _ in overrides["regel"].numbers if code != ALL} if "regel" in overrides else ()),
    )  # fmt: skip
    return _as_among_all(found, figures(session, alle(auswahl)), auswahl.region) if grid.is_region else found


def _as_among_all(found: Figures, everybody: Figures, region: str) -> Figures:
    """Of a single region what the canton's figures tell of it, no more and no less."""

    def row(of: Mapping[str, T]) -> dict[str, T]:
        return {region: of[region]} if region in of else {}

    return replace(found, durations=row(everybody.durations), until=row(everybody.until), relapse=row(everybody.relapse))


def _curve(courses: Sequence[Course], everybody: Sequence[Course], grid: Gitter, place: str) -> dict[str, Curve]:
    """With filters: of the chosen together, where neither those whose benefit ended nor the others are few."""
    table = None if grid.is_region else grid.tafel("dauer", [(one.fall_id, (str(one.is_over),)) for one in everybody])
    is_told = table is not None and all(table.numbers.get((str(is_over),), 0) is not None for is_over in (True, False)) and table.numbers.get((str(True),))
    return {place: kaplan_meier(_spells(courses))} if is_told else {}


def _course(spur: Spur, now: datetime) -> Course:
    """From the beginning to the last Ablösung that was not taken back at once; the first return after the first Ablösung counts as the relapse."""
    began = spur.begonnen_am.timestamp()
    exits, returns = _exits(spur), _returns(spur)
    until = min(exits, default=None)
    back = min((moment for moment in returns if until is not None and moment >= until), default=None)
    end = until if until is not None else (spur.beendet_am or now).timestamp()
    return Course(
        region=spur.region,
        fall_id=spur.fall_id,
        months=max(0.0, (end - began) / MONTH),
        is_over=until is not None,
        returned=None if until is None or back is None else (back - until) / MONTH,
        observed=0.0 if until is None else (now.timestamp() - until) / MONTH,
    )


def _moments(spur: Spur, point: str) -> list[float]:
    wanted = messpunkte()[point]
    return [float(ended) for element, _, _, _, ended, _, end in spur.schritte if element in wanted and end == "c" and ended is not None]


@je_spur
def _exits(spur: Spur) -> list[float]:
    return _moments(spur, "abloesung")


@je_spur
def _returns(spur: Spur) -> list[float]:
    return _moments(spur, RETURNED)


def _grouped(courses: Iterable[Course]) -> dict[str, list[Course]]:
    found: dict[str, list[Course]] = defaultdict(list)
    for course in courses:
        found[KANTON].append(course)
        found[course.region].append(course)
    # The figure of a single region is not the canton's.
    return {name: group for name, group in sorted(found.items()) if name != KANTON or len(found) > 2}


def _spells(courses: Iterable[Course]) -> list[Spell]:
    return [(course.months, course.is_over) for course in courses]


def _curves(courses: Sequence[Course], least: int) -> dict[str, Curve]:
    """For each region with enough cases of which enough ended: every step of a curve would otherwise tell of one person."""
    groups = _grouped(courses)
    ended = {name: sum(one.is_over for one in group) for name, group in groups.items()}
    return {name: kaplan_meier(_spells(groups[name])) for name in _visible(ended, least)}


def _visible(numbers: Mapping[str, int], least: int) -> list[str]:
    """The canton and the regions with enough; what the canton's figure leaves for the others together is enough, too, or nothing."""
    shown = [name for name, number in numbers.items() if number >= least]
    hidden = [number for name, number in numbers.items() if name not in shown]
    rest = sorted((name for name in shown if name != KANTON), key=lambda name: numbers[name])
    while KANTON in shown and rest and 0 < sum(hidden) < least:
        hidden.append(numbers[rest[0]])
        shown.remove(rest.pop(0))
    return shown


def _until(courses: Sequence[Course], everybody: Sequence[Course], shown: Mapping[str, Curve], grid: Gitter) -> dict[str, float]:
    parts: dict[str, list[float]] = defaultdict(list)
    for course in courses:
        parts[course.region].append(course.months)
    if grid.gewaehlt:
        # Of the chosen only their own curve is told; what subtracting others would leave shows in the table of everybody.
        ends = until({name: [one.months for one in courses] for name in shown}, shown, whole="", threshold=grid.schwelle)
        most = _last_with_filters(everybody, grid) if shown else 0.0
        return {name: min(end, most) for name, end in ends.items()}
    return until(parts, shown, whole=KANTON, threshold=grid.schwelle)


def _last_with_filters(everybody: Sequence[Course], grid: Gitter) -> float:
    """The curves of other choices can be subtracted, too: a curve is told as long as it may be told how many are left under observation."""
    spans = [str(sum(one.months >= month for month in MONATE)) for one in everybody]
    table = grid.tafel("beobachtung", [(one.fall_id, (span,)) for one, span in zip(everybody, spans, strict=True)])
    last = 0.0
    for number, month in enumerate(MONATE[1:], start=1):
        if table is None or table.numbers.get((str(number),), 0) is None:
            return last
        last = month
    return inf if table is not None and table.numbers.get((str(len(MONATE)),), 0) is not None else last


def _tested(courses: Sequence[Course], shown: Mapping[str, Curve]) -> Test | None:
    groups = {name: _spells(group) for name, group in _grouped(courses).items() if name in shown and name != KANTON}
    return log_rank(groups) if len(groups) > 1 else None


def _pilot(session: FallSession, durations: Mapping[str, Curve]) -> Comparison | None:
    """Pilot regions against the others by the mean duration of each, restricted to two years; whole regions are exchanged."""
    means = {name: curve.restricted_mean(DURATION_HORIZON) for name, curve in durations.items() if name != KANTON}
    pilots = frozenset(session.scalars(select(Region.kuerzel).where(Region.pilot))) & means.keys()
    return compare(means, pilots) if pilots and len(pilots) < len(means) else None


def _relapse(courses: Sequence[Course], everybody: Sequence[Course], grid: Gitter, place: str) -> dict[str, dict[int, Followed]]:
    """After each horizon, where neither those who came back nor those who did not are few, and the canton gives no region away."""
    found: dict[str, dict[int, Followed]] = defaultdict(dict)
    for horizon in () if grid.is_region else HORIZONS:
        if grid.gewaehlt:
            table = grid.tafel(f"rueckfall {horizon}", [(one.fall_id, (_ended(one, horizon),)) for one in everybody if one.is_over and one.observed >= horizon])
            if table is not None and all(number is not None for number in table.numbers.values()):
                found[place][horizon] = _returned(courses, horizon)
            continue
        shares = {name: _returned(group, horizon) for name, group in _grouped(courses).items()}
        safe = {name: min(part for part in (one.count, one.number - one.count, one.number) if part or part == one.number) for name, one in shares.items()}
        for name in _visible(safe, grid.schwelle):
            found[name][horizon] = shares[name]
    return dict(found)


def _ended(one: Course, horizon: float) -> str:
    return RETURNED if one.returned is not None and one.returned <= horizon else ""


def _returned(courses: Iterable[Course], horizon: int) -> Followed:
    over = [one for one in courses if one.is_over]
    outcomes = [(one.observed, None) if one.returned is None else (one.returned, RETURNED) for one in over]
    return followed(outcomes, RETURNED, horizon, observed=[one.observed for one in over])


def _punctuality(session: FallSession, cases: set[int], grid: Gitter) -> tuple[dict[str, dict[str, tuple[int, int]]], tuple[str, ...], Xmr | None]:
    """For each kind of task and region how many were done by their due time, of how many; and the reviews month by month."""
    least, shares_by_kind = grid.schwelle, dict[str, dict[str, tuple[int, int]]]()
    monthly: dict[str, Counter[bool]] = defaultdict(Counter)
    tasks = _tasks(session)
    for kind in KINDS:
        mine = [(fall, (region, PUNCTUAL if done <= due else "spät"), due) for fall, element, region, done, due in tasks if element in messpunkte()[kind]]
        table = grid.tafel(f"puenktlich {kind}", [(fall, cell) for fall, cell, _ in mine if grid.gewaehlt or fall in cases], je_region=True)
        if table is not None:
            shares_by_kind[kind] = _shares(table, grid.gewaehlt)
        # Month by month filters would leave a few, and whoever subtracts them from everything has them.
        for fall, cell, due in mine if kind == KINDS[0] and not grid.gewaehlt else ():
            monthly[due.astimezone(ZURICH).strftime("%Y-%m")][cell[1] == PUNCTUAL] += fall in cases
    spans = _spans(monthly, least)
    shares = [count[True] / count.total() for count in spans.values()]
    return shares_by_kind, tuple(spans), xmr(shares, least=0, most=1) if len(shares) > 1 else None


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
    return {KANTON if place == ALL else place: (done, of) for place, (done, of) in pairs.items() if done is not None and of}


def _tasks(session: FallSession) -> list[tuple[int, str, str, datetime, datetime]]:
    """Case, element, region, when done and when due, of every task that the figures look at."""
    wanted = frozenset().union(*(messpunkte()[kind] for kind in KINDS))
    query = select(Aufgabe.fall_id, Aufgabe.element, Aufgabe.region, Aufgabe.completed_at, Aufgabe.faellig_am)
    rows = session.execute(query.where(Aufgabe.element.in_(wanted), Aufgabe.zustand == "COMPLETED", Aufgabe.faellig_am.is_not(None)))
    return [(fall_id, element, region, done, due) for fall_id, element, region, done, due in rows if done and due]


def _segments(session: FallSession) -> dict[tuple[int, str], list[Segmentzuordnung]]:
    found: dict[tuple[int, str], list[Segmentzuordnung]] = defaultdict(list)
    for row in session.scalars(select(Segmentzuordnung).order_by(Segmentzuordnung.id)):
        found[row.fall_id, row.person_id].append(row)
    return found


def _transitions(session: FallSession) -> list[tuple[int, Cell]]:
    """From one segment to the next of the same person; the same again is none."""
    return [
        (before.fall_id, (before.segment, after.segment))
        for rows in _segments(session).values()
        for before, after in zip(rows, rows[1:], strict=False)
        if before.segment != after.segment
    ]


def _overrides(session: FallSession, cases: set[int], grid: Gitter) -> dict[str, Published]:
    """By region, and by rule: proposals that were followed and those that were overridden."""
    rows = [row for rows in _segments(session).values() for row in rows if row.regel and row.vorschlag and row.fall_id in cases]
    ends = [("gefolgt" if row.segment == row.vorschlag else "übersteuert", row) for row in rows]
    tables = {
        "region": grid.tafel("übersteuert region", [(row.fall_id, (row.region, end)) for end, row in ends], je_region=True),
        "regel": grid.tafel("übersteuert regel", [(row.fall_id, (row.regel, end)) for end, row in ends]),
    }
    return {name: table for name, table in tables.items() if table is not None}
