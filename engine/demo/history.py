"""Months of work in a few seconds: cases open, people work, timers fire, each at its own virtual moment, by the real commands."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from functools import partial
from random import Random
from typing import Any

from sqlalchemy import select

from engine import commands, queries
from engine.cases.formkontext import form_context
from engine.commands import start_form
from engine.demo.answers import fill
from engine.demo.households import household
from engine.demo.people import REGIONEN, worker, worker_of, workers
from engine.model.access import system
from engine.model.calendar import ZURICH
from engine.model.clock import FixedClock
from engine.model.errors import NobodyWaits, NotFound, TaskNotOpen
from engine.scheduling.due import next_due, run_due
from engine.store.session import Database
from engine.store.tables import Aufgabe, Subscription

CASES = 40
MONTHS = 20
# Of every so many tasks one stays lying until after its due date.
LATE = 8
# What is left lying in the last weeks, and how often, so that short phases have cases too and Fallführung has something to do.
LYING = {
    "ziele_vereinbaren": 0.4,
    "standort_bewerten": 0.4,
    "abloesung_erfassen": 0.7,
    "abschlussgespraech_fuehren": 0.6,
    "fall_abschliessen": 0.8,
}
LAST_WEEKS = timedelta(days=42)
# Messages from outside: how likely one comes while a case waits for it, and after how many days.
MESSAGES = {"unterlagen.vollstaendig": (0.9, 3, 25), "ereignis.wesentlich": (0.06, 20, 80), "wiederbedarf": (0.08, 30, 120)}


@dataclass(order=True)
class Plan:
    """Something that somebody will do at a moment of virtual time."""

    at: datetime
    order: int
    act: Callable[[], None] = field(compare=False)


class History:
    """One virtual stretch of time on one database whose clock is ``clock``; the same seed and end give the same cases."""

    def __init__(self, database: Database, clock: FixedClock, *, seed: int):
        self.database = database
        self.clock = clock
        self.rng = Random(seed)
        self.plans: list[Plan] = []
        self.seen: set[int] = set()
        self.count = 0
        self.until = clock.at

    def run(self, until: datetime, *, cases: int = CASES) -> Iterator[datetime]:
        """Live through the time up to ``until``; gives the virtual moment after each event."""
        self.until = until
        for number, start in enumerate(self._starts(until, cases)):
            self._plan(start, partial(self._open, number))
        while (moment := self._next()) is not None and moment <= until:
            self.clock.at = max(moment, self.clock.at)
            if self.plans and self.plans[0].at <= self.clock.at:
                heapq.heappop(self.plans).act()
            else:
                self._run_due()
            self._plan_what_is_new()
            yield self.clock.at
        self.clock.at = until

    def _run_due(self) -> None:
        run_due(self.database)

    def _starts(self, until: datetime, cases: int) -> list[datetime]:
        """More of them recently, so that every phase has some; the last ones yesterday."""
        days = sorted((int(MONTHS * 30 * ((n + 0.2) / cases) ** 1.35) + 1 for n in range(cases)), reverse=True)
        return [office_hour(until - timedelta(days=ago), self.rng) for ago in days]

    def _next(self) -> datetime | None:
        due = next_due(self.database)
        return min((at for at in (due, self.plans[0].at if self.plans else None) if at is not None), default=None)

    def _plan(self, at: datetime, act: Callable[[], None]) -> None:
        self.count += 1
        heapq.heappush(self.plans, Plan(at, self.count, act))

    def _open(self, number: int) -> None:
        region = list(REGIONEN)[0 if number % 3 else 1]
        access = worker(region, ["intake"]) or system()
        with self.database.begin(access) as session:
            given = household(self.rng, region, number, session.now.astimezone(ZURICH).date())
            form = start_form(session)
            raw = fill(form, form_context(session, form, region), given=given, rng=self.rng, now=session.now) if form else given
            commands.open_case(session, region, raw)

    def _plan_what_is_new(self) -> None:
        with self.database.read(system("demo")) as session:
            tasks = session.scalars(select(Aufgabe).where(Aufgabe.created_at >= session.now, Aufgabe.zustand == "CREATED").order_by(Aufgabe.key))
            for task in [task for task in tasks if task.key not in self.seen]:
                self._plan_task(task)
            waiting = session.scalars(select(Subscription).where(Subscription.created_at >= session.now).order_by(Subscription.key))
            for subscription in [row for row in waiting if row.key not in self.seen]:
                self._plan_message(subscription)

    def _plan_task(self, task: Aufgabe) -> None:
        self.seen.add(task.key)
        if self.until - self.clock.at < LAST_WEEKS and self.rng.random() < LYING.get(task.element, 0):
            return
        days = self.rng.randint(32, 50) if self.rng.randrange(LATE) == 0 else self.rng.choice((1, 1, 2, 2, 3, 4, 5, 6, 8, 11))
        self._plan(office_hour(self.clock.at + timedelta(days=days), self.rng), partial(self._complete, task.key))

    def _complete(self, key: int) -> None:
        with self.database.read(system("demo")) as session:
            access = worker_of(session, key) or system("demo")
        try:
            with self.database.begin(access) as session:
                view = queries.task(session, key)
                raw: dict[str, Any] = fill(view.form, view.values, given=self._given(view.fall.region), rng=self.rng, now=session.now) if view.form else {}
                commands.complete_task(session, key, raw)
        except (TaskNotOpen, NotFound):
            return  # a boundary event was faster, as it happens to people

    def _given(self, region: str) -> dict[str, Any]:
        """Whoever assigns the case names one of the region's Fallführung."""
        return {"fallfuehrung": self.rng.choice(workers(region, ["fallfuehrung"])).konto}

    def _plan_message(self, row: Subscription) -> None:
        self.seen.add(row.key)
        if row.kind != "message" or row.name not in MESSAGES or row.correlation is None:
            return
        likely, shortest, longest = MESSAGES[row.name]
        if self.rng.random() < likely:
            at = office_hour(self.clock.at + timedelta(days=self.rng.randint(shortest, longest)), self.rng)
            self._plan(at, partial(self._correlate, row.name, row.correlation))

    def _correlate(self, name: str, correlation: str) -> None:
        try:
            with self.database.begin(system("demo")) as session:
                commands.correlate(session, name, correlation, {})
        except NobodyWaits:
            return  # the case went on meanwhile


def office_hour(at: datetime, rng: Random) -> datetime:
    """Some moment of that day between 8 and 17 in Zurich, on Monday if it is a weekend."""
    day = at.astimezone(ZURICH).date()
    day += timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)
    return datetime.combine(day, time(rng.randint(8, 16), rng.randint(0, 59)), ZURICH).astimezone(UTC)
