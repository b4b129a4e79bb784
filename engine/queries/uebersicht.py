"""What stands beside the list: what my cases wait for from others, notices, comments, saved lists, and the team's figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select, true

from engine.cases.sichtbar import names
from engine.cases.vertretung import represented
from engine.queries.arbeit import FALLFUEHRUNG, LEADS, Grenzen, mine, zustaendig
from engine.store import library
from engine.store.session import FallSession
from engine.store.tables import Ansicht, Aufgabe, Aufgabenkommentar, Fall, Hinweis, Instanz, Subscription, Teammitglied, Timer

# How the elements of the Standortbestimmung begin on the diagrams.
SB = "standort"


@dataclass(frozen=True)
class Wartet:
    """One of my cases that waits for somebody else: a task of others, a message, or a timer. ``wer`` is a login, a role, or empty."""

    fall_nr: str
    bezeichnung: str
    worauf: str
    wer: str
    faellig_am: datetime | None


@dataclass(frozen=True)
class Person:
    """The open tasks of one person; ``login`` is None for those nobody has."""

    login: str | None
    offen: int
    ueberfaellig: int
    woche: int


def waiting(session: FallSession, *, limit: int = 50) -> tuple[Wartet, ...]:
    """Tasks of my cases that are somebody else's, then my cases in which nobody has a task: what they wait for."""
    theirs = session.execute(
        select(Aufgabe, Fall.bezeichnung).join(Fall, Fall.id == Aufgabe.fall_id)
        .where(Aufgabe.zustand == "CREATED", _my_case(session), ~_is_mine(session))
        .order_by(Aufgabe.faellig_am.is_(None), Aufgabe.faellig_am, Aufgabe.key).limit(limit)
    )
    rows = [Wartet(a.fall_nr, name, a.name, a.assignee or ", ".join(a.candidate_groups), a.faellig_am) for a, name in theirs]
    return (*rows, *_idle(session, limit - len(rows)))


def waiting_count(session: FallSession) -> int:
    """How many rows ``waiting`` has without its limit."""
    tasks = session.scalar(
        select(func.count()).select_from(Aufgabe).join(Fall, Fall.id == Aufgabe.fall_id)
        .where(Aufgabe.zustand == "CREATED", _my_case(session), ~_is_mine(session))
    )
    idle = session.scalar(select(func.count(Fall.id)).where(*_idle_conditions(session)))
    return (tasks or 0) + (idle or 0)


def notices(session: FallSession, *, limit: int) -> list[tuple[Hinweis, str]]:
    """Open notices for the roles this person holds, newest first, with the number of their case; the Fallführung sees those of its own cases."""
    rows = session.execute(
        select(Hinweis, Fall.fall_nr).join(Fall, Fall.id == Hinweis.fall_id)
        .where(Hinweis.erledigt_am.is_(None), _for_me(session)).order_by(Hinweis.at.desc(), Hinweis.id.desc()).limit(limit)
    )
    return [(hinweis, fall_nr) for hinweis, fall_nr in rows]


def comments(session: FallSession, key: int) -> list[Aufgabenkommentar]:
    """The comments on a task, oldest first."""
    return list(session.scalars(select(Aufgabenkommentar).where(Aufgabenkommentar.aufgabe_key == key).order_by(Aufgabenkommentar.id)))


def views(session: FallSession) -> list[Ansicht]:
    """The saved lists of this person and those shared with their regions and teams, by name."""
    me, regionen = session.access.konto, sorted(session.access.regionen)
    team_ids = select(Teammitglied.team_id).where(Teammitglied.login == me)
    shared = or_(Ansicht.region.in_(regionen), Ansicht.team_id.in_(team_ids))
    return list(session.scalars(select(Ansicht).where(or_(Ansicht.login == me, shared)).order_by(Ansicht.name, Ansicht.id)))


def per_person(session: FallSession, region: str) -> list[Person]:
    """The open tasks of a region by who has them, the most overdue first; one statement."""
    bounds, due = Grenzen.of(session.now), Aufgabe.faellig_am
    who = zustaendig().label("wer")
    rows = session.execute(
        select(who, func.count(), _count(due <= session.now), _count(and_(due > session.now, due <= bounds.naechste_woche)))
        .select_from(Aufgabe).join(Fall, Fall.id == Aufgabe.fall_id)
        .where(Aufgabe.zustand == "CREATED", Aufgabe.region == region).group_by(who)
    )
    people = [Person(login, int(offen), int(over), int(week)) for login, offen, over, week in rows]
    return sorted(people, key=lambda one: (one.login is None, -one.ueberfaellig, -one.offen, one.login or ""))


def overdue_reviews(session: FallSession, region: str, *, limit: int = 20) -> list[tuple[Aufgabe, str | None]]:
    """Standortbestimmungen past their date, the longest first, with who is responsible for the case."""
    rows = session.execute(
        select(Aufgabe, zustaendig()).join(Fall, Fall.id == Aufgabe.fall_id)
        .where(Aufgabe.zustand == "CREATED", Aufgabe.region == region, Aufgabe.element.startswith(SB, autoescape=True))
        .where(Aufgabe.faellig_am <= session.now).order_by(Aufgabe.faellig_am, Aufgabe.key).limit(limit)
    )
    return [(aufgabe, login) for aufgabe, login in rows]


