"""Fallfluss's own history as files for others, pseudonymised: XES, CSV and OCEL 2.0.

What leaves is listed here and nothing else does: elements, moments, pseudonyms, regions, classes and segments. No names, no free text, no
numbers of cases or people, no communes.
"""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import IO, Any

from sqlalchemy import select

from engine.model.calendar import ZURICH
from engine.replay.log import ELEMENT, Case, Event, Id
from engine.replay.own_history import IS_OVER, PROCESS, REGION, VERSION, OwnCase, own_cases
from engine.replay.pseudonyms import Pseudonyms, age_class, size_class
from engine.replay.tables import write_csv
from engine.replay.xes import write_xes
from engine.store import library
from engine.store.session import FallSession
from engine.store.tables import Aufgabe, Dossier, Person, Segmentzuordnung

FORMATS = ("xes", "csv", "ocel")
FALL, AGE, SIZE = "fallfluss:fall", "fallfluss:altersklasse", "fallfluss:haushalt"
INSTANCE, RESOURCE, IDENTITY = "concept:instance", "org:resource", "identity:id"
TEXT, TIME, INTEGER = "string", "time", "integer"
OBJECT_TYPES: dict[str, dict[str, str]] = {
    "Fall": {"Altersklasse": TEXT, "Haushalt": TEXT}, "Dossier": {"bis": TIME}, "Person": {"Altersklasse": TEXT, "Rolle": TEXT, "Segment": TEXT}, "Region": {},
}  # fmt: skip
EVENT_ATTRIBUTES = {ELEMENT: TEXT, PROCESS: TEXT, VERSION: INTEGER, RESOURCE: TEXT}


@dataclass(frozen=True)
class Household:
    """What an export may know of the people of a case."""

    persons: tuple[Person, ...]
    segments: tuple[Segmentzuordnung, ...] = ()
    dossiers: tuple[Dossier, ...] = ()
    tasks: dict[int, str] = field(default_factory=dict)


def export(
    session: FallSession,
    path: Path,
    format_: str,
    *,
    begun_from: datetime | None = None,
    begun_to: datetime | None = None,
    region: str | None = None,
    pseudonyms: Pseudonyms | None = None,
    progress: Callable[[], None] = lambda: None,
) -> int:
    """Write the instances that began in the period; returns how many. A file that exists is replaced."""
    hidden = pseudonyms or Pseudonyms()
    found = _told(own_cases(session, begun_from=begun_from, begun_to=begun_to, region=region), progress)
    if format_ == "ocel":
        return _write_ocel(session, path, found, hidden)
    cases = (_pseudonymised(session, own, hidden) for own in found)
    return write_xes(path, cases) if format_ == "xes" else write_csv(path, cases)


def begun_within(first: date | None, last: date | None) -> tuple[datetime | None, datetime | None]:
    """The moments from which and before which an instance began, for days of the canton's calendar, both included."""
    return None if first is None else _midnight(first), None if last is None else _midnight(last + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZURICH).astimezone(UTC)


def _told(cases: Iterable[OwnCase], progress: Callable[[], None]) -> Iterator[OwnCase]:
    for case in cases:
        yield case
        progress()


