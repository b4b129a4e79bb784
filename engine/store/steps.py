"""Writes the outcome of one runtime step: state, open tasks, timers, subscriptions, jobs, incidents and history, all together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import Any, TypeVar

from sqlalchemy import bindparam, delete, func, literal, select, union_all, update
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.orm.util import identity_key

from engine.model import calendar
from engine.model.step import Step, Wait
from engine.store import parameter
from engine.store.library import Contents
from engine.store.prepared import Call, Prepared, Sent, insertion
from engine.store.session import FallSession
from engine.store.tables import OFFEN, Aufgabe, Entwurf, Fall, Incident, Instanz, Job, Subscription, Timer, Verlauf

TABLES: dict[str, Any] = {table.__tablename__: table for table in (Aufgabe, Timer, Subscription, Job, Entwurf)}


W = TypeVar("W", Aufgabe, Timer, Job)

# Where a session keeps what was open when it locked an instance, until the instance's next step.
_HELD = "open_rows"
# … and of which task, timer or job it then read the row.
_LOCKED = "locked_with"


@dataclass(frozen=True)
class Act:
    """What somebody or something did; becomes one row of history.

    ``fired`` is the timer that came due: a cycle that goes on is computed from its beginning. ``im_namen_von`` is the absent person
    somebody stood in for.
    """

    command: str
    key: int | None = None
    element: str | None = None
    name: str = ""
    person_name: str | None = None
    values: Mapping[str, Any] | None = None
    fired: Timer | None = None
    im_namen_von: str | None = None


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
    wanted = {wait.key for wait in step.waits}
    open_rows = _open_rows(session, instanz)
    known, gone = {key for _, key in open_rows}, [(table, key) for table, key in open_rows if key not in wanted]
    calls = _Calls()
    _delete(calls, gone, session.access.konto)
    _end_tasks(session, calls, [key for table, key in gone if table is Aufgabe], step, act)
    for wait in sorted(step.waits, key=attrgetter("kind")):
        if wait.key not in known:
            table, values = _row(session, instanz, wait, act, contents, persons.get(wait.key))
            calls.add(_INSERT[table], values)
    calls.add(_INSERT[Verlauf], _history(session, instanz, step, act))
    _save_state(session, calls, instanz, step, act)
    _replace_incidents(session, instanz, step)


class _Calls:
    """What is to be written, in its order; rows of one table that follow each other go as one statement."""

    def __init__(self) -> None:
        self.found: list[Call] = []

    def add(self, statement: Prepared, values: Mapping[str, Any]) -> None:
        if self.found and self.found[-1].statement is statement:
            self.found[-1].values.append(values)
        else:
            self.found.append(Call(statement, [values]))


def locked(session: FallSession, nummer: int) -> Instanz | None:
    """The instance, locked with its Fall until the transaction ends; None where there is none to be seen.

    The same statements tell how current the parameters in memory are, and what is open: every step needs it, and asking costs a round trip.
    """
    found, open_rows = session.read_rows(Call(_LOCK, [{"nummer": nummer}]), _what_is_open(session, nummer))
    return _locked(session, found, open_rows)


def locked_with(session: FallSession, nummer: int, cls: type[W], key: int) -> tuple[Instanz | None, W | None]:
    """The locked instance, and with it the task, timer or job of that key as it is then; asked of the database once until the next step."""
    known = _known(session, nummer, cls, key)
    if known is not None:
        return known
    found, waiting, open_rows = session.read_rows(Call(_LOCK, [{"nummer": nummer}]), Call(_WAITING[cls], [{"key": key}]), _what_is_open(session, nummer))
    instanz = _locked(session, found, open_rows)
    row = session.known(cls, waiting.rows[0]) if instanz is not None and waiting.rows else None
    if row is not None:
        session.held[_LOCKED] = (cls, key)
    return instanz, row


def is_held(session: FallSession, nummer: int) -> bool:
    """Whether this transaction has locked the instance, and has made no step with it since."""
    return nummer in session.held.get(_HELD, {})


def _known(session: FallSession, nummer: int, cls: type[W], key: int) -> tuple[Instanz, W] | None:
    """Both as they were locked already: nobody else has changed them since."""
    if not is_held(session, nummer) or session.held.get(_LOCKED) != (cls, key):
        return None
    instanz, row = (session.identity_map.get(identity_key(*one)) for one in ((Instanz, nummer), (cls, key)))
    return None if instanz is None or row is None else (instanz, row)


def _locked(session: FallSession, found: Sent, open_rows: Sent) -> Instanz | None:
    instanz = _instanz(session, found.rows[0]) if found.rows else None
    if instanz is not None:
        session.held[_HELD] = {instanz.nummer: open_rows.rows}
    return instanz


def _instanz(session: FallSession, row: Sequence[Any]) -> Instanz | None:
    end = len(Instanz.__table__.columns)
    instanz, fall = session.known(Instanz, row[:end]), session.known(Fall, row[end:-1])
    if instanz is None or fall is None:
        return None
    set_committed_value(instanz, "fall", fall)
    parameter.note_stand(session, row[-1])
    return instanz


def record(session: FallSession, instanz: Instanz, act: Act) -> None:
    """Append something to the history that moved no token, such as a claim."""
    session.add(Verlauf(**_verlauf(session, instanz, act, events=[], changes=[])))


def forget_open(session: FallSession) -> None:
    """Read again what is open: rows were changed otherwise than by a step."""
    session.held.pop(_HELD, None)


def _open_rows(session: FallSession, instanz: Instanz) -> list[tuple[Any, int]]:
    """Table and key of all that the instance waits for, and of the drafts that whoever acts has of its open tasks.

    Others may have typed into the same form: theirs stay until they have seen what was sent instead.
    """
    found = session.held.pop(_HELD, {}).get(instanz.nummer)
    if found is None:
        found = session.read_rows(_what_is_open(session, instanz.nummer))[0].rows
    return [(TABLES[name], key) for key, name in found]


def _what_is_open(session: FallSession, nummer: int) -> Call:
    return Call(_OPEN, [{"nummer": nummer, "konto": session.access.konto}])


def _open_statement() -> Any:
    parts = []
    for name, table in TABLES.items():
        rows = select(_key(table), literal(name))
        if table is Entwurf:
            rows = rows.join_from(Entwurf.__table__, Aufgabe.__table__).where(Entwurf.login == bindparam("konto"))
        is_open = [Aufgabe.zustand == OFFEN] if table in (Aufgabe, Entwurf) else []
        owner = Aufgabe if table is Entwurf else table
        parts.append(rows.where(owner.instanz_nummer == bindparam("nummer"), *is_open))
    return union_all(*parts)


def _delete_statement(table: Any) -> Any:
    own = [Entwurf.login == bindparam("konto")] if table is Entwurf else []
    return delete(table).where(_key(table) == bindparam("gone"), *own)


def _key(table: Any) -> Any:
    """The column with the key of what is waited for; a draft bears its task's."""
    return table.aufgabe_key if table is Entwurf else table.key


