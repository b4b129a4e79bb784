"""Whether every row of a case is exactly what its saved state says. Reads only; what it finds is a defect of the engine."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from engine.model.step import Step, Wait
from engine.runtime.case import Case
from engine.store import library
from engine.store.session import FallSession
from engine.store.tables import Aufgabe, Entwurf, Fall, Incident, Instanz, Job, Subscription, Timer, Verlauf

# What can be done to one key only once; the others (a claim, a correction) may come again.
ONCE = ("open_case", "complete_task", "complete_job", "fire_timer", "correlate", "signal", "cancel_case")


@dataclass(frozen=True)
class Defect:
    """``instanz_nummer`` of the case concerned, and what is wrong with it."""

    instanz_nummer: int
    what: str


def check(session: FallSession, *, after: int = 0) -> list[Defect]:
    """The defects of all cases that the session sees, or of those numbered above ``after``; empty when the database holds together.

    Loads every case: for the operator, not for requests.
    """
    cases = session.scalars(select(Instanz).where(Instanz.nummer > after).order_by(Instanz.nummer))
    return [Defect(instanz.nummer, what) for instanz in cases for what in _of(session, instanz)]


def step_of(session: FallSession, instanz: Instanz) -> Step:
    """The saved state as the runtime sees it, nothing being done to it."""
    return library.runtime(session, instanz.release_id, instanz.region).apply(instanz.state, _nothing)


def _nothing(case: Case) -> None:
    """Loading and saving is all."""


def _of(session: FallSession, instanz: Instanz) -> Iterator[str]:
    step = step_of(session, instanz)
    if step.state != instanz.state:
        yield "the state changes by loading and saving it"
    yield from _different("waits", _waits(step), _rows(session, instanz))
    yield from _different("incidents", _troubles(step), _incidents(session, instanz))
    yield from _ending(instanz, step)
    yield from _closed(session, instanz)
    yield from _history(session, instanz)


def _waits(step: Step) -> Counter[str]:
    return Counter(_as_text(wait.kind, wait.key, wait.process, wait.element, _asked(wait)) for wait in step.waits)


def _asked(wait: Wait) -> list[Any]:
    request = wait.request
    if wait.kind == "user task":
        return [request.get("formId"), request.get("candidateGroups") or [], request.get("candidateUsers") or []]
    if wait.kind == "timer":
        return [request["kind"], request["value"], request["fired"]]
    if wait.kind == "job":
        return [request["type"], dict(request["headers"])]
    return [request["value"], request.get("correlation")]


def _rows(session: FallSession, instanz: Instanz) -> Counter[str]:
    mine = instanz.nummer
    found: Counter[str] = Counter()
    for a in session.scalars(select(Aufgabe).where(Aufgabe.instanz_nummer == mine, Aufgabe.zustand == "CREATED")):
        found[_as_text("user task", a.key, a.process, a.element, [a.form_id, a.candidate_groups, a.candidate_users])] += 1
    for t in session.scalars(select(Timer).where(Timer.instanz_nummer == mine)):
        found[_as_text("timer", t.key, t.process, t.element, [t.kind, t.value, t.fired])] += 1
    for j in session.scalars(select(Job).where(Job.instanz_nummer == mine)):
        found[_as_text("job", j.key, j.process, j.element, [j.type, j.headers])] += 1
    for s in session.scalars(select(Subscription).where(Subscription.instanz_nummer == mine)):
        found[_as_text(s.kind, s.key, s.process, s.element, [s.name, s.correlation])] += 1
    return found


def _troubles(step: Step) -> Counter[str]:
    return Counter(_as_text(i.kind, i.key, i.process, i.element, i.message) for i in step.incidents)


def _incidents(session: FallSession, instanz: Instanz) -> Counter[str]:
    rows = list(session.scalars(select(Incident).where(Incident.instanz_nummer == instanz.nummer)))
    return Counter(_as_text(i.kind, i.key, i.process, i.element, i.message) for i in rows)


def _as_text(*parts: Any) -> str:
    return json.dumps(parts, ensure_ascii=False)


def _different(what: str, said: Counter[str], stored: Counter[str]) -> Iterator[str]:
    yield from (f"{what}: the state has {one}, no row says so" for one in (said - stored).elements())
    yield from (f"{what}: a row says {one}, the state does not" for one in (stored - said).elements())


def _ending(instanz: Instanz, step: Step) -> Iterator[str]:
    if step.completed != (instanz.zustand != "active"):
        yield f"zustand is {instanz.zustand}, but the state is {'over' if step.completed else 'not over'}"
    if (instanz.ended_at is None) != (instanz.zustand == "active"):
        yield f"zustand is {instanz.zustand}, ended_at {instanz.ended_at}"
    if instanz.has_incident != bool(step.incidents):
        yield f"has_incident is {instanz.has_incident}, open incidents: {len(step.incidents)}"
    if (instanz.fall.abgeschlossen_am is None) != (instanz.zustand == "active"):
        yield f"zustand is {instanz.zustand}, the Fall was closed on {instanz.fall.abgeschlossen_am}"


def _closed(session: FallSession, instanz: Instanz) -> Iterator[str]:
    for task in session.scalars(select(Aufgabe).where(Aufgabe.instanz_nummer == instanz.nummer)):
        is_open = task.zustand == "CREATED"
        if (task.completed_at is None) != is_open or (task.completed_by is None) != (task.zustand != "COMPLETED"):
            yield f"task {task.key} is {task.zustand}, completed at {task.completed_at} by {task.completed_by}"
        sent = select(Entwurf).where(Entwurf.aufgabe_key == task.key, Entwurf.login == task.completed_by)
        if not is_open and session.scalars(sent).first():
            yield f"task {task.key} is {task.zustand} and still has a draft of who sent it"


def _history(session: FallSession, instanz: Instanz) -> Iterator[str]:
    rows = list(session.scalars(select(Verlauf).where(Verlauf.instanz_nummer == instanz.nummer).order_by(Verlauf.id)))
    if [row.command for row in rows[:1]] != ["open_case"]:
        yield "the history does not begin with open_case"
    done = Counter((row.command, row.element_key) for row in rows if row.command in ONCE)
    yield from (f"{command} {key} stands {count} times in the history" for (command, key), count in done.items() if count > 1)
    happened = Counter((event[0], event[1]) for row in rows for event in row.events if event[0] in ("activated", "armed", "completed", "cancelled"))
    yield from (f"{what} {key} happened {count} times" for (what, key), count in happened.items() if count > 1)
    if session.get(Fall, instanz.fall_id) is None:
        yield "its Fall is missing"
