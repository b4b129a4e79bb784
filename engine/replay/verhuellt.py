"""A case of the own history as it may leave.

What leaves is listed here and in ``engine.replay.ocel``, and nothing else does: elements, moments, pseudonyms, regions, classes and segments. No
names, no free text, no numbers of cases or people, no communes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime

from sqlalchemy import select

from engine.replay.log import ELEMENT, Case, Event, Id
from engine.replay.own_history import IS_OVER, PROCESS, REGION, VERSION, OwnCase
from engine.replay.pseudonyms import Pseudonyms, age_class, size_class
from engine.store import library
from engine.store.session import FallSession
from engine.store.tables import Person

FALL, AGE, SIZE = "fallfluss:fall", "fallfluss:altersklasse", "fallfluss:haushalt"
INSTANCE, RESOURCE, IDENTITY = "concept:instance", "org:resource", "identity:id"
# What a case and an event of it carry, in the order of a table's columns.
OF_CASE = (FALL, REGION, PROCESS, VERSION, IS_OVER, AGE, SIZE)
OF_EVENT = (ELEMENT, PROCESS, VERSION, INSTANCE, IDENTITY, RESOURCE)


def pseudonymised(session: FallSession, own: OwnCase, hidden: Pseudonyms) -> Case:
    """What of it leaves."""
    people = tuple(session.scalars(select(Person).where(Person.fall_id == own.fall_id).order_by(Person.person_id)))
    attributes = {
        FALL: hidden.of("Fall", own.fall_id),
        REGION: own.region,
        PROCESS: own.process,
        VERSION: own.version,
        IS_OVER: own.is_over,
        AGE: age_of(people, begun(own)),
        SIZE: size_class(len(people)),
    }
    return Case(hidden.of("Instanz", own.instanz), [_event(session, own, event, hidden) for event in own.case.events], attributes)


def _event(session: FallSession, own: OwnCase, event: Event, hidden: Pseudonyms) -> Event:
    given = event.attributes
    key = f"{own.instanz} {given[INSTANCE]}"
    assert event.at is not None
    return Event(
        _name(session, own, event),
        hidden.moved(own.fall_id, event.at),
        event.lifecycle,
        {
            ELEMENT: given[ELEMENT],
            PROCESS: given[PROCESS],
            VERSION: given[VERSION],
            INSTANCE: hidden.of("Schritt", key),
            IDENTITY: Id(hidden.uuid("Ereignis", f"{key} {event.at.isoformat()} {event.lifecycle}")),
            RESOURCE: hidden.of("Konto", given[RESOURCE]),
        },
    )


def _name(session: FallSession, own: OwnCase, event: Event) -> str:
    given = event.attributes
    element = library.contents(session, own.release_id).element(given[PROCESS], given[ELEMENT], given[VERSION])
    return (element.name if element else "") or str(given[ELEMENT])


def begun(own: OwnCase) -> date:
    """The day of its first event."""
    first = own.case.events[0].at if own.case.events else None
    return (first or datetime.now(UTC)).date()


def age_of(people: Iterable[Person], on: date) -> str:
    """The class of who applied."""
    first = next((person for person in people if person.rolle_ue == "antragstellend"), None)
    return age_class(first.geburtsdatum if first else None, on)
