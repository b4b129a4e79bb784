"""Who stands in for whom today, and what that allows: to see and do the absent person's tasks, never more than one's own sight of data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import BindParameter, ColumnElement, Date, bindparam, select

from engine.model.calendar import ZURICH
from engine.store.prepared import Call, Prepared
from engine.store.session import FallSession
from engine.store.tables import Abwesenheit, Aufgabe, Fall, KontoRolle, Stellvertretung, Verlauf

FALLFUEHRUNG = frozenset({"fallfuehrung", "fallfuehrung_intensiv"})

# These see the whole case of their region (process description, chapter 3), so that each may stand in for another. Whoever sees less
# stands in only for the same role: administration must not read about health by standing in.
_FULL_SIGHT = frozenset({"intake", "fallfuehrung", "fallfuehrung_intensiv", "teamleitung", "leitung"})
_STAND_INS: Mapping[str, frozenset[str]] = {**dict.fromkeys(_FULL_SIGHT, _FULL_SIGHT), "administration": _FULL_SIGHT | {"administration"}}
_KNOWN = "vertretungen"


@dataclass(frozen=True)
class Vertretung:
    """Somebody absent, for whom this person stands in with regard to ``rollen`` in ``region``."""

    login: str
    region: str
    rollen: frozenset[str]


def stand_ins(rolle: str) -> frozenset[str]:
    """The roles of whoever may stand in for ``rolle``."""
    return _STAND_INS.get(rolle, frozenset({rolle}))


def represented(session: FallSession) -> tuple[Vertretung, ...]:
    """For whom this person stands in today; asked of the database once in a transaction."""
    if _KNOWN not in session.info:
        session.info[_KNOWN] = () if session.access.everywhere else _read(session)
    found: tuple[Vertretung, ...] = session.info[_KNOWN]
    return found


def acts_for(session: FallSession, aufgabe: Aufgabe) -> str | None:
    """The absent person in whose place this task would be done; None when it is one's own to do, or nobody's.

    A deputy of the same role could do a free task anyway; but the Fallführung's tasks are those of whoever is responsible for the case, and
    what a deputy took over stays the absent person's.
    """
    access = session.access
    if access.everywhere or (leader := _leader(session, aufgabe)) == access.konto or not represented(session):
        return None
    absent = next((one.login for one in represented(session) if one.login == leader and one.region == aufgabe.region), None)
    if aufgabe.assignee == access.konto:
        return absent or _taken_over_for(session, aufgabe)
    if aufgabe.assignee is None and absent:
        return absent
    if aufgabe.assignee is None and (access.konto in aufgabe.candidate_users or access.rollen_in(aufgabe.region) & set(aufgabe.candidate_groups)):
        return None
    return next((one.login for one in represented(session) if covers(one, aufgabe)), None)


def covers(one: Vertretung, aufgabe: Aufgabe) -> bool:
    """Whether the absent person could do that task today."""
    if one.region != aufgabe.region:
        return False
    if aufgabe.assignee is not None:
        return aufgabe.assignee == one.login
    return one.login in aufgabe.candidate_users or bool(one.rollen & set(aufgabe.candidate_groups))


def _leader(session: FallSession, aufgabe: Aufgabe) -> str | None:
    """Who leads the task's case, if it is a task of the Fallführung; the case's row is there already."""
    return session.get_one(Fall, aufgabe.fall_id).fallfuehrung if FALLFUEHRUNG & set(aufgabe.candidate_groups) else None


def _taken_over_for(session: FallSession, aufgabe: Aufgabe) -> str | None:
    """In whose place this person took the task over."""
    taken = select(Verlauf.im_namen_von).where(Verlauf.fall_id == aufgabe.fall_id, Verlauf.element_key == aufgabe.key, Verlauf.command.in_(("claim", "assign")))
    absent = session.scalar(taken.order_by(Verlauf.id.desc()).limit(1))
    return absent if absent in {one.login for one in represented(session)} else None


def in_force(today: date | BindParameter[date]) -> tuple[ColumnElement[bool], ...]:
    """The conditions under which an absence counts on that day."""
    return (Abwesenheit.von <= today, Abwesenheit.bis >= today, Abwesenheit.aufgehoben_am.is_(None))


def today(session: FallSession) -> date:
    return session.now.astimezone(ZURICH).date()


def _read(session: FallSession) -> tuple[Vertretung, ...]:
    (found,) = session.read_rows(Call(_ABSENT, [{"konto": session.access.konto, "today": today(session)}]))
    held: dict[tuple[str, str], set[str]] = {}
    regionen = session.access.regionen
    for login, region, rolle in found.rows:
        if region in regionen and session.access.rollen_in(region) & stand_ins(rolle):
            held.setdefault((login, region), set()).add(rolle)
    return tuple(Vertretung(login, region, frozenset(rollen)) for (login, region), rollen in held.items())


# Put together once: it is asked with nearly every task that is done.
_ABSENT = Prepared(
    select(Abwesenheit.login, KontoRolle.region, KontoRolle.rolle)
    .join(Stellvertretung, Stellvertretung.abwesenheit_id == Abwesenheit.id)
    .join(KontoRolle, KontoRolle.login == Abwesenheit.login)
    .where(Stellvertretung.login == bindparam("konto"), *in_force(bindparam("today", type_=Date())))
    .order_by(Abwesenheit.login)
)
