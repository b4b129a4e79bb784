"""Meine Arbeit: the open tasks a person may see, filtered, sorted and counted, in a number of statements that does not grow with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, func, literal, null, or_, select, true, union

from engine.cases.sichtbar import names, visible_task
from engine.cases.vertretung import represented
from engine.model.calendar import ZURICH
from engine.queries.namenssuche import case_condition, contains
from engine.store.session import FallSession
from engine.store.tables import Aufgabe, Fall, Konto, Segmentzuordnung, Teammitglied

# Written into the statement, so that the database knows it when it chooses the index of open tasks.
OPEN = literal("CREATED", literal_execute=True)
SICHTEN = ("ueberfaellig", "heute", "woche", "spaeter", "zurueckgestellt")
SORTIERUNGEN = ("faellig", "fall", "name", "schritt", "person", "zustaendig", "prioritaet")
# Who leads sees the tasks of everybody in the region (chapter 3: Team, Region).
LEADS = ("teamleitung", "leitung")
# A task of these groups belongs to whoever is responsible for the case, as long as nobody has taken it.
NIEMAND = "-"
FALLFUEHRUNG = ("fallfuehrung", "fallfuehrung_intensiv")


@dataclass(frozen=True)
class Filter:
    """What the list is narrowed to. ``wer`` is empty (mine and free ones), meine, frei or alle; ``person`` is a login, or ``NIEMAND``.

    ``richtung`` is empty, or ``ab`` for the other way round.
    """

    sicht: str = ""
    wer: str = ""
    region: str = ""
    team: int | None = None
    person: str = ""
    schritt: str = ""
    segment: str = ""
    suche: str = ""
    sortierung: str = "faellig"
    richtung: str = ""


@dataclass(frozen=True)
class Zeile:
    """A task of the list; ``zustaendig`` is who has it, or who is responsible for its case."""

    aufgabe: Aufgabe
    bezeichnung: str
    zustaendig: str | None


@dataclass(frozen=True)
class Liste:
    """One page, how many tasks there are in each ``Sicht`` under the other filters (``""`` is all of them), and element and name of all steps
    that one can choose between."""

    rows: tuple[Zeile, ...]
    counts: Mapping[str, int]
    total: int
    schritte: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Grenzen:
    """The instants between overdue, today and this week, on Zurich's calendar: the end of a day still belongs to that day."""

    now: datetime
    morgen: datetime
    naechste_woche: datetime

    @classmethod
    def of(cls, now: datetime) -> Grenzen:
        today = now.astimezone(ZURICH).date()
        # On a weekend people look at the week that comes.
        days = 7 - today.weekday() + (7 if today.weekday() > 4 else 0)
        return cls(now, _midnight(today + timedelta(days=1)), _midnight(today + timedelta(days=days)))

    def sicht(self, due: datetime | None) -> str:
        """The tab a task due then belongs to."""
        if due is None:
            return "spaeter"
        if due <= self.now:
            return "ueberfaellig"
        return "heute" if due <= self.morgen else "woche" if due <= self.naechste_woche else "spaeter"


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZURICH)


def liste(session: FallSession, wanted: Filter, *, limit: int = 50, offset: int = 0) -> Liste:
    """The page of the list, the numbers beside its tabs and the steps to choose from: two statements, a third where something narrows it."""
    base, sichten = _base(session, wanted), _sichten(session.now, is_search=bool(wanted.suche))
    steps = _steps(session, base, sichten)
    counts = dict(zip(sichten, (sum(int(step[number]) for step in steps) for number in range(2, len(sichten) + 2)), strict=True))
    found = session.execute(_rows(base, sichten[wanted.sicht], wanted).limit(limit).offset(offset))
    everything = Filter(wer=wanted.wer)
    is_narrowed = replace(wanted, sicht="", sortierung=everything.sortierung, richtung="") != everything
    choice = _steps(session, _base(session, everything), {}) if is_narrowed else steps
    schritte = sorted(((step[0], step[1]) for step in choice), key=lambda one: one[1])
    return Liste(tuple(Zeile(*row) for row in found), counts, counts[wanted.sicht], tuple(schritte))


