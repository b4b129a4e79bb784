"""A suspended case rests: what is open keeps what was left of its time (process description, P12).

The diagram ``sistierung`` says when; these two jobs move the due days. Pausing moves them behind the longest possible suspension, so that nothing
falls due meanwhile; going on takes back what was not used of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from engine.commands.neben import seen
from engine.model.calendar import ZURICH, add_duration, parse_instant
from engine.store import library
from engine.store.library import Contents
from engine.store.session import FallSession
from engine.store.tables import Aufgabe, Instanz, Job, Timer


def pause(session: FallSession, instanz: Instanz, job: Job) -> dict[str, Any]:
    """Let everything open in the sub-process that the variable ``teilprozess`` names, and in what it calls, rest until ``sistierung_bis``."""
    values = seen(session, instanz, job)
    for row in _resting(session, instanz, job, values["teilprozess"]):
        _move(row, _days_until(session, values["sistierung_bis"]))
        if isinstance(row, Aufgabe):
            row.wiedervorlage_am = parse_instant(values["sistierung_bis"])
    return {"angehalten_um": session.now.isoformat()}


def go_on(session: FallSession, instanz: Instanz, job: Job) -> None:
    """Give back the days that are left until ``sistierung_bis`` to what has rested since ``angehalten_um``; what came later keeps its own."""
    values = seen(session, instanz, job)
    since, until = datetime.fromisoformat(values["angehalten_um"]), parse_instant(values["sistierung_bis"])
    for row in _resting(session, instanz, job, values["teilprozess"]):
        if row.created_at <= since:
            _move(row, -max(_days_until(session, values["sistierung_bis"]), 0))
            if isinstance(row, Aufgabe) and row.wiedervorlage_am == until:
                row.wiedervorlage_am = None


def _days_until(session: FallSession, day: str) -> int:
    return (date.fromisoformat(day) - session.now.astimezone(ZURICH).date()).days


def _resting(session: FallSession, instanz: Instanz, job: Job, teilprozess: str) -> Iterator[Aufgabe | Timer]:
    contents = library.contents(session, instanz.release_id)
    tasks = session.scalars(select(Aufgabe).where(Aufgabe.instanz_nummer == instanz.nummer, Aufgabe.zustand == "CREATED"))
    timers = session.scalars(select(Timer).where(Timer.instanz_nummer == instanz.nummer))
    for row in (*tasks, *timers):
        is_called = row.process not in (instanz.process, job.process)
        if is_called or (row.process == instanz.process and _is_within(contents, row.process, row.element, teilprozess)):
            yield row


def _is_within(contents: Contents, process: str, element: str | None, teilprozess: str) -> bool:
    """Whether the element stands in the sub-process or on its border."""
    found = contents.element(process, element) if element else None
    if found is None or found.id == teilprozess:
        return found is not None
    return _is_within(contents, process, found.attached_to or found.parent, teilprozess)


def _move(row: Aufgabe | Timer, days: int) -> None:
    if isinstance(row, Aufgabe):
        row.faellig_am = _later(row.faellig_am, days) if row.faellig_am else None
        return
    row.started_at, row.due_at = _later(row.started_at, days), _later(row.due_at, days)
    row.next_attempt_at = row.due_at


def _later(at: datetime, days: int) -> datetime:
    return add_duration(at, f"P{days}D" if days >= 0 else f"-P{-days}D")