def _delete(calls: _Calls, gone: Iterable[tuple[Any, int]], konto: str) -> None:
    for table, key in gone:
        if table is not Aufgabe:  # tasks stay: they were done or taken away
            calls.add(_DELETE[table], {"gone": key, "konto": konto})


def _end_tasks(session: FallSession, calls: _Calls, keys: Iterable[int], step: Step, act: Act) -> None:
    """What was not taken away was done, even when its output mapping still waits for a correction. Who completes a task has it."""
    cancelled = {event.key for event in step.events if event.what == "cancelled"}
    for key in keys:
        is_done = key not in cancelled
        values = {
            "zustand": "COMPLETED" if is_done else "CANCELED",
            "completed_at": session.now,
            "completed_by": session.access.konto if is_done else None,
        }
        by = session.access.konto if (act.command, act.key) == ("complete_task", key) and is_done else None
        calls.add(_UPDATE_TASK, _new(values) | {"by": by, "task": key})
        _remember(session.identity_map.get(identity_key(Aufgabe, key)), values | ({"assignee": by} if by else {}))


def _save_state(session: FallSession, calls: _Calls, instanz: Instanz, step: Step, act: Act) -> None:
    """Send all that is to be written, the instance's row last, which must still be the one that was read.

    Raises:
        StaleDataError: it is not, which the lock should have prevented.
    """
    over = "terminated" if act.command == "cancel_case" else "completed"
    values = {
        "state": step.state,
        "revision": instanz.revision + 1,
        "zustand": over if step.completed else instanz.zustand,
        "ended_at": session.now if step.completed else instanz.ended_at,
    }
    calls.add(_UPDATE_INSTANCE, _new(values) | {"number": instanz.nummer, "read": instanz.revision})
    if session.write_rows(instanz, calls.found)[-1].count != 1:
        raise StaleDataError(f"Instance {instanz.nummer} is not at revision {instanz.revision} any more.")
    _remember(instanz, values)


