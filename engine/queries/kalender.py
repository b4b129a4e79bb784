"""One's own due days as a calendar (iCalendar): case numbers only, because calendars lie open on many machines."""

from __future__ import annotations

from datetime import timedelta

from icalendar import Calendar, Event
from sqlalchemy import select

from engine.model.access import Access
from engine.model.calendar import ZURICH
from engine.queries.uebersicht import due_days
from engine.store.konten import access_of
from engine.store.session import FallSession
from engine.store.tables import Benachrichtigung, Konto


def owner(session: FallSession, token_hash: str) -> Access | None:
    """The rights of whoever has the calendar under this token; None when it was revoked, or the account is out of use."""
    konto = session.scalar(
        select(Konto).join(Benachrichtigung, Benachrichtigung.login == Konto.login).where(Benachrichtigung.kalender_hash == token_hash, Konto.is_active)
    )
    return access_of(konto) if konto is not None else None


def feed(session: FallSession) -> bytes:
    """An all-day entry for each of the person's own open tasks that has a due date; its title is the case number."""
    calendar = Calendar()
    calendar.add("prodid", "-//Fallfluss//Meine Arbeit//DE")
    calendar.add("version", "2.0")
    calendar.add("name", "Fallfluss")
    calendar.add("x-wr-calname", "Fallfluss")
    for fall_nr, key, due in due_days(session):
        if due is not None:
            # The end of a day still belongs to that day.
            day = (due.astimezone(ZURICH) - timedelta(microseconds=1)).date()
            event = Event()
            event.add("uid", f"aufgabe-{key}@fallfluss")
            event.add("dtstamp", session.now)
            event.add("summary", fall_nr)
            event.add("dtstart", day)
            event.add("dtend", day + timedelta(days=1))
            event.add("transp", "TRANSPARENT")
            calendar.add_component(event)
    return bytes(calendar.to_ical())
