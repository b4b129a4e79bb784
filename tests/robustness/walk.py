"""Random work on many cases: whoever walks takes any case and does something that may be done to it just now."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from engine import commands
from engine.model.access import system
from engine.model.clock import FixedClock
from engine.model.errors import FallflussError
from engine.store.session import Database, FallSession
from engine.store.tables import Aufgabe, Incident, Instanz, Job, Subscription, Timer, Verlauf

PROCESSES = ("antrag", "klemmt", "schlaufe", "auftrag", "ruf", "hoert", "phasen", "eile", "familie")
PERSONEN = ({"name": "Muster", "vorname": "Anna", "rolle_ue": "antragstellend"}, {"name": "Muster", "vorname": "Beat", "rolle_ue": "kind"})


@dataclass(frozen=True)
class Intent:
    """What shall be done: a command, the key or case it is for, and what it brings along. JSON throughout, so that it can be repeated."""

    command: str
    target: Any
    values: Any


# What was done: the rows of history that say so, each as [id, command, element key, instance]. Commands that change nothing leave none.
Rows = list[list[Any]]
Choice = Callable[[FallSession, random.Random], Intent | None]


class Walk:
    """One walker, acting under the name of its seed. ``step`` plans in one transaction and acts in the next, as people do whose page is a little old."""

    def __init__(self, database: Database, clock: FixedClock, seed: int | str, *, tasks: int = 8):
        self.database, self.clock, self.tasks = database, clock, tasks
        self.chosen = random.Random(seed)
        self.name = str(seed)
        self.access = system(self.name)
        self.number = 0

    def plan(self) -> Intent | None:
        with self.database.read(self.access) as session:
            number = session.scalar(select(func.count()).select_from(Aufgabe).where(Aufgabe.zustand == "CREATED")) or 0
            choice = self._open if number < self.tasks else self.chosen.choices(CHOICES, WEIGHTS)[0]
            return choice(session, self.chosen)

    def act(self, intent: Intent) -> Rows | None:
        """Do it; None when it is refused by name."""
        mine = select(Verlauf).where(Verlauf.by == self.access.konto).order_by(Verlauf.id)
        try:
            with self.database.begin(self.access) as session:
                before = session.scalar(select(func.max(Verlauf.id)).where(Verlauf.by == self.access.konto)) or 0
                _DOERS[intent.command](session, intent)
                session.flush()
                return [[row.id, row.command, row.element_key, row.instanz_nummer] for row in session.scalars(mine.where(Verlauf.id > before))]
        except FallflussError:
            return None

    def pause(self) -> timedelta:
        return timedelta(minutes=self.chosen.choice((1, 5, 60, 60 * 24 * 3)))

    def step(self) -> Rows | None:
        self.clock.at += self.pause()
        intent = self.plan()
        return self.act(intent) if intent else None

    def _open(self, session: FallSession, chosen: random.Random) -> Intent:
        self.number += 1
        process = chosen.choice(PROCESSES)
        values: dict[str, Any] = {"dauer": "P2D", "personen": [dict(person) for person in chosen.sample(PERSONEN, chosen.randint(1, 2))]}
        name = f"{self.name}-{self.number}"
        return Intent("open_case", name, {**values, "grund": name, "process": process, "punkte": chosen.choice((None, 3, 8))})


def _task(session: FallSession, chosen: random.Random) -> Intent | None:
    task = _any(session, chosen, select(Aufgabe).where(Aufgabe.zustand == "CREATED"))
    punkte = chosen.choice((3, 9, None))
    raw = {"ok": chosen.random() < 0.5, "bemerkung": f"b{chosen.randrange(99)}", "fertig": chosen.random() < 0.2, "notiz": "n", "punkte": punkte}
    return Intent("complete_task", task.key, raw) if task else None


def _claim(session: FallSession, chosen: random.Random) -> Intent | None:
    task = _any(session, chosen, select(Aufgabe).where(Aufgabe.zustand == "CREATED"))
    return Intent(chosen.choice(("claim", "unclaim", "save_draft")), task.key, {"notiz": "halb"}) if task else None


def _timer(session: FallSession, chosen: random.Random) -> Intent | None:
    timer = session.scalars(select(Timer).where(Timer.due_at <= session.now).order_by(Timer.due_at).limit(1)).first()
    return Intent("fire_timer", timer.key, None) if timer else None


def _message(session: FallSession, chosen: random.Random) -> Intent | None:
    found = _any(session, chosen, select(Subscription).where(Subscription.kind == "message"))
    values = {"von": "aussen", "message_id": f"m{chosen.randrange(10**9)}"}
    return Intent("correlate", [found.name, found.correlation], values) if found else None


def _job(session: FallSession, chosen: random.Random) -> Intent | None:
    job = _any(session, chosen, select(Job).where(Job.retries > 0))
    if job is None:
        return None
    command = chosen.choices(("complete_job", "fail_job", "throw_job_error"), (3, 2, 1))[0]
    values = {"complete_job": {"beleg": 1}, "fail_job": job.retries - 1, "throw_job_error": chosen.choice(("nein", "anderes"))}[command]
    return Intent(command, job.key, values)


def _incident(session: FallSession, chosen: random.Random) -> Intent | None:
    found = _any(session, chosen, select(Incident))
    return Intent("resolve_incident", found.key, None) if found else None


def _correction(session: FallSession, chosen: random.Random) -> Intent | None:
    task = _any(session, chosen, select(Aufgabe).where(Aufgabe.zustand == "CREATED"))
    case = _any(session, chosen, select(Instanz).where(Instanz.zustand == "active"))
    if case is None:
        return None
    local = task is not None and chosen.random() < 0.5
    scope = task.key if task is not None and local else case.key
    return Intent("set_variables", scope, {"values": {"punkte": chosen.randint(1, 9)}, "local": local})


def _cancel(session: FallSession, chosen: random.Random) -> Intent | None:
    case = _any(session, chosen, select(Instanz).where(Instanz.zustand == "active"))
    return Intent("cancel_case", case.fall_id, "Wegzug") if case else None


def _any(session: FallSession, chosen: random.Random, query: Any) -> Any:
    found = list(session.scalars(query))
    return chosen.choice(found) if found else None


CHOICES: tuple[Choice, ...] = (_task, _claim, _timer, _message, _job, _incident, _correction, _cancel)
WEIGHTS = (10, 2, 6, 5, 5, 3, 1, 0.3)


def _open_case(session: FallSession, intent: Intent) -> None:
    raw = dict(intent.values)
    commands.open_case(session, "SDOL", raw, process=raw.pop("process"), request_id=intent.target)


def _set_variables(session: FallSession, intent: Intent) -> None:
    commands.set_variables(session, intent.target, intent.values["values"], local=intent.values["local"])


def _correlate(session: FallSession, intent: Intent) -> None:
    name, correlation = intent.target
    values = dict(intent.values)
    commands.correlate(session, name, correlation, message_id=values.pop("message_id"), variables=values)


def _save_draft(session: FallSession, intent: Intent) -> None:
    commands.claim(session, intent.target)
    commands.save_draft(session, intent.target, intent.values, revision=0)


_DOERS: dict[str, Callable[[FallSession, Intent], Any]] = {
    "open_case": _open_case,
    "complete_task": lambda s, i: commands.complete_task(s, i.target, i.values),
    "claim": lambda s, i: commands.claim(s, i.target),
    "unclaim": lambda s, i: commands.unclaim(s, i.target),
    "save_draft": _save_draft,
    "fire_timer": lambda s, i: commands.fire_timer(s, i.target),
    "correlate": _correlate,
    "complete_job": lambda s, i: commands.complete_job(s, i.target, i.values),
    "fail_job": lambda s, i: commands.fail_job(s, i.target, "ging nicht", retries=i.values),
    "throw_job_error": lambda s, i: commands.throw_job_error(s, i.target, i.values),
    "resolve_incident": lambda s, i: commands.resolve_incident(s, i.target),
    "set_variables": _set_variables,
    "cancel_case": lambda s, i: commands.cancel_case(s, i.target, i.values),
}
