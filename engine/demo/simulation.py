"""Years of work for evaluations: the quantities of the process description, chapter 13, lived by the real engine on a virtual clock."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from functools import cache, partial
from importlib.resources import files
from math import exp, log
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import bindparam, func, select

from engine import commands, queries
from engine.cases.formkontext import form_context
from engine.cases.vertretung import FALLFUEHRUNG
from engine.commands import start_form
from engine.commands.tasks import open_task
from engine.definitions.forms import Form, walk
from engine.demo.answers import fill
from engine.demo.history import CASES, History, office_hour
from engine.demo.households import FAMILIES, FIRST_NAMES, tell_apart
from engine.demo.umgebung import Umgebung, staff
from engine.model.access import Access, system
from engine.model.calendar import ZURICH
from engine.model.clock import FixedClock
from engine.model.errors import FallflussError, NotFound, TaskNotOpen
from engine.scheduling.due import next_due, next_due_in, run_due
from engine.store.prepared import Call, Prepared
from engine.store.session import Database, FallSession
from engine.store.tables import OFFEN, Aufgabe, Fall, Gemeinde, Region, Subscription, Uebergabe, Uebergabeangebot, Verlauf

MONTH = timedelta(days=30.4375)
QUANTITIES = Path(__file__).with_name("mengen.toml")
# The field by which a review decides how a case goes on, whichever step asks for it.
DECISION = "sb_entscheid"
ASSIGNED = "fallfuehrung"
DETACHED = "abloesung_erfassen"
NEEDED_AGAIN = "wiederbedarf"


class NotEmpty(FallflussError):
    """A simulation fills a fresh database only."""

    def __init__(self, what: str = "Fälle") -> None:
        super().__init__(f"In dieser Datenbank gibt es schon {what}. Es wurde nichts geändert. Für die Simulation eine neue wählen: DATABASE_URL=sqlite:///var/simulation.db")


@dataclass(frozen=True)
class Effects:
    """What is planted in some regions, to see whether measures find it: factors on the duration of benefit, on working time and on relapse."""

    dauer: Mapping[str, float] = field(default_factory=dict)
    arbeit: Mapping[str, float] = field(default_factory=dict)
    rueckfall: Mapping[str, float] = field(default_factory=dict)


@dataclass
class Course:
    """What fate holds for one case: when it can end, and when it comes back (None: never)."""

    region: str
    number: int
    household: Mapping[str, Any]
    ends: datetime
    returns_after: timedelta | None


def simulate(
    database: Database,
    clock: FixedClock,
    until: datetime,
    *,
    cases: int,
    regions: Sequence[str] = (),
    seed: int = 1,
    effects: Effects | None = None,
    progress: Callable[[float], None] = lambda part: None,
) -> None:
    """Open ``cases`` cases between the clock's moment and ``until`` and live through all that follows.

    Definitions must be released and regions loaded; ``clock`` is the database's. Deterministic for the same seed and period.

    Raises:
        NotEmpty: there are cases already.
        NotFound: a region does not exist.
    """
    with database.read(system("simulation")) as session:
        if session.scalar(select(func.count(Fall.id))):
            raise NotEmpty
    began = clock.at
    for moment in Simulation(database, clock, seed=seed, regions=regions, effects=effects or Effects()).run(until, cases=cases):
        progress((moment - began) / (until - began))
    progress(1.0)


class Simulation(History):
    """A ``History`` whose arrivals, households, durations and returns follow the quantities of the canton."""

    def __init__(self, database: Database, clock: FixedClock, *, seed: int, regions: Sequence[str], effects: Effects):
        super().__init__(database, clock, seed=seed)
        self.began = clock.at
        self.effects = effects
        self.quantities = tomllib.loads(QUANTITIES.read_text(encoding="utf-8"))
        self.courses: dict[int, Course] = {}
        self.leaders: dict[int, str | None] = {}
        self.opened = 0
        # Who took which task over, and by what chance: of its own, so that it leaves everything else as it is.
        self.taken: dict[int, Access] = {}
        self.takers = Random(f"{seed} uebernehmen")
        self.last_row = 0
        # Whether what is new was planned already, in the transaction that made it.
        self.is_planned = False
        self.due = next_due(database)
        with database.read(system("simulation")) as session:
            known = set(session.scalars(select(Region.kuerzel)))
            self.places = {region: list(session.scalars(select(Gemeinde.bfs_nr).where(Gemeinde.region == region, Gemeinde.gueltig_bis.is_(None)))) for region in known}
        missing = [region for region in regions if region not in known]
        if missing:
            raise NotFound(f"Die Sozialregion «{missing[0]}»")
        self.regions = list(regions or sorted(known))
        self.weights = [weights().get(region, 1.0) for region in self.regions]
        self.staff = staff(database, self.regions)
        self.around = Umgebung(self, self.quantities, {region: self.places[region] for region in self.regions}, seed=seed)

    def run(self, until: datetime, *, cases: int = CASES) -> Iterator[datetime]:
        self.around.of_regions()
        yield from super().run(until, cases=cases)

    # Arrivals

    def _starts(self, until: datetime, cases: int) -> list[datetime]:
        """Independent arrivals over the period, more of them on Mondays and in January."""
        arrival = self.quantities["anmeldung"]
        days = max((until - self.began).days - 1, 1)
        dates = [self.began + timedelta(days=day) for day in range(days)]
        weights = [(arrival["spitze_montag"] if d.weekday() == 0 else 1.0) * (arrival["spitze_januar"] if d.month == 1 else 1.0) for d in dates]
        return sorted(office_hour(day, self.rng) for day in self.rng.choices(dates, weights, k=cases))

    def _open(self, number: int) -> None:
        region = self.rng.choices(self.regions, self.weights)[0]
        self._begin(region, self._household(region, number))

    def _begin(self, region: str, household: Mapping[str, Any]) -> None:
        with self.database.begin(Access(f"intake.{region.lower()}", {region: frozenset({"intake"})})) as session:
            form = start_form(session)
            raw = fill(form, form_context(session, form, region), given=household, rng=self.rng, now=session.now) if form else dict(household)
            ref = commands.open_case(session, region, raw)
        self.opened += 1
        self.courses[ref.fall_id] = self._course(region, household)
        self.around.of_case(ref.fall_id, region)

    def _course(self, region: str, household: Mapping[str, Any]) -> Course:
        duration = self.quantities["dauer"]
        months = exp(self.rng.gauss(log(duration["median_monate"]), duration["sigma"])) * self.effects.dauer.get(region, 1.0)
        ends = self.clock.at + min(months, 600) * MONTH
        return Course(region, self.opened, household, ends, self._return(self.effects.rueckfall.get(region, 1.0)))

    def _return(self, factor: float) -> timedelta | None:
        chance, relapse = self.rng.random(), self.quantities["rueckfall"]
        for share, earliest, latest in ((relapse["bis_6"], 0.4, 5.8), (relapse["bis_12"], 6.2, 12.0), (relapse["bis_24"], 12.0, 24.0)):
            if chance < share * factor:
                return self.rng.uniform(earliest, latest) * MONTH
        return None

    def _household(self, region: str, number: int) -> dict[str, Any]:
        given, today = self.quantities["haushalt"], self.clock.at.astimezone(ZURICH).date()
        size = self.rng.choices((1, 2, 3, self.rng.randint(4, 6)), given["groessen"])[0]
        roles = ["antragstellend", *(["partner"] if size > 1 and self.rng.random() < given["partner"] else [])]
        roles += ["kind"] * (size - len(roles))
        personen = [self._person(FAMILIES[number % len(FAMILIES)], role, today) for role in roles]
        tell_apart(personen)
        # By it a case that is opened again after the Abschluss is recognised.
        personen[0]["ahvn13"] = ahvn13(self.rng.randrange(10**9))
        return {"personen": personen, "gemeinde_bfs": self.rng.choice(self.places[region]), "adresse": f"Musterweg {self.rng.randint(1, 99)}"}

    def _person(self, family: str, role: str, today: Any) -> dict[str, Any]:
        sex = self.rng.choice(tuple(FIRST_NAMES))
        age = self.rng.randint(0, 17) if role == "kind" else min(64, max(18, round(self.rng.gauss(38, 12))))
        born = today - timedelta(days=age * 365 + self.rng.randint(30, 330))
        groups = self.quantities["haushalt"]["personengruppen"]
        group = self.rng.choices(tuple(groups), tuple(groups.values()))[0]
        first = self.rng.choice(FIRST_NAMES[sex])
        return {"name": family, "vorname": first, "geburtsdatum": born.isoformat(), "geschlecht": sex, "rolle_ue": role, "personengruppe": group}

    # Work

    def _run_due(self) -> None:
        run_due(self.database, watch=self._plan_what_is_new_in)

    def _plan_what_is_new(self) -> None:
        if not self.is_planned:
            with self.database.read(system("simulation")) as session:
                self._plan_what_is_new_in(session)
        self.is_planned = False

    def _plan_what_is_new_in(self, session: FallSession) -> None:
        """Only of the instances in which something happened since: years of closed cases cost nothing."""
        (new,) = session.read_rows(Call(_NEW, [{"last": self.last_row}]))
        self.last_row = max((id for id, _ in new.rows), default=self.last_row)
        touched = sorted({nummer for _, nummer in new.rows if nummer is not None})
        tasks, messages = _of(session, (_TASKS, _MESSAGES), touched)
        self.due = next_due_in(session)
        self.is_planned = True
        for leader, key, fall_id, *rest in tasks:
            self.leaders[fall_id] = leader
            if key not in self.seen:
                self._plan_work(key, fall_id, *rest)
        for message in [row for row in messages if row[0] not in self.seen]:
            self._plan_wait(*message)

    def _next(self) -> datetime | None:
        planned = self.plans[0].at if self.plans else None
        return min((at for at in (self.due, planned) if at is not None), default=None)

    def _plan_work(self, key: int, fall_id: int, region: str, element: str, groups: Sequence[str]) -> None:
        self.seen.add(key)
        who = Access(f"{groups[0]}.{region.lower()}.{fall_id % 7}", {region: frozenset(groups)}) if groups else system("simulation")
        at = office_hour(self.clock.at + timedelta(days=self._days(region)), self.rng)
        self._plan(at, partial(self._do, key, fall_id, element, who))
        if self.takers.random() < self.quantities["arbeit"]["uebernehmen"]:
            self._plan(self.clock.at + (at - self.clock.at) * self.takers.random(), partial(self._take, key, fall_id, who))

    def _days(self, region: str) -> float:
        work = self.quantities["arbeit"]
        if self.rng.random() < work["liegen_bleiben"]:
            return float(self.rng.randint(*work["tage_liegen"]))
        return max(0.1, exp(self.rng.gauss(log(work["median_tage"]), work["sigma"])) * self.effects.arbeit.get(region, 1.0))

    def _take(self, key: int, fall_id: int, access: Access) -> None:
        """Take a task over before doing it, as some do; from then on it is theirs, whoever becomes responsible for the case."""
        access = self._responsible(fall_id, access)
        try:
            with self.database.begin(access) as session:
                commands.claim(session, key)
        except (TaskNotOpen, NotFound):
            return
        self.taken[key] = access

    def _do(self, key: int, fall_id: int, element: str, access: Access) -> None:
        access = self.taken.pop(key) if key in self.taken else self._responsible(fall_id, access)
        try:
            with self.database.begin(access) as session:
                held = open_task(session, key)  # brings at once what both of the following need, as long as somebody holds it
                view = queries.task(session, key, has_draft=False)
                given = {**self._decided(fall_id, view.form), **self._assigned(view.fall.region, view.form)}
                send = partial(commands.complete_task, session, key)
                if view.form:
                    fill(view.form, view.values, given=given, rng=self.rng, now=session.now, send=send)
                else:
                    send({})
                del held
                if element != DETACHED:  # whose return is planned first
                    self._plan_what_is_new_in(session)
        except (TaskNotOpen, NotFound):
            return  # a boundary event was faster, as it happens to people
        if element == DETACHED and fall_id in self.courses:
            self._detached(fall_id)

    def _responsible(self, fall_id: int, access: Access) -> Access:
        """What is the Fallführung's is done by whoever was made responsible for the case; nobody else sees it."""
        if access.everywhere or not any(held & FALLFUEHRUNG for held in access.rollen.values()):
            return access
        return Access(self.leaders.get(fall_id) or access.konto, access.rollen)

    def _assigned(self, region: str, form: Form | None) -> dict[str, Any]:
        if not _asks_for(form, ASSIGNED):
            return {}
        return {ASSIGNED: self.around.rng.choice(self.staff[region])}

    def _decided(self, fall_id: int, form: Form | None) -> dict[str, Any]:
        if not _asks_for(form, DECISION):
            return {}
        if self.clock.at >= self._fate(fall_id).ends:
            return {DECISION: "abloesung"}
        return {DECISION: "neu_segmentieren" if self.rng.random() < self.quantities["arbeit"]["neu_segmentieren"] else "weiter"}

    def _fate(self, fall_id: int) -> Course:
        """Where a household moves, its fate goes along; a case that an advice led to gets one of its own."""
        if fall_id not in self.courses:
            with self.database.read(system("simulation")) as session:
                offer = select(Uebergabeangebot.uebergabe_nr).where(Uebergabeangebot.fall_id == fall_id)
                before = session.scalar(select(Uebergabe.fall_id).where(Uebergabe.uebergabe_nr.in_(offer)))
                region = session.get_one(Fall, fall_id).region
            found = self.courses.get(before or 0)
            self.courses[fall_id] = found or self._course(region, self._household(region, fall_id))
        return self.courses[fall_id]

    def _detached(self, fall_id: int) -> None:
        """Whoever comes back within half a year takes the case up again; later it is a new one."""
        course = self.courses[fall_id]
        if course.returns_after is None:
            return
        at = office_hour(self.clock.at + course.returns_after, self.rng)
        if course.returns_after < 6 * MONTH:
            self._plan(at, partial(self._take_up, fall_id))
        else:
            self._plan(at, partial(self._begin, course.region, course.household))
        course.returns_after = None

    def _take_up(self, fall_id: int) -> None:
        with self.database.read(system("simulation")) as session:
            fall = session.get_one(Fall, fall_id)
        course = self.courses[fall_id]
        self.courses[fall_id] = self._course(course.region, course.household)
        self._correlate(NEEDED_AGAIN, fall.fall_nr)

    def _plan_wait(self, key: int, instanz: int, name: str) -> None:
        self.seen.add(key)
        self.around.of_message(instanz, key, name)