def _steps(session: FallSession, base: Iterable[ColumnElement[bool]], sichten: Mapping[str, ColumnElement[bool]]) -> Sequence[Any]:
    """Element and name of each step, and how many of its tasks each tab has."""
    counts = (func.sum(case((condition, 1), else_=0)) for condition in sichten.values())
    query = select(Aufgabe.element, func.min(Aufgabe.name), *counts).join(Fall, Fall.id == Aufgabe.fall_id)
    return session.execute(query.where(*base).group_by(Aufgabe.element)).all()


def every_row(session: FallSession, wanted: Filter) -> Iterable[Zeile]:
    """All rows of the list as filtered, read little by little, for a file."""
    sichten = _sichten(session.now, is_search=bool(wanted.suche))
    query = _rows(_base(session, wanted), sichten[wanted.sicht], wanted).execution_options(yield_per=500)
    return (Zeile(*row) for row in session.execute(query))


def workable(session: FallSession) -> ColumnElement[bool]:
    """In SQL what ``commands.may_work`` and a free or own assignee are for one row, absences included."""
    return or_(mine(session), and_(Aufgabe.assignee.is_(None), _offered(session), visible_task(session)))


def mine(session: FallSession) -> ColumnElement[bool]:
    """Assigned to the person or to somebody absent for whom the person stands in; free, but of a case of theirs."""
    return or_(_taken(session), _of_own_case(session))


def _taken(session: FallSession) -> ColumnElement[bool]:
    return _is_theirs(session, Aufgabe.assignee)


def _of_own_case(session: FallSession) -> ColumnElement[bool]:
    return and_(Aufgabe.assignee.is_(None), _is_theirs(session, Fall.fallfuehrung), _of_case_responsible(), _offered(session))


def _is_theirs(session: FallSession, login: Any) -> ColumnElement[bool]:
    """The person's own, or of somebody whom they stand in for, there where they do."""
    return or_(login == session.access.konto, *(and_(Aufgabe.region == one.region, login == one.login) for one in represented(session)))


def leads_in(session: FallSession) -> list[str]:
    """The regions where this person leads."""
    return sorted(region for region in session.access.regionen if session.access.rollen_in(region) & set(LEADS))


def zustaendig() -> ColumnElement[Any]:
    """The login of who has the task, or of who is responsible for its case when the task is the Fallführung's."""
    return case((Aufgabe.assignee.is_not(None), Aufgabe.assignee), (_of_case_responsible(), Fall.fallfuehrung), else_=null())


def search_condition(text: str) -> ColumnElement[bool]:
    """Case number, household, step, or any person of the case."""
    return or_(case_condition(text), contains(Aufgabe.name, text.strip()))


def _rows(base: Iterable[ColumnElement[bool]], sicht: ColumnElement[bool], wanted: Filter) -> Select[Any, Any, Any]:
    query = select(Aufgabe, Fall.bezeichnung, zustaendig()).join(Fall, Fall.id == Aufgabe.fall_id).where(*base, sicht)
    return query.order_by(*_order(wanted))


def _order(wanted: Filter) -> tuple[Any, ...]:
    """The column first, nothing always last; then the most urgent."""
    who = select(Konto.name).where(Konto.login == zustaendig()).scalar_subquery()
    first: dict[str, Any] = {
        "faellig": Aufgabe.faellig_am, "fall": Aufgabe.fall_nr, "name": Fall.bezeichnung, "schritt": Aufgabe.name,
        "person": Aufgabe.person_name, "zustaendig": who, "prioritaet": -Aufgabe.priority,
    }  # fmt: skip
    column = first[wanted.sortierung]
    due = (Aufgabe.faellig_am.is_(None), Aufgabe.faellig_am, Aufgabe.priority.desc(), Aufgabe.key)
    return (column.is_(None), column.desc() if wanted.richtung else column, *due)


