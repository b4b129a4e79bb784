"""Writes the outcome of one runtime step: state, open tasks, timers, subscriptions, jobs, incidents and history, all together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, delete, literal, select, union_all

from engine.model import calendar
from engine.model.step import Event, Step, Wait
from engine.store.library import Contents
from engine.store.session import FallSession
from engine.store.tables import Aufgabe, Entwurf, Incident, Instanz, Job, Subscription, Timer, Verlauf

TABLES: dict[str, Any] = {table.__tablename__: table for table in (Aufgabe, Timer, Subscription, Job)}


@dataclass(frozen=True)
class Act:
    """What somebody or something did; becomes one row of history.

    ``fired`` is the timer that came due: a cycle that goes on is computed from its beginning.
    """

    command: str
    key: int | None = None
    element: str | None = None
    name: str = ""
    person_name: str | None = None
    values: Mapping[str, Any] | None = None
    fired: Timer | None = None


@dataclass(frozen=True)
class Person:
    """For whom of the household a task is."""

    person_id: str
    name: str


def save_step(
    session: FallSession, instanz: Instanz, step: Step, act: Act, *, contents: Contents, persons: Mapping[int, Person]
) -> None:
    """Bring all rows of the instance in line with ``step`` and append to its history.

    ``persons`` maps keys of new tasks to the person they are for. The caller owns the transaction and holds the instance locked.
    """
    # One flush for everything: each costs the library more than the statements it sends.
    with session.no_autoflush:
        known = _open_keys(session, instanz)
        wanted = {wait.key for wait in step.waits}
        _remove(session, {key: table for key, table in known.items() if key not in wanted}, step.events)
        new = [wait for wait in step.waits if wait.key not in known]
        session.add_all(_row(session, instanz, wait, act, contents, persons.get(wait.key)) for wait in new)
        _replace_incidents(session, instanz, step)
    instanz.state = step.state
    if step.completed:
        instanz.zustand = "terminated" if act.command == "cancel_case" else "completed"
        instanz.ended_at = session.now
    session.add(_history(session, instanz, step, act))


def record(session: FallSession, instanz: Instanz, act: Act) -> None:
    """Append something to the history that moved no token, such as a claim."""
    session.add(_verlauf(session, instanz, act, events=[], changes=[]))


def _open_keys(session: FallSession, instanz: Instanz) -> dict[int, Any]:
    """All open waits of the instance, read in one statement."""
    return {key: TABLES[name] for key, name in session.execute(_OPEN_KEYS, {"nummer": instanz.nummer})}


def _open_statement() -> Any:
    parts = []
    for name, table in TABLES.items():
        is_open = [Aufgabe.zustand == "CREATED"] if table is Aufgabe else []
        parts.append(select(table.key, literal(name)).where(table.instanz_nummer == bindparam("nummer"), *is_open))
    return union_all(*parts)


def _remove(session: FallSession, gone: Mapping[int, Any], events: Iterable[Event]) -> None:
    by_table: dict[Any, list[int]] = {}
    for key, table in gone.items():
        by_table.setdefault(table, []).append(key)
    tasks = by_table.pop(Aufgabe, [])
    for table, keys in by_table.items():
        _delete(session, table, table.key, keys)
    if tasks:
        _end_tasks(session, tasks, {event.key for event in events if event.what == "cancelled"})
        # Others may have typed into the same form: theirs stay until they have seen what was sent instead.
        own = delete(Entwurf).where(Entwurf.aufgabe_key.in_(tasks), Entwurf.login == session.access.konto)
        session.execute(own, execution_options={"synchronize_session": False})


def _delete(session: FallSession, table: Any, column: Any, keys: list[int]) -> None:
    session.execute(delete(table).where(column.in_(keys)), execution_options={"synchronize_session": False})


def _end_tasks(session: FallSession, keys: list[int], cancelled: set[int]) -> None:
    """What was not taken away was done, even when its output mapping still waits for a correction."""
    for key in keys:
        # The task somebody works on is in the session already; only those that go with it are fetched.
        task = session.get_one(Aufgabe, key)
        is_done = key not in cancelled
        task.zustand, task.completed_at = ("COMPLETED" if is_done else "CANCELED"), session.now
        task.completed_by = session.access.konto if is_done else None


def _replace_incidents(session: FallSession, instanz: Instanz, step: Step) -> None:
    if not step.incidents and not any(event.what == "incident" for event in step.events) and not instanz.has_incident:
        return
    known = set(session.scalars(select(Incident.key).where(Incident.instanz_nummer == instanz.nummer)))
    open_now = {incident.key: incident for incident in step.incidents}
    again = {event.key for event in step.events if event.what == "incident"}
    stale = [key for key in known if key not in open_now or key in again]
    if stale:
        session.execute(delete(Incident).where(Incident.key.in_(stale)))
    for key, incident in open_now.items():
        if key not in known or key in stale:
            session.add(
                Incident(
                    key=key,
                    instanz_nummer=instanz.nummer,
                    region=instanz.region,
                    process=incident.process,
                    element=incident.element,
                    kind=incident.kind,
                    message=incident.message,
                    created_at=session.now,
                )
            )
    instanz.has_incident = bool(open_now)


def _row(session: FallSession, instanz: Instanz, wait: Wait, act: Act, contents: Contents, person: Person | None) -> Any:
    common = {
        "key": wait.key,
        "instanz_nummer": instanz.nummer,
        "region": instanz.region,
        "process": wait.process,
        "element": wait.element,
        "created_at": session.now,
    }
    if wait.kind == "user task":
        return _aufgabe(instanz, wait, contents, person, common)
    if wait.kind == "timer":
        return _timer(session.now, wait, act, common)
    if wait.kind == "job":
        return Job(
            **common,
            kind=wait.request.get("kind", "BPMN_ELEMENT"),
            listener_event=wait.request.get("listenerEventType"),
            type=str(wait.request["type"]),
            retries=wait.request["retries"],
            headers=dict(wait.request["headers"]),
            next_attempt_at=session.now,
        )
    return Subscription(**common, kind=wait.kind, name=wait.request["value"], correlation=wait.request.get("correlation"))


def _aufgabe(instanz: Instanz, wait: Wait, contents: Contents, person: Person | None, common: Mapping[str, Any]) -> Aufgabe:
    request = wait.request
    element = contents.element(wait.process, wait.element, wait.version)
    return Aufgabe(
        **common,
        fall_id=instanz.fall_id,
        fall_nr=instanz.fall.fall_nr,
        name=(element.name if element else "") or wait.element,
        process_version=wait.version,
        person_id=person.person_id if person else None,
        person_name=person.name if person else None,
        form_id=request.get("formId"),
        form_tag=request.get("formVersionTag"),
        assignee=request.get("assignee"),
        candidate_groups=request.get("candidateGroups") or [],
        candidate_users=request.get("candidateUsers") or [],
        priority=int(request.get("priority") or 50),
        faellig_am=_until(request.get("dueDate")),
        wiedervorlage_am=_until(request.get("followUpDate")),
    )


def _until(text: str | None) -> datetime | None:
    """A plain date runs until the end of that day in Zurich."""
    if not text:
        return None
    return calendar.end_of_day(date.fromisoformat(text)) if len(text) == len("2026-01-31") else calendar.parse_instant(text)


def _timer(now: datetime, wait: Wait, act: Act, common: Mapping[str, Any]) -> Timer:
    request = wait.request
    fired = act.fired
    if fired is not None and (fired.element, fired.fired + 1) == (wait.element, request["fired"]):
        started, previous = fired.started_at, fired.due_at
    else:
        started, previous = now, None
    due = calendar.due_at(request["kind"], request["value"], started, request["fired"], previous=previous)
    return Timer(
        **common,
        kind=request["kind"],
        value=request["value"],
        fired=request["fired"],
        started_at=started,
        due_at=due,
        next_attempt_at=due,
    )


def _history(session: FallSession, instanz: Instanz, step: Step, act: Act) -> Verlauf:
    events = [[e.what, e.key, e.element, e.type, e.process, e.version] for e in step.events]
    changes = [[c.scope, c.name, c.before, c.after, c.created] for c in step.changes]
    return _verlauf(session, instanz, act, events=events, changes=changes)


def _verlauf(session: FallSession, instanz: Instanz, act: Act, *, events: list[Any], changes: list[Any]) -> Verlauf:
    return Verlauf(
        fall_id=instanz.fall_id,
        instanz_nummer=instanz.nummer,
        region=instanz.region,
        at=session.now,
        by=session.access.konto,
        command=act.command,
        element=act.element,
        element_key=act.key,
        name=act.name,
        person_name=act.person_name,
        values=dict(act.values) if act.values is not None else None,
        events=events,
        changes=changes,
    )


# Built once: putting the statement together costs more than running it.
_OPEN_KEYS = _open_statement()
