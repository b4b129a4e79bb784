"""What the task list and the task page show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, cast, false, func, or_, select, true

from engine.cases.feldgruppen import sicht
from engine.cases.formkontext import form_context
from engine.definitions.forms import Form
from engine.model.errors import NotFound
from engine.queries.personenwahl import with_people
from engine.store import library
from engine.store.session import FallSession
from engine.store.tables import Aufgabe, Entwurf, Fall, Instanz


@dataclass(frozen=True)
class TaskRow:
    aufgabe: Aufgabe
    bezeichnung: str


@dataclass(frozen=True)
class TaskPage:
    """One page of a list and how many rows there are in all."""

    rows: tuple[TaskRow, ...]
    total: int


@dataclass(frozen=True)
class TaskView:
    """A task with its form. ``values`` prefills it: what the element sees in the process; ``draft`` is the person's own."""

    aufgabe: Aufgabe
    fall: Fall
    form: Form | None
    values: Mapping[str, Any]
    draft: Entwurf | None
    is_open: bool


def open_tasks(session: FallSession, *, mine: bool = False, search: str = "", limit: int = 50, offset: int = 0) -> TaskPage:
    """The open tasks this person may work on, the most urgent first; with ``mine`` only those assigned to them."""
    where = [Aufgabe.zustand == "CREATED", _mine(session) if mine else or_(_mine(session), and_(Aufgabe.assignee.is_(None), _group(session)))]
    if search:
        pattern = f"%{search.strip()}%"
        where.append(or_(Aufgabe.fall_nr.ilike(pattern), Fall.bezeichnung.ilike(pattern), Aufgabe.name.ilike(pattern)))
    rows = session.execute(
        _tasks().where(*where).order_by(Aufgabe.faellig_am.is_(None), Aufgabe.faellig_am, Aufgabe.priority.desc(), Aufgabe.key)
        .limit(limit)
        .offset(offset)
    ).all()
    total = session.scalar(select(func.count()).select_from(Aufgabe).join(Fall, Fall.id == Aufgabe.fall_id).where(*where)) or 0
    return TaskPage(tuple(TaskRow(aufgabe, name) for aufgabe, name in rows), total)


def task(session: FallSession, key: int) -> TaskView:
    """One task with its form, its prefilled values and the person's own draft; without what this person may not see.

    Raises:
        NotFound: it never was, or belongs to another region.
    """
    aufgabe = session.get(Aufgabe, key)
    if aufgabe is None:
        raise NotFound("Die Aufgabe")
    instanz = session.get_one(Instanz, aufgabe.instanz_nummer)
    is_open = aufgabe.zustand == "CREATED"
    contents = library.contents(session, instanz.release_id)
    seen = sicht(session.access, instanz.region, contents)
    form = with_people(session, seen.form(contents.form(aufgabe.form_id, aufgabe.form_tag)), instanz.region) if aufgabe.form_id else None
    visible = library.runtime(session, instanz.release_id, instanz.region).visible(instanz.state, [key])[key] if is_open else {}
    visible = seen.redacted(visible)
    values = form_context(session, form, instanz.region, visible) if form else visible
    draft = session.get(Entwurf, (key, session.access.konto)) if is_open else None
    return TaskView(aufgabe, instanz.fall, form, values, draft, is_open)


def draft(session: FallSession, key: int) -> Entwurf | None:
    """What this person typed into a task's form and did not send, whether or not the task is still open."""
    return session.get(Entwurf, (key, session.access.konto))


def _tasks() -> Select[Aufgabe, str]:
    return select(Aufgabe, Fall.bezeichnung).join(Fall, Fall.id == Aufgabe.fall_id)


def _mine(session: FallSession) -> ColumnElement[bool]:
    return Aufgabe.assignee == session.access.konto


def _group(session: FallSession) -> ColumnElement[bool]:
    """Tasks of the groups the person belongs to, region by region, and those that name the person."""
    if session.access.everywhere:
        return true()
    parts = [
        and_(Aufgabe.region == region, or_(*(_contains(Aufgabe.candidate_groups, rolle) for rolle in sorted(session.access.rollen_in(region)))))
        for region in sorted(session.access.places)
    ]
    return or_(false(), _contains(Aufgabe.candidate_users, session.access.konto), *parts)


def _contains(column: Any, text: str) -> ColumnElement[bool]:
    """Both databases keep the list as JSON text, so a quoted name is found in it without a function of one dialect."""
    return cast(column, String).contains(f'"{text}"', autoescape=True)
