"""What the page of a task shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.cases.sichtbar import sees_task
from engine.definitions.forms import Form
from engine.model.errors import NotFound
from engine.queries.formularsicht import formularsicht
from engine.store.session import FallSession
from engine.store.tables import Aufgabe, Entwurf, Fall, Instanz


@dataclass(frozen=True)
class TaskView:
    """A task with its form. ``values`` prefills it: what the element sees in the process; ``draft`` is the person's own."""

    aufgabe: Aufgabe
    fall: Fall
    form: Form | None
    values: Mapping[str, Any]
    draft: Entwurf | None
    is_open: bool


def task(session: FallSession, key: int, *, has_draft: bool = True) -> TaskView:
    """One task with its form, its prefilled values and the person's own draft; without what this person may not see.

    ``has_draft`` False: known to have none, so nobody looks for one.

    Raises:
        NotFound: it never was, or belongs to another region, or to a case that is not theirs to look into.
    """
    aufgabe = session.get(Aufgabe, key)
    if aufgabe is None or not sees_task(session, aufgabe):
        raise NotFound("Die Aufgabe")
    instanz = session.get_one(Instanz, aufgabe.instanz_nummer)
    is_open = aufgabe.zustand == "CREATED"
    seen = formularsicht(session, instanz, aufgabe)
    draft = session.get(Entwurf, (key, session.access.konto)) if is_open and has_draft else None
    return TaskView(aufgabe, instanz.fall, seen.form, seen.context, draft, is_open)


def draft(session: FallSession, key: int) -> Entwurf | None:
    """What this person typed into a task's form and did not send, whether or not the task is still open."""
    return session.get(Entwurf, (key, session.access.konto))
