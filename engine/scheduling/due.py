"""Due rows become commands: timers fire in the order of their due time, jobs go to their handler."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import structlog
from sqlalchemy import ColumnElement, bindparam, false, func, literal_column, or_, select

from engine.commands import umstellen
from engine.commands.deployments import take_effect
from engine.commands.events import fire_timer
from engine.commands.jobs import complete_job, fail_job, open_job
from engine.commands.nachrichten import deliver, forget, wanted
from engine.commands.starts import start_by_timer
from engine.model import calendar
from engine.model.access import PROBELAUF, system
from engine.model.errors import FallflussError, NotWaiting, Stale
from engine.scheduling.handlers import HANDLERS, HARMLESS
from engine.store.prepared import Call, Prepared
from engine.store.session import Database, FallSession
from engine.store.tables import Ausloeser, Geltung, Instanz, Job, Nachricht, Timer, Umstellung, Umstellungsfall

log = structlog.get_logger(__name__)

SCHEDULER = system("zeitgeber")
LONGEST_PAUSE = timedelta(hours=1)
# So many of one kind are done before somebody looks what else is due: a backlog of timers must not keep jobs waiting.
IN_A_ROW = 50


@dataclass(frozen=True)
class Worked:
    """What was done, and how often it failed and was put off."""

    timers: int = 0
    jobs: int = 0
    failures: int = 0
    migrations: int = 0

    def __add__(self, other: Worked) -> Worked:
        return Worked(self.timers + other.timers, self.jobs + other.jobs, self.failures + other.failures, self.migrations + other.migrations)

    @property
    def count(self) -> int:
        return self.timers + self.jobs + self.failures + self.migrations


def next_due(database: Database) -> datetime | None:
    """When the next timer or job of this server is due, in UTC; None when nothing waits. Costs an index look-up for each kind."""
    with database.read(SCHEDULER) as session:
        return next_due_in(session)


def next_due_in(session: FallSession) -> datetime | None:
    """The same within a transaction that is open already."""
    return min(_next_of_each(session).values(), default=None)


def run_due(database: Database, *, watch: Callable[[FallSession], object] | None = None) -> Worked:
    """Do everything that is due now, and what becomes due by doing it, each in its own transaction; of each kind the longest due first.

    ``watch`` is called at the end of each transaction that did something.
    """
    done = Worked()
    ahead = _ahead_now(database)
    while due := ahead.due:
        worked = Worked()
        for kind in due:
            more, ahead = _in_a_row(database, kind, ahead, watch)
            worked += more
        if worked.count == 0:  # another scheduler holds what is left
            return done
        done += worked
    return done


@dataclass(frozen=True)
class Ahead:
    """When the next of each kind is due, and the moment at which somebody looked."""

    at: Mapping[Kind, datetime]
    seen: datetime

    @property
    def due(self) -> list[Kind]:
        return [kind for kind, at in self.at.items() if at <= self.seen]


def _ahead_now(database: Database) -> Ahead:
    with database.read(SCHEDULER) as session:
        return Ahead(_next_of_each(session), session.now)


def _in_a_row(database: Database, kind: Kind, ahead: Ahead, watch: Callable[[FallSession], object] | None) -> tuple[Worked, Ahead]:
    """Work off one kind; each transaction tells what is ahead after it, so that nobody has to look again in one of its own."""
    done = Worked()
    while done.count < IN_A_ROW:
        worked, seen = _attempt(database, kind, watch)
        done, ahead = done + worked, seen or _ahead_now(database)
        if worked.count == 0 or kind not in ahead.due:
            break
    return done, ahead


def _put_off(session: FallSession, row: Any, reason: str) -> None:
    row.attempts += 1
    row.next_attempt_at = session.now + pause(row.attempts)


@dataclass(frozen=True)
class Kind:
    """What can be due: where its rows are, which of them are ours, what is done, and how it is put off when that fails."""

    table: Any
    work: Callable[[FallSession, int], None]
    done: Worked
    where: Callable[[], tuple[ColumnElement[bool], ...]] = tuple
    # The column that says when.
    due: str = "next_attempt_at"
    # Given the row and the reason.
    postpone: Callable[[FallSession, Any, str], None] = _put_off

    @property
    def at(self) -> Any:
        return getattr(self.table, self.due)


def _attempt(database: Database, kind: Kind, watch: Callable[[FallSession], object] | None) -> tuple[Worked, Ahead | None]:
    """Do one due thing, if there is one. What fails is done once more, so that it can be put off. None: nobody looked ahead."""
    try:
        with database.begin(SCHEDULER) as session:
            key = _next(session, kind)
            if key is None:
                return Worked(), None
            kind.work(session, key)
            if watch is not None:
                watch(session)
            return kind.done, Ahead(_next_of_each(session), session.now)
    except (NotWaiting, Stale):
        return Worked(), None
    except Exception:
        # Without a savepoint nothing of it is left. Nearly everything succeeds, and a savepoint costs a tenth of a step.
        return _attempt_again(database, kind, watch)


def _attempt_again(database: Database, kind: Kind, watch: Callable[[FallSession], object] | None) -> tuple[Worked, Ahead | None]:
    """The same; what fails now is put off, so that one broken case does not stop the others.

    Putting off happens in the same transaction: between two, another scheduler would try the same again at once.
    """
    with database.begin(SCHEDULER) as session:
        key = _next(session, kind)
        if key is None:
            return Worked(), None
        try:
            with session.begin_nested():
                kind.work(session, key)
        except (NotWaiting, Stale):
            return Worked(), None
        except Exception as error:
            log.exception("due.failed", key=key)
            if row := session.get(kind.table, key):
                kind.postpone(session, row, str(error) if isinstance(error, FallflussError) else type(error).__name__)
            return Worked(failures=1), None
        if watch is not None:
            watch(session)
        return kind.done, None


def _start(session: FallSession, key: int) -> None:
    start_by_timer(session, key)


def _handle(session: FallSession, key: int) -> None:
    instanz, job = open_job(session, key)
    complete_job(session, key, HANDLERS[job.type](session, instanz, job) or {})


def _next(session: FallSession, kind: Kind) -> int | None:
    """The key of what is due longest, its instance locked; what another scheduler has locked is left to it."""
    (found,) = session.read_rows(Call(_longest_due(kind, frozenset(HANDLERS)), [{"now": session.now}]))
    return found.rows[0][0] if found.rows else None


@cache
def _longest_due(kind: Kind, handlers: frozenset[str]) -> Prepared:
    # Put together once for what this server handles: with thousands due that costs as much as sending it.
    table = kind.table
    query = select(table.key).where(kind.at <= bindparam("now"), *kind.where()).order_by(kind.at, table.key).limit(literal_column("1"))
    if table in (Ausloeser, Geltung, Nachricht):  # belongs to no instance yet: the row itself is the lock
        return Prepared(query.with_for_update(of=table, skip_locked=True))
    return Prepared(query.join(Instanz, Instanz.nummer == table.instanz_nummer).with_for_update(of=Instanz, skip_locked=True))


def _next_of_each(session: FallSession) -> dict[Kind, datetime]:
    """When the next one of each kind is due, of those of which any waits. One statement with an index look-up for each."""
    (found,) = session.read_rows(Call(_earliest(frozenset(HANDLERS)), [{}]))
    return {kind: at for kind, at in zip(KINDS, found.rows[0], strict=True) if at is not None}


@cache
def _earliest(handlers: frozenset[str]) -> Prepared:
    # One statement for all kinds: somebody looks after each step.
    return Prepared(select(*(select(func.min(kind.at)).where(*kind.where()).scalar_subquery() for kind in KINDS)))


def _ours() -> tuple[ColumnElement[bool], ...]:
    """Jobs that a handler of this server does; the others wait for a worker outside.

    A trial run must reach nobody: what would, waits for whoever tries it out.
    """
    return (Job.retries > 0, _one_of(Job.type, HANDLERS), or_(Job.region != PROBELAUF, _one_of(Job.type, HARMLESS)))


def _running_plans() -> tuple[ColumnElement[bool], ...]:
    """Cases of plans that are being examined or run; a plan that was paused or given up keeps its queue."""
    return (Umstellungsfall.umstellung_id.in_(select(Umstellung.id).where(_one_of(Umstellung.zustand, ("pruefung", "laeuft")))),)


def _one_of(column: Any, values: Iterable[str]) -> ColumnElement[bool]:
    """Without a list that would be written anew for each sending."""
    return or_(false(), *(column == value for value in sorted(values)))


def _wanted() -> tuple[ColumnElement[bool], ...]:
    return (wanted(),)


def _fail_job(session: FallSession, job: Job, reason: str) -> None:
    fail_job(session, job.key, reason, retries=job.retries - 1, back_off=_back_off(session, job))


def _back_off(session: FallSession, job: Job) -> timedelta:
    """The job's header ``retryBackoff`` (an ISO duration, as connectors have it), else longer with each failure."""
    wanted = job.headers.get("retryBackoff", "")
    try:
        return calendar.add_duration(session.now, wanted) - session.now if wanted else pause(job.attempts + 1)
    except ValueError:
        return pause(job.attempts + 1)


def pause(attempts: int) -> timedelta:
    """How long to wait after so many failures: doubling from ten seconds up to an hour."""
    # Doubled at most nine times: two days of failures would otherwise leave what a timedelta holds, and stop every other timer, too.
    return min(timedelta(seconds=10) * (1 << min(max(attempts - 1, 0), 9)), LONGEST_PAUSE)


TIMERS = Kind(Timer, fire_timer, Worked(timers=1))
# Before the start events, which at that instant are those of another release.
RELEASES = Kind(Geltung, take_effect, Worked(timers=1))
STARTS = Kind(Ausloeser, _start, Worked(timers=1))
MESSAGES = Kind(Nachricht, deliver, Worked(jobs=1), _wanted)
# A message that was in vain goes even when nobody ever asks for it.
IN_VAIN = Kind(Nachricht, forget, Worked(jobs=1), due="bis")
MIGRATIONS = Kind(Umstellungsfall, umstellen.work, Worked(migrations=1), _running_plans)
JOBS = Kind(Job, _handle, Worked(jobs=1), _ours, postpone=_fail_job)
KINDS = (RELEASES, TIMERS, STARTS, MESSAGES, IN_VAIN, JOBS, MIGRATIONS)
