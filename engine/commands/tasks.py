"""What people do with tasks: claim, draft, complete."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.cases.sichtbar import sees_task
from engine.cases.vertretung import acts_for
from engine.commands.cases import CaseRef
from engine.commands.stepping import advance, instance_number
from engine.definitions import feel
from engine.definitions.listeners import announces
from engine.model.access import PROBELAUF
from engine.model.errors import NotAllowed, NotFound, Stale, TaskClaimed, TaskNotOpen
from engine.queries.formularsicht import formularsicht
from engine.queries.konten import names
from engine.runtime import assign, complete
from engine.store import library
from engine.store.audit import log
from engine.store.session import FallSession
from engine.store.steps import Act, locked_with, record
from engine.store.tables import Aufgabe, Entwurf, Instanz


def claim(session: FallSession, key: int) -> None:
    """Take a task over; claiming one's own again changes nothing.

    Raises:
        TaskNotOpen, TaskClaimed, NotAllowed
    """
    instanz, aufgabe = open_task(session, key)
    _may_work(session, aufgabe)
    if aufgabe.assignee != session.access.konto:
        stands_for = acts_for(session, aufgabe)
        aufgabe.assignee = session.access.konto
        note_assignment(session, instanz, aufgabe, "claim", stands_for)


def unclaim(session: FallSession, key: int) -> None:
    """Give a task back to its group.

    Raises:
        TaskNotOpen, TaskClaimed, NotAllowed
    """
    instanz, aufgabe = open_task(session, key)
    _may_work(session, aufgabe)
    if aufgabe.assignee is not None:
        stands_for = acts_for(session, aufgabe)
        aufgabe.assignee = None
        note_assignment(session, instanz, aufgabe, "unclaim", stands_for)


def save_draft(session: FallSession, key: int, raw: Mapping[str, Any], *, revision: int, fenster: str = "", stand: str = "") -> int:
    """Keep what somebody typed, unchecked. ``revision`` is the one the page was built on (0: none); gives the new one.

    ``fenster`` and ``stand`` are the page's; see ``Entwurf``. A page that saved last may save again, whatever it believes.

    Raises:
        Stale: the same person saved a newer draft elsewhere; that one stays.
        TaskNotOpen, NotAllowed
    """
    _, aufgabe = open_task(session, key)
    _may_work(session, aufgabe)
    draft = session.get(Entwurf, (key, session.access.konto))
    if draft is None:
        draft = Entwurf(aufgabe_key=key, login=session.access.konto, region=aufgabe.region, data={}, revision=0, saved_at=session.now)
        session.add(draft)
    elif draft.revision != revision and (not fenster or draft.fenster != fenster):
        raise Stale
    draft.data, draft.revision, draft.saved_at = dict(raw), draft.revision + 1, session.now
    draft.fenster, draft.stand = fenster, stand
    return draft.revision


def complete_task(session: FallSession, key: int, raw: Mapping[str, Any]) -> CaseRef:
    """Complete an open user task with what its form holds, and advance its case. ``raw`` maps form keys to JSON values.

    Raises:
        TaskNotOpen: somebody completed it first, or a boundary event cancelled it.
        TaskClaimed: somebody else has it.
        FormInvalid: ``raw`` breaks a rule of the task's form; nothing is changed.
    """
    instanz, aufgabe = open_task(session, key)
    _may_work(session, aufgabe)
    stands_for = acts_for(session, aufgabe)
    values = _validated(session, instanz, aufgabe, raw)
    act = Act("complete_task", key, aufgabe.element, aufgabe.name, aufgabe.person_name, values, im_namen_von=stands_for)
    # Before the step, so that one flush writes everything.
    log(session, "write", "complete_task", fall_id=instanz.fall_id, region=instanz.region)
    advance(session, instanz, complete(key, values), act)
    if aufgabe.zustand == "CREATED":  # a listener has to agree first
        aufgabe.assignee = session.access.konto
    return CaseRef(instanz.fall_id, instanz.fall.fall_nr, instanz.key)


def _validated(session: FallSession, instanz: Instanz, aufgabe: Aufgabe, raw: Mapping[str, Any]) -> dict[str, Any]:
    if not aufgabe.form_id:
        return {}
    seen = formularsicht(session, instanz, aufgabe)
    assert seen.form is not None
    return seen.sicht.restored(seen.form.validate(raw, seen.context, feel=feel.shared(), now=session.now), seen.stored)


def open_task(session: FallSession, key: int) -> tuple[Instanz, Aufgabe]:
    """The instance locked first, then its task as it is after whoever held the lock before."""
    instanz, aufgabe = locked_with(session, instance_number(key), Aufgabe, key)
    if instanz is None or aufgabe is None or not sees_task(session, aufgabe):
        raise NotFound("Die Aufgabe")
    if aufgabe.zustand != "CREATED":
        raise TaskNotOpen(key)
    return instanz, aufgabe


def may_work(session: FallSession, aufgabe: Aufgabe) -> bool:
    """Whether the person's roles or name make the task theirs to do, or they stand in for somebody absent whose task it is."""
    access = session.access
    named = access.konto == aufgabe.assignee or access.konto in aufgabe.candidate_users
    # Whoever sees a trial run plays every role in it, also one that no real person has.
    if access.everywhere or named or aufgabe.region == PROBELAUF or access.rollen_in(aufgabe.region) & set(aufgabe.candidate_groups):
        return True
    return acts_for(session, aufgabe) is not None


def has_precedence(session: FallSession, aufgabe: Aufgabe) -> str | None:
    """The login of somebody else who has the task; None while it is free, one's own, or of somebody this person stands in for."""
    if session.access.everywhere or aufgabe.assignee in (None, session.access.konto) or acts_for(session, aufgabe) is not None:
        return None
    return aufgabe.assignee


def _may_work(session: FallSession, aufgabe: Aufgabe) -> None:
    if not may_work(session, aufgabe):
        raise NotAllowed(f"Aufgabe «{aufgabe.name}»")
    if (other := has_precedence(session, aufgabe)) is not None:
        raise TaskClaimed(aufgabe.key, names(session, [other]).get(other, other))


def note_assignment(
    session: FallSession, instanz: Instanz, aufgabe: Aufgabe, what: str, stands_for: str | None = None
) -> None:
    act = Act(what, aufgabe.key, aufgabe.element, aufgabe.name, aufgabe.person_name, im_namen_von=stands_for)
    element = library.contents(session, instanz.release_id).element(aufgabe.process, aufgabe.element, aufgabe.process_version)
    if element is not None and announces(element, "assigning"):
        advance(session, instanz, assign(aufgabe.key, aufgabe.assignee), act)
    else:
        record(session, instanz, act)
    log(session, "write", what, fall_id=instanz.fall_id, region=instanz.region)
