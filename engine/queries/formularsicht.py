"""The form of a task as one person sees it, and what it is shown and checked against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.cases.feldgruppen import Sicht, sicht
from engine.cases.formkontext import form_context
from engine.cases.jetzt import visible_now
from engine.definitions.forms import Form
from engine.queries.personenwahl import with_people
from engine.store import library
from engine.store.session import FallSession
from engine.store.steps import is_held
from engine.store.tables import Aufgabe, Instanz

_HELD = "formularsicht"


@dataclass(frozen=True)
class Formularsicht:
    """``form`` without what ``sicht`` hides (None: the task has none), the ``context`` it is shown and checked with, and all that is ``stored``.

    Whoever gets one only reads: one transaction shares it.
    """

    sicht: Sicht
    form: Form | None
    context: Mapping[str, Any]
    stored: Mapping[str, Any]


def formularsicht(session: FallSession, instanz: Instanz, aufgabe: Aufgabe) -> Formularsicht:
    """What a task that is over was shown with is not told any more.

    Under a lock it is found out once for each state of the case, because showing a form and taking it back ask for the same.
    """
    key = (aufgabe.key, instanz.revision)
    known = session.held.get(_HELD)
    if known is not None and known[0] == key:
        found: Formularsicht = known[1]
        return found
    found = _found_out(session, instanz, aufgabe)
    if is_held(session, instanz.nummer):
        session.held[_HELD] = (key, found)
    return found


def _found_out(session: FallSession, instanz: Instanz, aufgabe: Aufgabe) -> Formularsicht:
    contents = library.contents(session, instanz.release_id)
    seen = sicht(session.access, instanz.region, contents)
    stored = visible_now(session, instanz, aufgabe) if aufgabe.zustand == "CREATED" else {}
    redacted = seen.redacted(stored)
    if not aufgabe.form_id:
        return Formularsicht(seen, None, redacted, stored)
    form = with_people(session, seen.form(contents.form(aufgabe.form_id, aufgabe.form_tag)), instanz.region)
    return Formularsicht(seen, form, form_context(session, form, instanz.region, redacted), stored)