def _new(values: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters of a prepared update, which must not be called like its columns."""
    return {f"new_{name}": value for name, value in values.items()}


def _set(*names: str) -> dict[str, Any]:
    return {name: bindparam(f"new_{name}") for name in names}


def _remember(row: Any, values: Mapping[str, Any]) -> None:
    """What was just written is what the loaded row, if there is one, holds; nothing is left for the session to write."""
    if row is not None:
        for name, value in values.items():
            set_committed_value(row, name, value)


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


def _row(
    session: FallSession, instanz: Instanz, wait: Wait, act: Act, contents: Contents, person: Person | None
) -> tuple[Any, dict[str, Any]]:
    """The table and the values of the row that stands for a wait."""
    common = {
        "key": wait.key,
        "instanz_nummer": instanz.nummer,
        "region": instanz.region,
        "process": wait.process,
        "element": wait.element,
        "created_at": session.now,
    }
    if wait.kind == "user task":
        return Aufgabe, common | _aufgabe(instanz, wait, contents, person)
    if wait.kind == "timer":
        return Timer, common | _timer(session.now, wait, act)
    if wait.kind == "job":
        return Job, common | _job(session.now, wait)
    return Subscription, common | {"kind": wait.kind, "name": wait.request["value"], "correlation": wait.request.get("correlation")}


def _job(now: datetime, wait: Wait) -> dict[str, Any]:
    request = wait.request
    return {
        "kind": request.get("kind", "BPMN_ELEMENT"),
        "listener_event": request.get("listenerEventType"),
        "type": str(request["type"]),
        "retries": request["retries"],
        "headers": dict(request["headers"]),
        "next_attempt_at": now,
    }


def _aufgabe(instanz: Instanz, wait: Wait, contents: Contents, person: Person | None) -> dict[str, Any]:
    request = wait.request
    element = contents.element(wait.process, wait.element, wait.version)
    return {
        "fall_id": instanz.fall_id,
        "fall_nr": instanz.fall.fall_nr,
        "name": (element.name if element else "") or wait.element,
        "process_version": wait.version,
        "person_id": person.person_id if person else None,
        "person_name": person.name if person else None,
        "form_id": request.get("formId"),
        "form_tag": request.get("formVersionTag"),
        "assignee": request.get("assignee"),
        "candidate_groups": request.get("candidateGroups") or [],
        "candidate_users": request.get("candidateUsers") or [],
        "priority": int(request.get("priority") or 50),
        "faellig_am": _until(request.get("dueDate")),
        "wiedervorlage_am": _until(request.get("followUpDate")),
    }


def _until(text: str | None) -> datetime | None:
    """A plain date runs until the end of that day in Zurich."""
    if not text:
        return None
    return calendar.end_of_day(date.fromisoformat(text)) if len(text) == len("2026-01-31") else calendar.parse_instant(text)


def _timer(now: datetime, wait: Wait, act: Act) -> dict[str, Any]:
    request = wait.request
    fired = act.fired
    if fired is not None and (fired.element, fired.fired + 1) == (wait.element, request["fired"]):
        started, previous = fired.started_at, fired.due_at
    else:
        started, previous = now, None
    due = calendar.due_at(request["kind"], request["value"], started, request["fired"], previous=previous)
    kept = {name: request[name] for name in ("kind", "value", "fired")}
    return {**kept, "started_at": started, "due_at": due, "next_attempt_at": due}


def _history(session: FallSession, instanz: Instanz, step: Step, act: Act) -> dict[str, Any]:
    events = [[e.what, e.key, e.element, e.type, e.process, e.version] for e in step.events]
    changes = [[c.scope, c.name, c.before, c.after, c.created] for c in step.changes]
    return _verlauf(session, instanz, act, events=events, changes=changes)


def _verlauf(session: FallSession, instanz: Instanz, act: Act, *, events: list[Any], changes: list[Any]) -> dict[str, Any]:
    return {
        "fall_id": instanz.fall_id,
        "instanz_nummer": instanz.nummer,
        "region": instanz.region,
        "at": session.now,
        "by": session.access.konto,
        "im_namen_von": act.im_namen_von,
        "command": act.command,
        "element": act.element,
        "element_key": act.key,
        "name": act.name,
        "person_name": act.person_name,
        "values": dict(act.values) if act.values is not None else None,
        "events": events,
        "changes": changes,
    }


# Both rows are locked: PostgreSQL reads anew only what it locks, and a Fall as it was before the wait would undo what was written meanwhile.
_LOCK = Prepared(
    select(*Instanz.__table__.columns, *Fall.__table__.columns, parameter.stand_now())
    .join_from(Instanz.__table__, Fall.__table__)
    .where(Instanz.nummer == bindparam("nummer"))
    .with_for_update()
)
_WAITING: dict[Any, Prepared] = {
    table: Prepared(select(*table.__table__.columns).where(table.__table__.columns.key == bindparam("key"))) for table in (Aufgabe, Timer, Job)
}
_OPEN = Prepared(_open_statement())
_DELETE = {table: Prepared(_delete_statement(table)) for table in TABLES.values()}
_UPDATE_TASK = Prepared(
    update(Aufgabe)
    .where(Aufgabe.key == bindparam("task"))
    .values(_set("zustand", "completed_at", "completed_by") | {"assignee": func.coalesce(bindparam("by"), Aufgabe.assignee)})
)
_UPDATE_INSTANCE = Prepared(
    update(Instanz)
    .where(Instanz.nummer == bindparam("number"), Instanz.revision == bindparam("read"))
    .values(_set("state", "revision", "zustand", "ended_at"))
)
_INSERT = {table: insertion(table) for table in (Aufgabe, Timer, Subscription, Job, Verlauf)}
