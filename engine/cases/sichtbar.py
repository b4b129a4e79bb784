"""Which cases of a region somebody may look into: the Fallführung those assigned to them and those they stand in for (chapter 3), everybody
else with a role for cases all of the region. What is wider or narrower than the region is decided here alone.

A case nobody is responsible for yet is open to the Fallführung of its region, and so is one in which they had a task. A region may open all
of its cases to them with the parameter ``fallfuehrung_sieht``. Their tasks, also the free ones, are those of the cases they see.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, exists, false, or_, select, true, union
from sqlalchemy.orm import aliased

from engine.cases.vertretung import FALLFUEHRUNG, represented
from engine.definitions.parameter import CONTEXT
from engine.model.access import PROBELAUF, room_of
from engine.store import library
from engine.store.session import FallSession
from engine.store.tables import Aufgabe, Entwurf, Fall

REGION_WIDE = frozenset({"intake", "administration", "teamleitung", "leitung"})
PARAMETER, WHOLE_REGION = "fallfuehrung_sieht", "region"
# Under a name of its own, so that it stays apart from the tasks of the statement around it.
_Had = aliased(Aufgabe)


def narrowed(session: FallSession) -> list[str]:
    """The regions in which this person sees only some cases."""
    return sorted(region for region in session.access.regionen if _is_narrowed(session, region))


def _is_narrowed(session: FallSession, region: str) -> bool:
    access = session.access
    if access.everywhere or access.is_dienst or region == PROBELAUF or region not in access.regionen:
        return False
    held = access.rollen_in(region)
    is_only_fallfuehrung = bool(held & FALLFUEHRUNG) and not held & REGION_WIDE
    return is_only_fallfuehrung and library.parameters(session, region)[CONTEXT][PARAMETER] != WHOLE_REGION


def visible(session: FallSession) -> ColumnElement[bool]:
    """The condition on ``Fall`` for statements that show cases."""
    regionen = narrowed(session)
    if not regionen:
        return true()
    mine = [session.access.konto, *(one.login for one in represented(session))]
    had_task = exists().where(_Had.fall_id == Fall.id, _Had.assignee.in_(mine))
    return or_(Fall.region.not_in(regionen), Fall.fallfuehrung.is_(None), Fall.fallfuehrung.in_(mine), had_task)


def all_visible(session: FallSession) -> ColumnElement[bool]:
    """The same condition for lists: it begins with the person's cases, where ``visible`` looks at each case it is asked about."""
    regionen = narrowed(session)
    if not regionen:
        return true()
    mine = [session.access.konto, *(one.login for one in represented(session))]
    theirs = select(Fall.id).where(Fall.fallfuehrung.in_(mine))
    nobodys = select(Fall.id).where(Fall.fallfuehrung.is_(None), Fall.region.in_(regionen))
    had_task = select(Aufgabe.fall_id).where(Aufgabe.assignee.in_(mine))
    elsewhere = [select(Fall.id).where(Fall.region.not_in(regionen))] if session.access.regionen - set(regionen) else []
    return Fall.id.in_(union(theirs, nobodys, had_task, *elsewhere))


def of_households() -> ColumnElement[bool]:
    """The condition on ``Fall`` that leaves out the introductions of regions, which run like cases and are none."""
    return Fall.region.not_like(room_of("%"))


def sees(session: FallSession, fall_nr: str) -> bool:
    """Whether this person may look into the case of that number; also True when there is none, which others say."""
    if not narrowed(session):
        return True
    rows = select(Fall.id).where(Fall.fall_nr == fall_nr)
    return session.scalar(rows.where(visible(session)).limit(1)) is not None or session.scalar(rows.limit(1)) is None


def visible_task(session: FallSession) -> ColumnElement[bool]:
    """The condition on ``Aufgabe`` joined with its ``Fall``: a task of a case they see, or one that is theirs for another reason.

    That is: it names them, a role of theirs besides the Fallführung is to do it, or they have a draft of it, which must not be lost.
    """
    regionen = narrowed(session)
    if not regionen:
        return true()
    konto = session.access.konto
    has_draft = exists().where(Entwurf.aufgabe_key == Aufgabe.key, Entwurf.login == konto)
    return or_(visible(session), names(Aufgabe.candidate_users, konto), has_draft, *(_by_other_role(session, region) for region in regionen))


def sees_task(session: FallSession, aufgabe: Aufgabe) -> bool:
    """Whether the task exists for this person."""
    if not _is_narrowed(session, aufgabe.region) or _is_plainly_theirs(session, aufgabe):
        return True
    found = select(Aufgabe.key).join(Fall, Fall.id == Aufgabe.fall_id).where(Aufgabe.key == aufgabe.key, visible_task(session))
    return session.scalar(found) is not None


def _is_plainly_theirs(session: FallSession, aufgabe: Aufgabe) -> bool:
    """Of ``visible_task`` what the rows in memory say: enough for nearly every task, and each step asks it of its own."""
    konto, others = session.access.konto, session.access.rollen_in(aufgabe.region) - FALLFUEHRUNG
    if aufgabe.assignee == konto or konto in aufgabe.candidate_users or others & set(aufgabe.candidate_groups):
        return True
    return session.get_one(Fall, aufgabe.fall_id).fallfuehrung in (None, konto)


def names(column: Any, text: str) -> ColumnElement[bool]:
    """Both databases keep a list as JSON text, so a quoted name is found in it without a function of one dialect."""
    return cast(column, String).contains(f'"{text}"', autoescape=True)


def _by_other_role(session: FallSession, region: str) -> ColumnElement[bool]:
    others = sorted(session.access.rollen_in(region) - FALLFUEHRUNG)
    return and_(Aufgabe.region == region, or_(false(), *(names(Aufgabe.candidate_groups, rolle) for rolle in others)))
