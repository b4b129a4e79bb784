"""Who does what: tasks and cases are given to people, put off, put first, commented, and notices ticked off."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import select

from engine.cases.sichtbar import sees_task
from engine.cases.vertretung import acts_for
from engine.commands.stepping import advance, instance_number, lock
from engine.commands.tasks import may_work
from engine.definitions.listeners import announces
from engine.model import calendar
from engine.model.errors import FallflussError, NotAllowed, NotFound, TaskNotOpen
from engine.queries.arbeit import FALLFUEHRUNG, LEADS
from engine.runtime import assign
from engine.store import library
from engine.store.audit import log
from engine.store.session import FallSession
from engine.store.steps import Act, record
from engine.store.tables import Aufgabe, Aufgabenkommentar, Fall, Hinweis, Instanz, Konto, KontoRolle, Verlauf

PRIORITAETEN = {25: "tief", 50: "normal", 75: "hoch"}
COMMENT_LENGTH = 2000


class NotAssignable(FallflussError):
    """The task or case cannot be given to that person."""


def assign_task(session: FallSession, key: int, to: str | None) -> None:
    """Give an open task to somebody, or with None back to its group.

    Whoever has it, stands in for who has it, or leads in its region may; anybody of the group while it is free.

    Raises:
        TaskNotOpen, NotAllowed
        NotAssignable: that person has no account in use, or no role for the task in its region.
    """
    instanz, aufgabe = _open_task(session, key)
    _may_give(session, aufgabe)
    if to is not None:
        _can_take(session, to, aufgabe.region, aufgabe.candidate_groups, aufgabe.candidate_users)
    if aufgabe.assignee == to:
        return
    stands_for = acts_for(session, aufgabe)
    aufgabe.assignee = to
    _record(session, instanz, aufgabe, "assign" if to else "unclaim", {"an": to} if to else None, stands_for)


def assign_case(session: FallSession, fall_id: int, to: str | None) -> None:
    """Make somebody responsible for a case; its open tasks stay with who has them.

    Raises:
        NotFound, NotAllowed
        NotAssignable: that person does not hold the role in the case's region.
    """
    fall = session.scalar(select(Fall).where(Fall.id == fall_id).with_for_update())
    if fall is None:
        raise NotFound("Der Fall")
    if not (session.access.everywhere or session.access.rollen_in(fall.region) & set(LEADS)):
        raise NotAllowed("Fälle zuteilen")
    if to is not None:
        _can_take(session, to, fall.region, FALLFUEHRUNG, ())
    if fall.fallfuehrung == to:
        return
    before, fall.fallfuehrung = fall.fallfuehrung, to
    session.add(_of_case(session, fall, "assign_case", {"an": to, "vorher": before}))
    log(session, "write", "assign_case", fall_id=fall.id, region=fall.region)


def set_priority(session: FallSession, key: int, priority: int) -> None:
    """Put a task before or behind others that are due the same day: one of ``PRIORITAETEN``.

    Raises:
        TaskNotOpen, NotAllowed, NotAssignable
    """
    instanz, aufgabe = _open_task(session, key)
    _may_give(session, aufgabe)
    if priority not in PRIORITAETEN:
        raise NotAssignable("Diese Priorität gibt es nicht. Es wurde nichts geändert.")
    if aufgabe.priority != priority:
        aufgabe.priority = priority
        _note(session, instanz, aufgabe, "set_priority", {"prioritaet": PRIORITAETEN[priority]})


def put_off(session: FallSession, key: int, until: date | None) -> None:
    """Wiedervorlage: keep a task out of the daily list until that morning; its due date stays. None takes it back.

    Raises:
        TaskNotOpen, NotAllowed
        NotAssignable: the day has passed.
    """
    instanz, aufgabe = _open_task(session, key)
    _may_give(session, aufgabe)
    at = calendar.parse_instant(until.isoformat()) if until else None
    if at is not None and at <= session.now:
        raise NotAssignable("Der Tag der Wiedervorlage muss in der Zukunft liegen. Es wurde nichts geändert.")
    if aufgabe.wiedervorlage_am != at:
        aufgabe.wiedervorlage_am = at
        _note(session, instanz, aufgabe, "put_off", {"bis": until.isoformat() if until else None})


def comment(session: FallSession, key: int, text: str) -> None:
    """Append a comment to a task, open or done.

    Raises:
        NotFound, NotAllowed
        NotAssignable: nothing was written, or too much.
    """
    aufgabe = session.get(Aufgabe, key)
    if aufgabe is None or not sees_task(session, aufgabe):
        raise NotFound("Die Aufgabe")
    _may_give(session, aufgabe)
    text = text.strip()
    if not 0 < len(text) <= COMMENT_LENGTH:
        raise NotAssignable(f"Ein Kommentar hat zwischen 1 und {COMMENT_LENGTH} Zeichen. Es wurde nichts gespeichert.")
    session.add(
        Aufgabenkommentar(aufgabe_key=key, fall_id=aufgabe.fall_id, region=aufgabe.region, at=session.now, by=session.access.konto, text=text)
    )
    log(session, "write", "comment", fall_id=aufgabe.fall_id, region=aufgabe.region)


def tick_off(session: FallSession, id: int) -> None:
    """Mark a notice as done; ticking it off again changes nothing.

    Raises:
        NotFound, NotAllowed
    """
    hinweis = session.scalar(select(Hinweis).where(Hinweis.id == id).with_for_update())
    if hinweis is None:
        raise NotFound("Der Hinweis")
    held = session.access.rollen_in(hinweis.region)
    if not (session.access.everywhere or held & {hinweis.an_rolle, *LEADS}):
        raise NotAllowed("diesen Hinweis erledigen")
    if hinweis.erledigt_am is None:
        hinweis.erledigt_am, hinweis.erledigt_von = session.now, session.access.konto
        log(session, "write", "tick_off", fall_id=hinweis.fall_id, region=hinweis.region)


def may_give(session: FallSession, aufgabe: Aufgabe) -> bool:
    """Whether this person may pass the task on, put it off or comment it."""
    access = session.access
    if access.everywhere or access.rollen_in(aufgabe.region) & set(LEADS):
        return True
    if aufgabe.assignee in (None, access.konto):
        return may_work(session, aufgabe)
    return acts_for(session, aufgabe) is not None


def _may_give(session: FallSession, aufgabe: Aufgabe) -> None:
    if not may_give(session, aufgabe):
        raise NotAllowed(f"die Aufgabe «{aufgabe.name}» zuteilen")


def _can_take(session: FallSession, login: str, region: str, groups: Collection[str], users: Collection[str]) -> None:
    row = session.execute(select(Konto.name, Konto.is_active).where(Konto.login == login)).first()
    if row is None or not row.is_active:
        raise NotAssignable(f"Für «{login}» gibt es kein Konto, das in Gebrauch ist. Es wurde nichts geändert.")
    if login in users:
        return
    held = session.scalars(select(KontoRolle.rolle).where(KontoRolle.login == login, KontoRolle.region.in_((region, "*"))))
    if not set(held) & set(groups):
        raise NotAssignable(f"{row.name} hat in dieser Region keine Rolle, die dazu berechtigt. Es wurde nichts geändert.")


def _open_task(session: FallSession, key: int) -> tuple[Instanz, Aufgabe]:
    try:
        instanz = lock(session, instance_number(key))
    except NotFound:
        raise NotFound("Die Aufgabe") from None
    aufgabe = session.scalar(select(Aufgabe).where(Aufgabe.key == key).execution_options(populate_existing=True))
    if aufgabe is None or not sees_task(session, aufgabe):
        raise NotFound("Die Aufgabe")
    if aufgabe.zustand != "CREATED":
        raise TaskNotOpen(key)
    return instanz, aufgabe


def _record(session: FallSession, instanz: Instanz, aufgabe: Aufgabe, what: str, values: dict[str, Any] | None, stands_for: str | None) -> None:
    """An assignment may be what a task listener of the diagram waits for."""
    act = Act(what, aufgabe.key, aufgabe.element, aufgabe.name, aufgabe.person_name, values, im_namen_von=stands_for)
    element = library.contents(session, instanz.release_id).element(aufgabe.process, aufgabe.element, aufgabe.process_version)
    if element is not None and announces(element, "assigning"):
        advance(session, instanz, assign(aufgabe.key, aufgabe.assignee), act)
    else:
        record(session, instanz, act)
    log(session, "write", what, fall_id=instanz.fall_id, region=instanz.region)


def _note(session: FallSession, instanz: Instanz, aufgabe: Aufgabe, what: str, values: dict[str, Any]) -> None:
    stands_for = acts_for(session, aufgabe)
    record(session, instanz, Act(what, aufgabe.key, aufgabe.element, aufgabe.name, aufgabe.person_name, values, im_namen_von=stands_for))
    log(session, "write", what, fall_id=instanz.fall_id, region=instanz.region)


def _of_case(session: FallSession, fall: Fall, command: str, values: dict[str, Any]) -> Verlauf:
    return Verlauf(
        fall_id=fall.id, region=fall.region, at=session.now, by=session.access.konto, command=command, values=values, events=[], changes=[]
    )
