"""Folds histories into traces that evaluations can read by the thousand. Only what is new costs anything."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from engine.commands.auswertung.angaben import angaben
from engine.model.access import PROBELAUF, system
from engine.queries.auswertung.augenblick import is_of_this_hour, note
from engine.queries.auswertung.kennung import KEY
from engine.replay.pseudonyms import age_class
from engine.store.session import Database, FallSession
from engine.store.tables import Bestandsfall, Einstellung, Instanz, Person, Segmentzuordnung, Spur, Verlauf

READER = system("auswertung")
BATCH = 100
# Of transactions that run at the same time, one with a smaller number may become visible later.
OVERLAP = 1000
ALL = 2**62
# Gateways take no time, flows are no places, and starts and ends are over at once.
LEFT_OUT = frozenset({
    "SEQUENCE_FLOW", "EXCLUSIVE_GATEWAY", "PARALLEL_GATEWAY", "INCLUSIVE_GATEWAY", "EVENT_BASED_GATEWAY", "START_EVENT", "END_EVENT",
})  # fmt: skip
OF_BOUNDARY = "BOUNDARY_EVENT"


def refresh(database: Database, enough: Callable[[], bool] = lambda: False) -> int:
    """Bring the traces up to date, in batches of short transactions, until there is nothing more or ``enough()``; gives how many are left.

    At least one is made each time, so that whoever asks again and again comes to the end. When it came there, figures are of that moment.
    """
    _ensure_key(database)
    while True:
        with database.read(READER) as session:
            waiting = _waiting(session)
            made = _made(session, waiting[:BATCH], enough)
            decided = session.scalar(select(func.max(Segmentzuordnung.id))) or 0
        if not waiting:
            with database.begin(READER) as session:
                note(session, decided)
            return 0
        with database.begin(READER) as session:
            for spur in made:
                session.merge(spur)
        if enough():
            return len(waiting) - len(made)


def catch_up(database: Database, enough: Callable[[], bool] = lambda: False) -> int:
    """``refresh`` once in an hour: for pages, which tell the same until then."""
    with database.read(READER) as session:
        is_new = is_of_this_hour(session)
    return 0 if is_new else refresh(database, enough)


def of_fall(session: FallSession, fall_id: int) -> list[Spur]:
    """The traces of one case as they are now, for whoever may look at it; nothing is kept, so that no figure moves."""
    last = func.max(Verlauf.id)
    rows = session.execute(select(Instanz.nummer, last).join(Verlauf, Verlauf.instanz_nummer == Instanz.nummer).where(Instanz.fall_id == fall_id).group_by(Instanz.nummer))
    return [_spur(session, number, until) for number, until in sorted(rows.all())]


def instanzen(database: Database) -> int:
    """How many instances there are to fold, of all processes, folded or not."""
    with database.read(READER) as session:
        return session.scalar(select(func.count(Instanz.nummer)).where(Instanz.region != PROBELAUF)) or 0


def _made(session: FallSession, waiting: Sequence[tuple[int, int]], enough: Callable[[], bool]) -> list[Spur]:
    """A long history takes a while: the time is looked at after each."""
    made: list[Spur] = []
    for number, last in waiting:
        made.append(_spur(session, number, last))
        if enough():
            break
    return made


def _ensure_key(database: Database) -> None:
    """Once in an installation: what evaluators call cases needs a key."""
    with database.read(READER) as session:
        is_there = session.get(Einstellung, KEY) is not None
    if not is_there:
        with database.begin(READER) as session:
            session.merge(Einstellung(name=KEY, value=secrets.token_hex(32)))


def _waiting(session: FallSession) -> list[tuple[int, int]]:
    """Instances with more history than their trace knows, and its last row; in that order, so that an interruption leaves no gap."""
    mark = (session.scalar(select(func.max(Spur.bis_verlauf))) or 0) - OVERLAP
    known = dict(session.execute(select(Spur.instanz_nummer, Spur.bis_verlauf).where(Spur.bis_verlauf > mark)).all())
    # Apart, or SQLite would rather go through the whole history in the order of its instances than through its end.
    since = select(Verlauf.instanz_nummer, Verlauf.id).where(Verlauf.id > mark, Verlauf.instanz_nummer.is_not(None), Verlauf.region != PROBELAUF)
    new = since.limit(ALL).subquery()
    last = func.max(new.c.id)
    rows = session.execute(select(new.c.instanz_nummer, last).group_by(new.c.instanz_nummer).order_by(last))
    return [(number, at) for number, at in rows if number is not None and known.get(number) != at]


def _spur(session: FallSession, number: int, last: int) -> Spur:
    instanz = session.get_one(Instanz, number)
    query = select(Verlauf.at, Verlauf.command, Verlauf.element_key, Verlauf.events).where(Verlauf.instanz_nummer == number, Verlauf.id <= last)
    people = session.scalars(select(Person).where(Person.fall_id == instanz.fall_id).order_by(Person.id)).all()
    first = next((person for person in people if person.rolle_ue == "antragstellend"), None)
    return Spur(
        instanz_nummer=number,
        fall_id=instanz.fall_id,
        region=instanz.region,
        release_id=instanz.release_id,
        process=instanz.process,
        version=instanz.version,
        zustand=instanz.zustand,
        begonnen_am=instanz.started_at,
        beendet_am=instanz.ended_at,
        altersklasse=age_class(first.geburtsdatum if first else None, instanz.started_at.date()),
        segment=_segment(session, instanz, first),
        einstieg=_einstieg(session, instanz),
        bis_verlauf=last,
        angaben=angaben(session, number),
        schritte=schritte([tuple(row) for row in session.execute(query.order_by(Verlauf.id))]),
    )


def _segment(session: FallSession, instanz: Instanz, person: Person | None) -> str:
    """The applicant's newest segment."""
    if person is None:
        return ""
    newest = select(Segmentzuordnung.segment).where(Segmentzuordnung.fall_id == instanz.fall_id, Segmentzuordnung.person_id == person.person_id)
    return session.scalar(newest.order_by(Segmentzuordnung.id.desc()).limit(1)) or ""