def _asks_for(form: Form | None, key: str) -> bool:
    return form is not None and key in {getattr(one, "key", None) for one in walk(form.components)}


# Asked after every event: put together once. Of the instance with that number, open tasks and waits for messages in the order of their keys.
_NEW = Prepared(select(Verlauf.id, Verlauf.instanz_nummer).where(Verlauf.id > bindparam("last")))
_TASKS = Prepared(
    select(Fall.fallfuehrung, Aufgabe.key, Aufgabe.fall_id, Aufgabe.region, Aufgabe.element, Aufgabe.candidate_groups)
    .join(Fall, Fall.id == Aufgabe.fall_id)
    .where(Aufgabe.instanz_nummer == bindparam("nummer"), Aufgabe.zustand == OFFEN)
    .order_by(Aufgabe.key)
)
_MESSAGES = Prepared(
    select(Subscription.key, Subscription.instanz_nummer, Subscription.name)
    .where(Subscription.instanz_nummer == bindparam("nummer"), Subscription.kind == "message")
    .order_by(Subscription.key)
)


def _of(session: FallSession, statements: Sequence[Prepared], touched: Sequence[int]) -> list[list[tuple[Any, ...]]]:
    """The rows that each statement gives of these instances, all of them asked in one go."""
    found = iter(session.read_rows(*(Call(statement, [{"nummer": nummer}]) for statement in statements for nummer in touched)))
    return [[row for _ in touched for row in next(found).rows] for _ in statements]


def ahvn13(number: int) -> str:
    """An AHV number that nobody has given out, with its check digit."""
    digits = f"756{number:09d}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    whole = f"{digits}{(10 - total % 10) % 10}"
    return f"{whole[:3]}.{whole[3:7]}.{whole[7:11]}.{whole[11:]}"


@cache
def weights() -> Mapping[str, float]:
    """Cases per year of each region, as the canton's list estimates them."""
    text = (files("engine.store") / "data" / "sozialregionen.csv").read_text(encoding="utf-8-sig")
    return {row["kuerzel"]: float(row["annahme_dossiers_jahr"] or 1) for row in csv.DictReader(text.splitlines())}


def period(until: datetime, months: int) -> datetime:
    """The beginning, 08:00 in Zurich, of a period of so many months that ends at ``until``."""
    day = (until - months * MONTH).astimezone(ZURICH).date()
    return datetime.combine(day, time(8), ZURICH).astimezone(UTC)
