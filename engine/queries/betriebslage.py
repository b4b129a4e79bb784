"""What an operator looks at: what is broken, late or stuck, by cause and over all regions. Counts and elements, never a case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, text

from engine.model.access import PROBELAUF
from engine.queries import lage
from engine.queries.lage import Ausschnitt, Fassung, Ursache
from engine.queries.operation import OVERDUE
from engine.store import library
from engine.store.everywhere import everywhere
from engine.store.session import FallSession
from engine.store.tables import Instanz, Job, Release, Timer

# Statements that have been running so long are shown.
RUNNING_SECONDS = 1
_RUNNING = text(
    "SELECT extract(epoch FROM now() - query_start), state, coalesce(wait_event_type, ''), left(regexp_replace(query, '\\s+', ' ', 'g'), 200) "
    "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle' "
    "AND query_start < now() - make_interval(secs => :seconds) ORDER BY query_start LIMIT 20"
)


@dataclass(frozen=True)
class Wartend:
    """Deadlines at one element, or jobs of one type: how many are late, since when the oldest, and how often it was tried."""

    process: str
    element: str
    count: int
    oldest: datetime
    attempts: int


@dataclass(frozen=True)
class Auftragsart:
    """Jobs of one type that do not go on: without attempts left, taken by a program that fell silent, or never taken."""

    type: str
    ohne_versuche: int
    verstummt: int
    nicht_abgeholt: int
    oldest: datetime


@dataclass(frozen=True)
class Abfrage:
    """A statement that is running in the database now, without its values."""

    seconds: float
    state: str
    wait: str
    statement: str


@dataclass(frozen=True)
class Betriebslage:
    stoerungen: Sequence[Ursache]
    fristen: Sequence[Wartend]
    auftraege: Sequence[Auftragsart]
    fassungen: Sequence[Fassung]
    abfragen: Sequence[Abfrage]
    # (process, element) → what people call it
    namen: dict[tuple[str, str], str]


def betriebslage(session: FallSession) -> Betriebslage:
    """Everything of the operations page, from a few grouped queries."""
    with everywhere(session):
        causes, late = lage.ursachen(session, Ausschnitt()), list(_late(session))
        found = Betriebslage(causes, late, list(_stuck(session)), lage.fassungen(session), _running(session), {})
        for process, element in {*((one.process, one.element) for one in causes), *((one.process, one.element) for one in late)}:
            found.namen[process, element] = _name(session, process, element)
    return found


def _late(session: FallSession) -> list[Wartend]:
    """By the time of the next attempt: what failed waits longer and longer, and is late all the same."""
    late = or_(Timer.next_attempt_at < session.now - OVERDUE, and_(Timer.attempts > 0, Timer.due_at < session.now - OVERDUE))
    query = (
        select(Timer.process, Timer.element, func.count(Timer.key), func.min(Timer.due_at), func.max(Timer.attempts))
        .where(late, Timer.region != PROBELAUF)
        .group_by(Timer.process, Timer.element)
        .order_by(func.min(Timer.due_at))
    )
    return [Wartend(*row) for row in session.execute(query)]


def _stuck(session: FallSession) -> list[Auftragsart]:
    dead, taken = Job.retries <= 0, Job.locked_until.is_not(None)
    silent = and_(Job.retries > 0, taken, Job.locked_until < session.now)
    waiting = and_(Job.retries > 0, ~taken, Job.next_attempt_at < session.now - OVERDUE)
    query = (
        select(Job.type, *_counts(dead, silent, waiting), func.min(Job.created_at))
        .where(or_(dead, silent, waiting), Job.region != PROBELAUF)
        .group_by(Job.type)
        .order_by(func.min(Job.created_at))
    )
    return [Auftragsart(*row) for row in session.execute(query)]


def _counts(*conditions: ColumnElement[bool]) -> tuple[Any, ...]:
    return tuple(func.count(Job.key).filter(one) for one in conditions)


def _running(session: FallSession) -> list[Abfrage]:
    """Only PostgreSQL tells; with SQLite there is one process, whose slow statements the page counts itself."""
    if session.database.is_sqlite:
        return []
    return [Abfrage(float(row[0]), row[1], row[2], row[3]) for row in session.execute(_RUNNING, {"seconds": RUNNING_SECONDS})]


def _name(session: FallSession, process: str, element: str) -> str:
    """As in the newest release on which a case of the process runs; the id where it is drawn there no more."""
    release_id = session.scalar(
        select(func.max(Release.id)).join(Instanz, Instanz.release_id == Release.id).where(Instanz.zustand == "active", Instanz.region != PROBELAUF)
    )
    if release_id is None:
        return element
    contents = library.contents(session, release_id)
    found = contents.element(process, element) if contents.item("process", process) else None
    return found.label if found else element