def _einstieg(session: FallSession, instanz: Instanz) -> str:
    if instanz.fall.herkunft:
        return "uebernahme"
    return "bestand" if session.scalar(select(Bestandsfall.id).where(Bestandsfall.fall_id == instanz.fall_id).limit(1)) else "anmeldung"


def schritte(rows: Sequence[tuple[datetime, str, int | None, Sequence[Any]]]) -> list[list[Any]]:
    """The steps of ``Spur``, from rows ``(at, command, element_key, events)``."""
    running: dict[int, list[Any]] = {}
    done: list[list[Any]] = []
    cancelled: list[list[Any]] = []
    for at, command, claimed, events in rows:
        moment = int(at.timestamp())
        if command == "claim" and claimed in running:
            running[claimed][5] = moment
        for what, key, element, kind, process, _ in events:
            if kind in LEFT_OUT or what == "armed" and kind == OF_BOUNDARY:
                continue
            if what in ("activated", "armed"):
                running.setdefault(key, [element, process, kind, moment, None, None, "o"])
            elif what in ("completed", "cancelled"):
                _end(running, key, moment, what, done, cancelled, new=[element, process, kind, moment, None, None, "o"])
    return [*done, *cancelled, *running.values()]


def _end(
    running: dict[int, list[Any]], key: int, moment: int, what: str, done: list[list[Any]], cancelled: list[list[Any]], *, new: list[Any]
) -> None:
    step = running.pop(key, None)
    if step is None:
        if what == "cancelled":
            return  # a boundary event that never happened
        step = new
    step[4], step[6] = moment, "c" if what == "completed" else "x"
    (done if what == "completed" else cancelled).append(step)


