"""What programs do with tasks and starts beyond what a screen sends: for somebody else, to dates and groups, with more than a form asks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.cases.feldgruppen import sicht
from engine.commands.cases import CaseRef, open_case, start_form
from engine.commands.incidents import set_variables
from engine.commands.tasks import complete_task, may_work, note_assignment, open_task
from engine.definitions.forms import DynamicList, Field, Form, walk
from engine.model.access import PROBELAUF
from engine.model.errors import FormInvalid, NotAllowed, NotFound, TaskClaimed
from engine.store import library
from engine.store.audit import log
from engine.store.konten import access_of
from engine.store.session import FallSession
from engine.store.steps import Act, record
from engine.store.tables import Aufgabe, Instanz, Konto

DISTRIBUTES = frozenset({"teamleitung", "leitung"})
CHANGEABLE = ("candidate_groups", "candidate_users", "priority", "faellig_am", "wiedervorlage_am")


def assign_task(session: FallSession, key: int, assignee: str | None, *, override: bool) -> None:
    """Give a task to somebody, or back to its group.

    People take what nobody has; who distributes work (Teamleitung, Leitung) also gives it to others who may do it.

    Raises:
        TaskNotOpen, TaskClaimed, NotAllowed
        NotFound: nobody of that login could do it.
    """
    instanz, aufgabe = open_task(session, key)
    if aufgabe.assignee not in (None, assignee) and not override:
        raise TaskClaimed(key, aufgabe.assignee or "")
    me = session.access.konto
    if not (may_work(session, aufgabe) and aufgabe.assignee in (None, me) and assignee in (None, me)):
        _require_distributor(session, aufgabe)
        if assignee is not None and aufgabe.region != PROBELAUF:
            _require_worker(session, aufgabe, assignee)
    if aufgabe.assignee != assignee:
        aufgabe.assignee = assignee
        note_assignment(session, instanz, aufgabe, "claim" if assignee == me else "assign" if assignee else "unclaim")


def update_task(session: FallSession, key: int, changes: Mapping[str, list[str] | int | datetime | None]) -> None:
    """Change an open task's groups, people, priority or days (names as in ``CHANGEABLE``).

    Raises:
        TaskNotOpen, NotAllowed
    """
    instanz, aufgabe = open_task(session, key)
    _require_distributor(session, aufgabe)
    for name in CHANGEABLE:
        if name in changes:
            setattr(aufgabe, name, changes[name])
    shown = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in changes.items()}
    record(session, instanz, Act("update_task", key, aufgabe.element, aufgabe.name, aufgabe.person_name, shown))
    log(session, "write", "update_task", fall_id=instanz.fall_id, region=instanz.region)


def complete_for_program(session: FallSession, key: int, raw: Mapping[str, Any]) -> CaseRef:
    """Complete a task with a program's variables. What its form does not ask for is refused, except in a trial run, which takes it over.

    Raises:
        TaskNotOpen, TaskClaimed, NotAllowed
        FormInvalid: a rule of the form is broken, or something does not belong to it; nothing is changed.
    """
    instanz, aufgabe = open_task(session, key)
    form = _form(session, instanz, aufgabe)
    strange = {name: value for name, value in raw.items() if name not in _names(form)}
    if strange and aufgabe.region != PROBELAUF:
        raise FormInvalid(dict.fromkeys(strange, "Das fragt diese Aufgabe nicht."))
    if strange:
        set_variables(session, key, strange)
    if aufgabe.region == PROBELAUF:  # whoever tries out plays everybody
        aufgabe.assignee = session.access.konto
    return complete_task(session, key, {name: value for name, value in raw.items() if name not in strange})


def open_for_program(
    session: FallSession, region: str | None, raw: Mapping[str, Any], *, process: str, request_id: str | None
) -> CaseRef:
    """Open a case, in the program's only region unless one is named; its variables must fit the start form.

    Raises:
        FormInvalid, NotAllowed, NotFound
    """
    wanted = region_of(session, region)
    form = start_form(session, process, region=wanted)
    strange = [name for name in raw if form is not None and name not in _names(form)]
    if strange:
        raise FormInvalid(dict.fromkeys(strange, "Das fragt das Startformular nicht."))
    return open_case(session, wanted, raw, process=process, request_id=request_id)


def region_of(session: FallSession, region: str | None) -> str:
    """The region a program means: the one it names, or its only one.

    Raises:
        FormInvalid: it could be several.
        NotFound: not one of the program's.
    """
    regionen = sorted(session.access.regionen)
    wanted = region or (regionen[0] if len(regionen) == 1 else "")
    if not wanted:
        raise FormInvalid({"region": f"Bitte die Sozialregion angeben, eine von {', '.join(regionen) or 'keiner'}."})
    if wanted not in regionen:
        raise NotFound(f"Die Sozialregion «{wanted}»")
    return wanted


def _form(session: FallSession, instanz: Instanz, aufgabe: Aufgabe) -> Form | None:
    if not aufgabe.form_id:
        return None
    contents = library.contents(session, instanz.release_id)
    return sicht(session.access, instanz.region, contents).form(contents.form(aufgabe.form_id, aufgabe.form_tag))


def _names(form: Form | None) -> frozenset[str]:
    """The variables a form writes."""
    paths = [one.path if isinstance(one, DynamicList) else one.key for one in walk(form.components) if isinstance(one, Field | DynamicList)] if form else []
    return frozenset(path.split(".")[0] for path in paths)


def _require_distributor(session: FallSession, aufgabe: Aufgabe) -> None:
    if not session.access.everywhere and not session.access.rollen_in(aufgabe.region) & DISTRIBUTES:
        raise NotAllowed(f"Aufgabe «{aufgabe.name}» verteilen (nur Teamleitung und Leitung)")


def _require_worker(session: FallSession, aufgabe: Aufgabe, login: str) -> None:
    konto = session.get(Konto, login)
    access = access_of(konto) if konto is not None else None
    is_named = login in aufgabe.candidate_users
    if access is None or not (is_named or access.rollen_in(aufgabe.region) & set(aufgabe.candidate_groups)):
        raise NotFound(f"Eine Person «{login}», die diese Aufgabe bearbeiten darf,")