def approvals(session: FallSession, region: str, *, limit: int = 20) -> list[Aufgabe]:
    """Tasks that wait for a leading role of the region, the most urgent first."""
    return list(
        session.scalars(
            select(Aufgabe).where(Aufgabe.zustand == "CREATED", Aufgabe.region == region, or_(*(names(Aufgabe.candidate_groups, r) for r in LEADS)))
            .order_by(Aufgabe.faellig_am.is_(None), Aufgabe.faellig_am, Aufgabe.key).limit(limit)
        )
    )


def belongings(session: FallSession, region: str, login: str) -> tuple[list[Aufgabe], list[Fall]]:
    """All that would have to be passed on if this person left the region: open tasks and open cases."""
    tasks = session.scalars(
        select(Aufgabe).where(Aufgabe.zustand == "CREATED", Aufgabe.region == region, Aufgabe.assignee == login).order_by(Aufgabe.fall_nr, Aufgabe.key)
    )
    cases = session.scalars(
        select(Fall).where(Fall.region == region, Fall.fallfuehrung == login, Fall.abgeschlossen_am.is_(None), Fall.uebergeben_am.is_(None))
        .order_by(Fall.fall_nr)
    )
    return list(tasks), list(cases)


def due_days(session: FallSession) -> list[tuple[str, int, datetime | None]]:
    """Case number, key and due instant of this person's own tasks: all that a calendar or a mail may hold."""
    rows = session.execute(
        select(Aufgabe.fall_nr, Aufgabe.key, Aufgabe.faellig_am).join(Fall, Fall.id == Aufgabe.fall_id)
        .where(Aufgabe.zustand == "CREATED", mine(session)).order_by(Aufgabe.faellig_am, Aufgabe.key)
    )
    return [(fall_nr, key, due) for fall_nr, key, due in rows]


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _my_case(session: FallSession) -> ColumnElement[bool]:
    parts = [Fall.fallfuehrung == session.access.konto]
    parts += [and_(Fall.region == one.region, Fall.fallfuehrung == one.login) for one in represented(session)]
    return or_(*parts)


def _is_mine(session: FallSession) -> ColumnElement[bool]:
    # An assignee that is NULL would make the whole condition unknown, and its negation too.
    return case((mine(session), True), else_=False)


def _idle_conditions(session: FallSession) -> tuple[ColumnElement[bool], ...]:
    has_task = select(Aufgabe.key).where(Aufgabe.fall_id == Fall.id, Aufgabe.zustand == "CREATED").exists()
    return (_my_case(session), Fall.abgeschlossen_am.is_(None), Fall.uebergeben_am.is_(None), ~has_task)


def _idle(session: FallSession, limit: int) -> list[Wartet]:
    """Cases without a task: their next timer, or a message."""
    if limit <= 0:
        return []
    cases = session.scalars(select(Fall).where(*_idle_conditions(session)).order_by(Fall.fall_nr).limit(limit)).all()
    ids = [fall.id for fall in cases]
    timers = _first(session, Timer, ids, Timer.due_at)
    messages = _first(session, Subscription, ids, Subscription.key, Subscription.kind == "message")
    return [_wartet(session, fall, timers.get(fall.id), messages.get(fall.id)) for fall in cases]


def _first(session: FallSession, table: Any, ids: Sequence[int], order: Any, *where: Any) -> Mapping[int, tuple[Any, int]]:
    rows = session.execute(
        select(Instanz.fall_id, table, Instanz.release_id).join(Instanz, Instanz.nummer == table.instanz_nummer)
        .where(Instanz.fall_id.in_(ids), *where).order_by(order)
    )
    found: dict[int, tuple[Any, int]] = {}
    for fall_id, row, release_id in rows:
        found.setdefault(fall_id, (row, release_id))
    return found


def _wartet(session: FallSession, fall: Fall, timer: tuple[Any, int] | None, message: tuple[Any, int] | None) -> Wartet:
    """The timer is what is sure to come; without one, the message."""
    wait = timer or message
    if wait is None:
        return Wartet(fall.fall_nr, fall.bezeichnung, fall.phase, "", None)
    row, release_id = wait
    element = library.contents(session, release_id).element(row.process, row.element)
    name = (element.name if element else "") or fall.phase or row.element
    return Wartet(fall.fall_nr, fall.bezeichnung, name, "", row.due_at if isinstance(row, Timer) else None)


def _for_me(session: FallSession) -> ColumnElement[bool]:
    access = session.access
    if access.everywhere:
        return true()
    parts: list[ColumnElement[bool]] = []
    for region in sorted(access.places):
        held = access.rollen_in(region)
        own = sorted(held - set(FALLFUEHRUNG))
        parts.append(and_(Hinweis.region == region, Hinweis.an_rolle.in_(own)))
        if held & set(FALLFUEHRUNG):
            mine_or_nobodys = or_(_my_case(session), Fall.fallfuehrung.is_(None))
            parts.append(and_(Hinweis.region == region, Hinweis.an_rolle.in_(FALLFUEHRUNG), mine_or_nobodys))
    return or_(*parts) if parts else ~true()
