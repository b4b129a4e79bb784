"""One case goes to another release, or is found unable to: judged under its lock, each in a transaction of its own."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from engine.commands.stepping import advance, lock
from engine.model import calendar
from engine.model.errors import NotFound
from engine.model.step import Step
from engine.runtime import CannotMigrate, Hindernis, Umbau, Umgebaut, announce, definitions_in, rebuild
from engine.store import library
from engine.store.audit import log
from engine.store.library import Contents
from engine.store.session import FallSession
from engine.store.steps import Act
from engine.store.tables import Aufgabe, Incident, Instanz, Job, Subscription, Timer, Umstellung, Umstellungsfall

# What a mapping says of a single timer: its due time counts anew, or (``behalten``) stays.
NEU = "neu"


@dataclasses.dataclass(frozen=True)
class Urteil:
    """``kind`` is gut, entscheid, unmoeglich or vorbei; only with gut are there a new state and its step."""

    kind: str
    obstacles: tuple[Hindernis, ...] = ()
    rebuilt: Umgebaut | None = None
    step: Step | None = None


def judge(session: FallSession, plan: Umstellung, instanz: Instanz) -> Urteil:
    """What would become of the case; changes nothing."""
    if instanz.zustand != "active" or instanz.release_id != plan.quelle:
        return Urteil("vorbei")
    before, after = library.contents(session, plan.quelle), library.contents(session, plan.ziel)
    try:
        ways = [_way(plan, before, after, *running) for running in sorted(definitions_in(instanz.state))]
        rebuilt = rebuild(instanz.state, ways, with_new_deadlines=plan.fristen_neu)
        step = library.runtime(session, plan.ziel, instanz.region).apply(rebuilt.state, announce(rebuilt.cancelled))
    except CannotMigrate as refused:
        return _refused(refused.obstacles)
    obstacles = tuple(_missing(session, instanz, step, after))
    return _refused(obstacles) if obstacles else Urteil("gut", (), rebuilt, step)


def work(session: FallSession, key: int) -> None:
    """Judge a queued case, or take it over when its plan runs. A case that changed meanwhile is judged as it is now.

    Raises:
        NotFound: there is no such row any more.
    """
    row = session.scalar(select(Umstellungsfall).where(Umstellungsfall.key == key).execution_options(populate_existing=True))
    if row is None:
        raise NotFound("Der Fall der Umstellung")
    plan, instanz = session.get_one(Umstellung, row.umstellung_id), lock(session, row.instanz_nummer)
    found = judge(session, plan, instanz)
    row.urteil, row.gruende = found.kind, [[one.code, one.process, one.element, one.message] for one in found.obstacles]
    row.next_attempt_at, row.at = None, session.now
    if plan.zustand != "laeuft":
        row.zustand = "geprueft"
    elif found.rebuilt and found.step:
        _take_over(session, plan, instanz, found.rebuilt, found.step)
        row.zustand = "umgestellt"
    else:
        row.zustand = "abgelehnt"


def _way(plan: Umstellung, before: Contents, after: Contents, process: str, version: int) -> Umbau:
    source, chosen = before.find(process, version), plan.abbildung.get(process, {})
    moves = {old: one["nach"] for old, one in chosen.get("verlegt", {}).items()}
    try:
        target = after.find(process, version) if version != before.version(process) else after.find(process, after.version(process))
    except NotFound:
        message = f"der Prozess «{process}» ist in der neuen Freigabe nicht enthalten"
        raise CannotMigrate([Hindernis("prozess", process, "", message)]) from None
    if source is target or source.id == target.id:
        return Umbau(source, target)
    deadlines = {timer: told == NEU for timer, told in chosen.get("fristen", {}).items()}
    return Umbau(source, target, chosen.get("nach", {}), moves, frozenset(chosen.get("endet", ())), deadlines)


def _refused(obstacles: tuple[Hindernis, ...]) -> Urteil:
    return Urteil("entscheid" if all(one.needs_decision for one in obstacles) else "unmoeglich", obstacles)


def _missing(session: FallSession, instanz: Instanz, step: Step, after: Contents) -> Iterator[Hindernis]:
    """What the first step on the new release would lack. Its incidents are named without their text: that may hold values."""
    known = set(session.scalars(select(Incident.key).where(Incident.instanz_nummer == instanz.nummer)))
    for incident in step.incidents:
        if incident.key not in known:
            yield Hindernis("stoerung", incident.process, incident.element, f"«{_named(after, incident.process, incident.element)}» bliebe sofort mit einer Störung stehen ({incident.kind})")
    for wait in step.waits:
        form = wait.request.get("formId") if wait.kind == "user task" else None
        if form and after.bound("form", form, wait.request.get("formVersionTag")) is None:
            yield Hindernis("formular", wait.process, wait.element, f"das Formular «{form}» zu «{_named(after, wait.process, wait.element)}» fehlt in der neuen Freigabe")


def _named(contents: Contents, process: str, id: str) -> str:
    """What the diagram calls the step."""
    element = contents.element(process, id)
    return (element.name if element else "") or id


def _take_over(session: FallSession, plan: Umstellung, instanz: Instanz, rebuilt: Umgebaut, step: Step) -> None:
    before = _places(session, instanz)
    _bring_along(session, plan, instanz, step)
    contents = library.contents(session, plan.ziel)
    instanz.state, instanz.release_id, instanz.version = rebuilt.state, plan.ziel, contents.version(instanz.process)
    session.flush()
    values = {
        "umstellung": plan.id,
        "von": plan.quelle,
        "nach": plan.ziel,
        "vorher": before,
        "nachher": sorted({wait.element for wait in step.waits}),
        "verlegt": _moves(plan, before),
        "gestartet_von": plan.gestartet_von,
    }
    name = f"Von Freigabe {plan.quelle} auf Freigabe {plan.ziel}"
    advance(session, instanz, announce(rebuilt.cancelled), Act("migrate", name=name, values=values))
    log(session, "write", f"Umstellung {plan.id}", fall_id=instanz.fall_id, region=instanz.region)


def _places(session: FallSession, instanz: Instanz) -> list[str]:
    found: set[str] = set()
    for table in (Aufgabe, Timer, Subscription, Job, Incident):
        rows = select(table.element).where(table.instanz_nummer == instanz.nummer)
        found |= set(session.scalars(rows.where(Aufgabe.zustand == "CREATED") if table is Aufgabe else rows))
    return sorted(found)


def _moves(plan: Umstellung, places: list[str]) -> list[dict[str, str]]:
    """Which of the case's steps were moved, where to, and why."""
    moves = [(old, one) for chosen in plan.abbildung.values() for old, one in chosen.get("verlegt", {}).items()]
    return [{"von": old, "nach": one["nach"], "grund": one["grund"]} for old, one in moves if old in places]


