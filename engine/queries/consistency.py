"""Whether every row of a case is exactly what its saved state says. Reads only.

What it finds is a defect of the engine, of the disk, or of somebody who wrote into the database by hand.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from engine.model.step import Step, Wait
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
    """The defects of all instances that the session sees, or of those numbered above ``after``; empty when the database holds together.

    Loads every case: for the operator, not for requests.
    """
    return [defect for nummer in numbers(session) if nummer > after for defect in check_one(session, nummer)]


def numbers(session: FallSession) -> list[int]:
    """The numbers of all instances that the session sees."""
    return list(session.scalars(select(Instanz.nummer).order_by(Instanz.nummer)))


def check_one(session: FallSession, nummer: int) -> list[Defect]:
    """The defects of one instance; none when it is gone meanwhile."""
    instanz = session.get(Instanz, nummer)
    return [] if instanz is None else [Defect(nummer, what) for what in _of(session, instanz)]


def step_of(session: FallSession, instanz: Instanz) -> Step:
    """The saved state as the runtime sees it, nothing being done to it."""
    return library.runtime(session, instanz.release_id, instanz.region).apply(instanz.state, _nothing)


def _nothing(case: Any) -> None:
    """Loading and saving is all."""


def _of(session: FallSession, instanz: Instanz) -> Iterator[str]:
    step = step_of(session, instanz)
    if step.state != instanz.state:
        yield "Der Zustand ändert sich, wenn er geladen und gespeichert wird."
    yield from _different("Offenes", _waits(step), _rows(session, instanz))
    yield from _different("Störungen", _troubles(step), _incidents(session, instanz))
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
    yield from (f"{what}: Dem Zustand nach wartet {one}, eine Zeile dafür fehlt." for one in (said - stored).elements())
    yield from (f"{what}: Eine Zeile nennt {one}, der Zustand nicht." for one in (stored - said).elements())


def _ending(instanz: Instanz, step: Step) -> Iterator[str]:
    if step.completed != (instanz.zustand != "active"):
        yield f"Die Zeile sagt «{instanz.zustand}», der Zustand ist {'zu Ende' if step.completed else 'nicht zu Ende'}."
    if (instanz.ended_at is None) != (instanz.zustand == "active"):
        yield f"Die Zeile sagt «{instanz.zustand}», als Ende steht {instanz.ended_at}."
    if instanz.has_incident != bool(step.incidents):
        yield f"Der Vermerk einer Störung ist {instanz.has_incident}, offene Störungen: {len(step.incidents)}."
    if not instanz.neben and (instanz.fall.abgeschlossen_am is None) != (instanz.zustand == "active"):
        yield f"Die Zeile sagt «{instanz.zustand}», abgeschlossen ist der Fall am {instanz.fall.abgeschlossen_am}."


def _closed(session: FallSession, instanz: Instanz) -> Iterator[str]:
    for task in session.scalars(select(Aufgabe).where(Aufgabe.instanz_nummer == instanz.nummer)):
        is_open = task.zustand == "CREATED"
        if (task.completed_at is None) != is_open or (task.completed_by is None) != (task.zustand != "COMPLETED"):
            yield f"Aufgabe {task.key} ist {task.zustand}, erledigt am {task.completed_at} von {task.completed_by}."
        sent = select(Entwurf).where(Entwurf.aufgabe_key == task.key, Entwurf.login == task.completed_by)
        if not is_open and session.scalars(sent).first():
            yield f"Aufgabe {task.key} ist {task.zustand} und hat noch einen Entwurf der Person, die sie erledigt hat."


def _history(session: FallSession, instanz: Instanz) -> Iterator[str]:
    rows = list(session.scalars(select(Verlauf).where(Verlauf.instanz_nummer == instanz.nummer).order_by(Verlauf.id)))
    if not any(event[0] == "activated" for row in rows[:1] for event in row.events):
        yield "Der Verlauf beginnt nicht damit, dass etwas eröffnet wird."
    done = Counter((row.command, row.element_key) for row in rows if row.command in ONCE)
    yield from (f"«{command}» {key} steht {count}-mal im Verlauf." for (command, key), count in done.items() if count > 1)
    happened = Counter((event[0], event[1]) for row in rows for event in row.events if event[0] in ("activated", "armed", "completed", "cancelled"))
    yield from (f"«{what}» {key} geschah {count}-mal." for (what, key), count in happened.items() if count > 1)
    if session.get(Fall, instanz.fall_id) is None:
        yield "Der Fall dazu fehlt."