def _pseudonymised(session: FallSession, own: OwnCase, hidden: Pseudonyms) -> Case:
    people = tuple(session.scalars(select(Person).where(Person.fall_id == own.fall_id).order_by(Person.person_id)))
    attributes = {
        FALL: hidden.of("Fall", own.fall_id),
        REGION: own.region,
        PROCESS: own.process,
        VERSION: own.version,
        IS_OVER: own.is_over,
        AGE: _age(people, _begun(own)),
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


def _begun(own: OwnCase) -> date:
    first = own.case.events[0].at if own.case.events else None
    return (first or datetime.now(UTC)).date()


def _age(people: Iterable[Person], on: date) -> str:
    first = next((person for person in people if person.rolle_ue == "antragstellend"), None)
    return age_class(first.geburtsdatum if first else None, on)


# OCEL 2.0 (ocel-standard.org, specification 2.0, chapter "JSON")


def _write_ocel(session: FallSession, path: Path, found: Iterable[OwnCase], hidden: Pseudonyms) -> int:
    objects: dict[str, dict[str, Any]] = {}
    events: list[dict[str, Any]] = []
    types: dict[str, None] = {}
    # What happened in a case, in all of its instances, with its real day.
    happened: dict[int, list[tuple[dict[str, Any], date]]] = defaultdict(list)
    dossiers: dict[int, tuple[Dossier, ...]] = {}
    count = 0
    for own in found:
        count += 1
        house = _household(session, own)
        _add_objects(objects, own, house, hidden)
        for event in _pseudonymised(session, own, hidden).events:
            types[event.activity] = None
            events.append(_ocel_event(own, event))
        written = events[len(events) - len(own.case.events) :]
        _relate(written, own, house, hidden)
        happened[own.fall_id] += zip(written, (_day(event) for event in own.case.events), strict=True)
        dossiers[own.fall_id] = house.dossiers
    for fall_id, those in happened.items():
        _tie_dossiers(those, dossiers[fall_id] if those else (), hidden)
    _write(path, objects, events, list(types))
    return count


def _household(session: FallSession, own: OwnCase) -> Household:
    def rows(table: Any) -> tuple[Any, ...]:
        return tuple(session.scalars(select(table).where(table.fall_id == own.fall_id).order_by(table.id)))

    tasks = select(Aufgabe.key, Aufgabe.person_id).where(Aufgabe.instanz_nummer == own.instanz, Aufgabe.person_id.is_not(None))
    return Household(rows(Person), rows(Segmentzuordnung), rows(Dossier), {key: str(person) for key, person in session.execute(tasks)})


def _add_objects(objects: dict[str, dict[str, Any]], own: OwnCase, house: Household, hidden: Pseudonyms) -> None:
    fall = hidden.of("Fall", own.fall_id)
    if fall in objects:
        return
    begun = _begun(own)
    at = _instant(hidden.moved_day(own.fall_id, begun))
    objects.setdefault(f"Region {own.region}", {"id": f"Region {own.region}", "type": "Region", "attributes": [], "relationships": []})
    persons = [_person(person, own, house, hidden, begun) for person in house.persons]
    dossiers = [_dossier(dossier, own, hidden) for dossier in house.dossiers]
    related = [{"objectId": one["id"], "qualifier": one["type"]} for one in (*persons, *dossiers)]
    objects[fall] = {
        "id": fall,
        "type": "Fall",
        "attributes": [_attribute("Altersklasse", at, _age(house.persons, begun)), _attribute("Haushalt", at, size_class(len(house.persons)))],
        "relationships": [*related, {"objectId": f"Region {own.region}", "qualifier": "Region"}],
    }
    objects |= {one["id"]: one for one in (*persons, *dossiers)}


def _person(person: Person, own: OwnCase, house: Household, hidden: Pseudonyms, begun: date) -> dict[str, Any]:
    at = _instant(hidden.moved_day(own.fall_id, person.von))
    segments = [
        _attribute("Segment", _instant(hidden.moved_day(own.fall_id, row.von)), row.segment) for row in house.segments if row.person_id == person.person_id
    ]
    attributes = [_attribute("Altersklasse", at, age_class(person.geburtsdatum, begun)), _attribute("Rolle", at, person.rolle_ue), *segments]
    return {"id": _person_id(own, person.person_id, hidden), "type": "Person", "attributes": attributes, "relationships": []}


def _person_id(own: OwnCase, person_id: str, hidden: Pseudonyms) -> str:
    return hidden.of("Person", f"{own.fall_id} {person_id}")


def _dossier(dossier: Dossier, own: OwnCase, hidden: Pseudonyms) -> dict[str, Any]:
    begins = _instant(hidden.moved_day(own.fall_id, dossier.von))
    until = [] if dossier.bis is None else [_attribute("bis", begins, _instant(hidden.moved_day(own.fall_id, dossier.bis)))]
    return {"id": hidden.of("Dossier", dossier.id), "type": "Dossier", "attributes": until, "relationships": []}


def _ocel_event(own: OwnCase, event: Event) -> dict[str, Any]:
    given = event.attributes
    assert event.at is not None
    return {
        "id": given[IDENTITY],
        "type": event.activity,
        "time": event.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "attributes": [{"name": key, "value": given[key]} for key in EVENT_ATTRIBUTES],
        "relationships": [{"objectId": f"Region {own.region}", "qualifier": "Region"}],
    }


def _relate(events: list[dict[str, Any]], own: OwnCase, house: Household, hidden: Pseudonyms) -> None:
    """Tie what happened to its Fall, and to the person whom the task was about."""
    known = {person.person_id for person in house.persons}
    for written, event in zip(events, own.case.events, strict=True):
        written["relationships"].append({"objectId": hidden.of("Fall", own.fall_id), "qualifier": "Fall"})
        person = house.tasks.get(int(event.attributes[INSTANCE]))
        if person in known:
            written["relationships"].append({"objectId": _person_id(own, str(person), hidden), "qualifier": "Person"})


def _tie_dossiers(happened: Sequence[tuple[dict[str, Any], date]], dossiers: Sequence[Dossier], hidden: Pseudonyms) -> None:
    """Tie each event of a case to the Dossier of its day: on the day of a change to the one that closes and to the one that opens. What comes
    before, between or after them belongs to the nearest, and so does a Dossier during which nothing happened."""
    tied: dict[tuple[int, int], None] = {}
    for at, (_, day) in enumerate(happened):
        least = min((_days_off(one, day) for one in dossiers), default=0)
        tied |= {(at, nr): None for nr, one in enumerate(dossiers) if _days_off(one, day) == least}
    for nr in set(range(len(dossiers))) - {nr for _, nr in tied}:
        tied[min(range(len(happened)), key=lambda at: _days_off(dossiers[nr], happened[at][1])), nr] = None
    for at, nr in tied:
        happened[at][0]["relationships"].append({"objectId": hidden.of("Dossier", dossiers[nr].id), "qualifier": "Dossier"})


def _day(event: Event) -> date:
    assert event.at is not None
    return event.at.astimezone(ZURICH).date()


def _days_off(dossier: Dossier, day: date) -> int:
    """How far a day lies outside the Dossier's time; 0 within it, both ends included."""
    return max((dossier.von - day).days, 0 if dossier.bis is None else (day - dossier.bis).days, 0)


def _write(path: Path, objects: dict[str, dict[str, Any]], events: list[dict[str, Any]], types: list[str]) -> None:
    def typed(attributes: Mapping[str, str]) -> list[dict[str, str]]:
        return [{"name": name, "type": kind} for name, kind in attributes.items()]

    with gzip.open(path, "wt", encoding="utf-8") if path.suffix == ".gz" else path.open("w", encoding="utf-8") as out:
        out.write("{")
        _write_list(out, "objectTypes", ({"name": name, "attributes": typed(attributes)} for name, attributes in OBJECT_TYPES.items()))
        _write_list(out, "eventTypes", ({"name": name, "attributes": typed(EVENT_ATTRIBUTES)} for name in types), before=",")
        _write_list(out, "objects", objects.values(), before=",")
        events.sort(key=lambda event: str(event["time"]))
        _write_list(out, "events", events, before=",")
        out.write("}\n")


def _write_list(out: IO[str], name: str, rows: Iterable[Mapping[str, Any]], *, before: str = "") -> None:
    """One line for each, so that the text as a whole is never in memory."""
    out.write(f'{before}\n"{name}": [')
    for number, row in enumerate(rows):
        out.write(("," if number else "") + "\n" + json.dumps(row, ensure_ascii=False))
    out.write("]")


def _attribute(name: str, time: str, value: str) -> dict[str, str]:
    return {"name": name, "time": time, "value": value}


def _instant(day: date) -> str:
    return f"{day.isoformat()}T00:00:00.000Z"