def _bring_along(session: FallSession, plan: Umstellung, instanz: Instanz, step: Step) -> None:
    """The rows of what stays open, in the words of the new version; who has a task, its draft and its due time stay."""
    contents = library.contents(session, plan.ziel)
    waits = {wait.key: wait for wait in step.waits}
    row: Any
    for table in (Aufgabe, Timer, Subscription, Job):
        for row in session.scalars(select(table).where(table.instanz_nummer == instanz.nummer, table.key.in_(waits))):
            wait = waits[row.key]
            row.element = wait.element
            if isinstance(row, Aufgabe):
                element = contents.element(wait.process, wait.element, wait.version)
                row.name, row.process_version = (element.name if element else "") or wait.element, wait.version
                row.form_id, row.form_tag = wait.request.get("formId"), wait.request.get("formVersionTag")
            elif isinstance(row, Timer):
                _new_deadline(row, wait.request)
            elif isinstance(row, Subscription):
                row.name, row.correlation = wait.request["value"], wait.request.get("correlation")
            else:
                row.type, row.headers = str(wait.request["type"]), dict(wait.request["headers"])
    stuck = {one.key: one for one in step.incidents}
    for incident in session.scalars(select(Incident).where(Incident.instanz_nummer == instanz.nummer, Incident.key.in_(stuck))):
        incident.element = stuck[incident.key].element


def _new_deadline(row: Timer, request: Any) -> None:
    """Counted from when it began, as for a case that began on the new version."""
    if (row.kind, row.value) == (request["kind"], request["value"]):
        return
    row.kind, row.value = request["kind"], request["value"]
    row.due_at = calendar.due_at(row.kind, row.value, row.started_at, row.fired, previous=None)  # type: ignore[arg-type]
    row.next_attempt_at = row.due_at