def _base(session: FallSession, wanted: Filter) -> list[ColumnElement[bool]]:
    """Everything but the ``Sicht``, which the tabs count."""
    where = [Aufgabe.zustand == OPEN, _whose(session, wanted)]
    if wanted.region:
        where.append(Aufgabe.region == wanted.region)
    if wanted.schritt:
        where.append(Aufgabe.element == wanted.schritt)
    if wanted.person:
        where.append(zustaendig().is_(None) if wanted.person == NIEMAND else zustaendig() == wanted.person)
    if wanted.team is not None:
        members = select(Teammitglied.login).where(Teammitglied.team_id == wanted.team)
        where.append(zustaendig().in_(members))
    if wanted.segment:
        where.append(_has_segment(wanted.segment))
    if wanted.suche:
        where.append(search_condition(wanted.suche))
    return where


def _whose(session: FallSession, wanted: Filter) -> ColumnElement[bool]:
    if session.access.everywhere:
        return true()
    if wanted.wer == "alle":
        return or_(Aufgabe.region.in_(leads_in(session)), workable(session))
    own, free = _mine(session), [_free(_is_nobodys(session))]
    return Aufgabe.key.in_(union(*{"meine": own, "frei": free}.get(wanted.wer, [*own, *free])))


def _mine(session: FallSession) -> list[Select[Any]]:
    """The same tasks as ``mine``, by narrow indexes: so a page costs what these cost, not what its region has."""
    people = [session.access.konto, *(one.login for one in represented(session))]
    taken = select(Aufgabe.key).where(Aufgabe.zustand == OPEN, Aufgabe.assignee.in_(people), _taken(session))
    return [taken, _free(and_(Fall.fallfuehrung.in_(people), _of_own_case(session)))]


def _free(condition: ColumnElement[bool]) -> Select[Any]:
    return select(Aufgabe.key).join(Fall, Fall.id == Aufgabe.fall_id).where(Aufgabe.zustand == OPEN, Aufgabe.assignee.is_(None), condition)


def _is_nobodys(session: FallSession) -> ColumnElement[bool]:
    return and_(Aufgabe.assignee.is_(None), _offered(session), or_(Fall.fallfuehrung.is_(None), ~_of_case_responsible()))


def _sichten(now: datetime, *, is_search: bool) -> dict[str, ColumnElement[bool]]:
    """The tabs. What was put off until later is out of the others, unless it is overdue or somebody looks for it."""
    bounds = Grenzen.of(now)
    due = Aufgabe.faellig_am
    overdue = and_(due.is_not(None), due <= now)
    put_off = and_(Aufgabe.wiedervorlage_am.is_not(None), Aufgabe.wiedervorlage_am > now, or_(due.is_(None), due > now))
    shown = true() if is_search else ~put_off
    return {
        "": shown,
        "ueberfaellig": overdue,
        "heute": and_(due > now, due <= bounds.morgen, shown),
        "woche": and_(due > bounds.morgen, due > now, due <= bounds.naechste_woche, shown),
        "spaeter": and_(or_(due.is_(None), and_(due > bounds.naechste_woche, due > bounds.morgen)), shown),
        "zurueckgestellt": put_off,
    }


def _offered(session: FallSession) -> ColumnElement[bool]:
    """Tasks of the groups the person belongs to or stands in for, region by region, and those that name the person."""
    access = session.access
    if access.everywhere:
        return true()
    held = {region: set(access.rollen_in(region)) for region in access.places}
    for one in represented(session):
        held[one.region] |= one.rollen
    parts = [
        and_(Aufgabe.region == region, or_(false(), *(names(Aufgabe.candidate_groups, rolle) for rolle in sorted(rollen))))
        for region, rollen in sorted(held.items())
    ]
    return or_(false(), names(Aufgabe.candidate_users, access.konto), *parts)


def _of_case_responsible() -> ColumnElement[bool]:
    return or_(*(names(Aufgabe.candidate_groups, rolle) for rolle in FALLFUEHRUNG))


def _has_segment(segment: str) -> ColumnElement[bool]:
    """The task's person has it now; with a task for the whole household, somebody does."""
    return exists().where(
        Segmentzuordnung.fall_id == Aufgabe.fall_id,
        Segmentzuordnung.bis.is_(None),
        Segmentzuordnung.segment == segment,
        or_(Aufgabe.person_id.is_(None), Aufgabe.person_id == Segmentzuordnung.person_id),
    )
