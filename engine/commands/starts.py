"""Cases that nobody opens: start events that wait for a message or a timer, from one release to the next, in each region its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from sqlalchemy import or_, select

from engine.commands.cases import CaseRef, start_case
from engine.definitions import feel, start_events
from engine.definitions.bpmn import Element
from engine.model import calendar
from engine.model.calendar import TimerKind
from engine.model.errors import DefinitionInvalid, Finding, FormInvalid, NotWaiting
from engine.store import library
from engine.store.parameter import KANTON
from engine.store.session import FallSession
from engine.store.steps import Act
from engine.store.tables import Ausloeser, Geltung, Meldung, Region, Release

# Process, version, element, and for messages the release: they wait for every release that is in force somewhere.
Place = tuple[str, int, str, int]


def check(session: FallSession, release_id: int) -> None:
    """See whether all start events of a release could wait.

    Raises:
        DefinitionInvalid: a timer that cannot be computed, or whose region does not exist.
    """
    for process, version, start in _starts(session, release_id):
        _row(session, release_id, process, version, start)


def renew(session: FallSession) -> None:
    """Let the start events of what is in force now wait, instead of those before. What did not change keeps its due time."""
    # One after the other: of two at once each would delete what the other lets wait.
    session.scalars(select(Release.id).order_by(Release.id).limit(1).with_for_update(key_share=True)).all()
    waiting = {_place(row): row for row in session.scalars(select(Ausloeser).execution_options(populate_existing=True))}
    for row in _wanted(session):
        known = waiting.pop(_place(row), None)
        if known is not None:
            known.release_id = row.release_id
        else:
            session.add(row)
    for old in waiting.values():
        session.delete(old)
    session.flush()


def catch_up(session: FallSession) -> None:
    """Renew for releases whose instant has come and that the scheduler has not got to yet."""
    due = session.scalars(select(Geltung).where(Geltung.next_attempt_at <= session.now).with_for_update()).all()
    for row in due:
        row.next_attempt_at = None
    if due:
        session.flush()
        renew(session)


def in_force(session: FallSession) -> dict[str, int]:
    """The release in force in each region, and under ``*`` the one where a region has none of its own. A region without any is left out."""
    # What another transaction put in force with a later instant than ours counts too: it has already renewed, and we come after it.
    rows = session.scalars(
        select(Geltung).where(or_(Geltung.von <= session.now, Geltung.next_attempt_at.is_(None))).order_by(Geltung.von, Geltung.key)
    ).all()
    found: dict[str, int] = {}
    for region in (KANTON, *session.scalars(select(Region.kuerzel))):
        if own := [row for row in rows if row.region in (KANTON, region)]:
            found[region] = own[-1].release_id
    return found


def start_by_message(session: FallSession, name: str, variables: Mapping[str, Any], *, message_id: str | None) -> CaseRef | None:
    """Open a case with each process that starts with this message, and give the first; None when there is none. ``variables`` name
    the ``region``.

    Raises:
        FormInvalid: the region is missing.
        NotFound, NotAllowed: it does not exist, or the sender may not open cases there.
    """
    catch_up(session)
    waiting = session.scalars(select(Ausloeser).where(Ausloeser.kind == "message", Ausloeser.value == name).order_by(Ausloeser.key)).all()
    if not waiting:
        return None
    region = variables.get("region")
    if not isinstance(region, str) or not region:
        raise FormInvalid({"region": "Bitte die Sozialregion angeben, in welcher die Meldung einen Fall eröffnet."})
    released = library.latest_release(session, region)
    starts: dict[str, Ausloeser] = {}
    for row in waiting:
        if row.release_id == released:
            starts.setdefault(row.process, row)
    if not starts:
        return None
    opened = [start_case(session, region, at, variables, Act("start_by_message", element=at.element, name=name)) for at in starts.values()]
    if message_id:
        session.add(Meldung(message_id=message_id, name=name, fall_id=opened[0].fall_id, at=session.now))
    return opened[0]


def start_by_timer(session: FallSession, key: int) -> CaseRef:
    """Open the case of a start timer that is due, and set its next due time.

    Raises:
        NotWaiting: another scheduler was first, or a newer release took it away.
    """
    found = session.scalar(select(Ausloeser).where(Ausloeser.key == key).with_for_update().execution_options(populate_existing=True))
    if found is None or found.next_attempt_at is None or found.start_region is None:
        raise NotWaiting(key)
    found.fired, found.attempts = found.fired + 1, 0
    found.due_at = found.next_attempt_at = _next(found)
    return start_case(session, found.start_region, found, {}, Act("start_by_timer", element=found.element, name=found.value))


def _place(row: Ausloeser) -> Place:
    return row.process, row.version, row.element, row.release_id if row.kind == "message" else 0


def _wanted(session: FallSession) -> Iterator[Ausloeser]:
    held = in_force(session)
    for release_id in sorted(set(held.values())):
        for process, version, start in _starts(session, release_id):
            row = _row(session, release_id, process, version, start)
            if row.start_region is None or held.get(row.start_region) == release_id:
                yield row


def _starts(session: FallSession, release_id: int) -> Iterator[tuple[str, int, Element]]:
    contents = library.contents(session, release_id)
    for kind, id in contents.items:
        if kind == "process":
            for start in start_events.triggered(contents.process(id)):
                yield id, contents.version(id), start


def _row(session: FallSession, release_id: int, process: str, version: int, start: Element) -> Ausloeser:
    assert start.trigger
    row = Ausloeser(release_id=release_id, process=process, version=version, element=start.id, kind="message", fired=0, started_at=session.now)
    row.value = _text(session, start, start.trigger.value or "")
    if start.trigger.kind == "timer":
        row.kind, row.start_region = start.trigger.timer or "", start_events.region(start)
        if row.start_region is None or session.get(Region, row.start_region) is None:
            raise _invalid(start, f"Die Region «{row.start_region or ''}» des Startzeitpunkts gibt es nicht.")
        try:
            row.due_at = _next(row)
        except ValueError as error:
            raise _invalid(start, str(error)) from error
        # A moment that has passed starts nothing: releasing again must not open a case again.
        row.next_attempt_at = row.due_at if row.due_at and row.due_at >= session.now else None
    return row


def _text(session: FallSession, start: Element, text: str) -> str:
    """The message's name or the timer as text. FEEL sees no variables: there is no case yet."""
    if not text.startswith("="):
        return text
    (value,) = feel.shared().evaluate_all([text[1:].strip()], {}, now=session.now)
    if not isinstance(value, str):
        raise _invalid(start, f"Der Ausdruck «{text}» ergibt keinen Text.")
    return value


def _next(row: Ausloeser) -> Any:
    """When a timer is due after it has fired ``fired`` times; None when it is over."""
    total = calendar.rounds(row.value) if row.kind == "cycle" else 1
    if total is not None and row.fired >= total:
        return None
    return calendar.due_at(cast(TimerKind, row.kind), row.value, row.started_at, row.fired, previous=row.due_at)


def _invalid(start: Element, message: str) -> DefinitionInvalid:
    return DefinitionInvalid([Finding("", start.id, start.name, "start-trigger", "error", message)])
