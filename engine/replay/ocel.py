"""OCEL 2.0 in JSON (ocel-standard.org, specification 2.0): objects are Fall, Dossier, Person and Region."""

from __future__ import annotations

import gzip
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date
from itertools import chain, groupby
from operator import attrgetter
from pathlib import Path
from typing import IO, Any

from sqlalchemy import select

from engine.model.calendar import ZURICH
from engine.replay.log import ELEMENT, Event
from engine.replay.own_history import PROCESS, VERSION, OwnCase
from engine.replay.pseudonyms import Pseudonyms, age_class, size_class
from engine.replay.verhuellt import IDENTITY, INSTANCE, RESOURCE, age_of, begun, pseudonymised
from engine.store.session import FallSession
from engine.store.tables import Aufgabe, Dossier, Person, Segmentzuordnung

TEXT, TIME, INTEGER = "string", "time", "integer"
OBJECT_TYPES: dict[str, dict[str, str]] = {
    "Fall": {"Altersklasse": TEXT, "Haushalt": TEXT}, "Dossier": {"bis": TIME}, "Person": {"Altersklasse": TEXT, "Rolle": TEXT, "Segment": TEXT}, "Region": {},
}  # fmt: skip
EVENT_ATTRIBUTES = {ELEMENT: TEXT, PROCESS: TEXT, VERSION: INTEGER, RESOURCE: TEXT}

Row = dict[str, Any]


@dataclass(frozen=True)
class Household:
    """What an export may know of the people of a case."""

    persons: tuple[Person, ...]
    segments: tuple[Segmentzuordnung, ...] = ()
    dossiers: tuple[Dossier, ...] = ()
    tasks: dict[int, str] = field(default_factory=dict)


def write_ocel(session: FallSession, path: Path, cases: Iterable[OwnCase], hidden: Pseudonyms) -> int:
    """Write the instances, those of one Fall after each other, gzipped if the name ends with ``.gz``; returns how many.

    Events stand in the order of their time, which is known at the end only; until then they lie in a file of SQLite's own.
    """
    count = 0
    types: dict[str, None] = {}
    regions: dict[str, None] = {}
    with closing(_Waiting()) as waiting:
        for _, those in groupby(cases, attrgetter("fall_id")):
            instances = list(those)
            count += len(instances)
            regions |= dict.fromkeys(own.region for own in instances)
            events = _fall(session, instances, waiting, hidden)
            types |= dict.fromkeys(event["type"] for event in events)
            waiting.take("event", ((event["time"], event) for event in events))
        _write(path, waiting, regions, types)
    return count


class _Waiting:
    """Lines on their way to the file, on disk: a canton has millions."""

    def __init__(self) -> None:
        self._lines = sqlite3.connect("")  # a file of its own, gone when it is closed
        self._lines.execute("CREATE TABLE line (kind TEXT, at TEXT, text TEXT)")

    def take(self, kind: str, rows: Iterable[tuple[str, Row]]) -> None:
        self._lines.executemany("INSERT INTO line VALUES (?, ?, ?)", ((kind, at, json.dumps(row, ensure_ascii=False)) for at, row in rows))

    def give(self, kind: str) -> Iterator[str]:
        """By time; what has the same, as it came."""
        return (text for (text,) in self._lines.execute("SELECT text FROM line WHERE kind = ? ORDER BY at, rowid", (kind,)))

    def close(self) -> None:
        self._lines.close()


def _fall(session: FallSession, instances: Sequence[OwnCase], waiting: _Waiting, hidden: Pseudonyms) -> list[Row]:
    """The events of all instances of a Fall, tied to its objects, which are on their way."""
    happened: list[tuple[Row, date]] = []
    for own in instances:
        house = _household(session, own)
        if own is instances[0]:
            waiting.take("object", (("", one) for one in _objects(own, house, hidden)))
        written = [_ocel_event(own, event) for event in pseudonymised(session, own, hidden).events]
        _relate(written, own, house, hidden)
        happened += zip(written, (_day(event) for event in own.case.events), strict=True)
    if happened:
        _tie_dossiers(happened, house.dossiers, hidden)
    return [event for event, _ in happened]


def _household(session: FallSession, own: OwnCase) -> Household:
    def rows(table: Any) -> tuple[Any, ...]:
        return tuple(session.scalars(select(table).where(table.fall_id == own.fall_id).order_by(table.id)))

    tasks = select(Aufgabe.key, Aufgabe.person_id).where(Aufgabe.instanz_nummer == own.instanz, Aufgabe.person_id.is_not(None))
    return Household(rows(Person), rows(Segmentzuordnung), rows(Dossier), {key: str(person) for key, person in session.execute(tasks)})


def _objects(own: OwnCase, house: Household, hidden: Pseudonyms) -> Iterator[Row]:
    first = begun(own)
    at = _instant(hidden.moved_day(own.fall_id, first))
    persons = [_person(person, own, house, hidden, first) for person in house.persons]
    dossiers = [_dossier(dossier, own, hidden) for dossier in house.dossiers]
    related = [{"objectId": one["id"], "qualifier": one["type"]} for one in (*persons, *dossiers)]
    yield {
        "id": hidden.of("Fall", own.fall_id),
        "type": "Fall",
        "attributes": [_attribute("Altersklasse", at, age_of(house.persons, first)), _attribute("Haushalt", at, size_class(len(house.persons)))],
        "relationships": [*related, {"objectId": f"Region {own.region}", "qualifier": "Region"}],
    }
    yield from persons
    yield from dossiers


def _person(person: Person, own: OwnCase, house: Household, hidden: Pseudonyms, first: date) -> dict[str, Any]:
    at = _instant(hidden.moved_day(own.fall_id, person.von))
    segments = [
        _attribute("Segment", _instant(hidden.moved_day(own.fall_id, row.von)), row.segment) for row in house.segments if row.person_id == person.person_id
    ]
    attributes = [_attribute("Altersklasse", at, age_class(person.geburtsdatum, first)), _attribute("Rolle", at, person.rolle_ue), *segments]
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


def _write(path: Path, waiting: _Waiting, regions: Iterable[str], types: Iterable[str]) -> None:
    def typed(attributes: Mapping[str, str]) -> list[dict[str, str]]:
        return [{"name": name, "type": kind} for name, kind in attributes.items()]

    places = ({"id": f"Region {one}", "type": "Region", "attributes": [], "relationships": []} for one in regions)
    with gzip.open(path, "wt", encoding="utf-8") if path.suffix == ".gz" else path.open("w", encoding="utf-8") as out:
        out.write("{")
        _write_list(out, "objectTypes", (json.dumps({"name": name, "attributes": typed(attributes)}) for name, attributes in OBJECT_TYPES.items()))
        _write_list(out, "eventTypes", (json.dumps({"name": name, "attributes": typed(EVENT_ATTRIBUTES)}, ensure_ascii=False) for name in types), before=",")
        _write_list(out, "objects", chain(map(json.dumps, places), waiting.give("object")), before=",")
        _write_list(out, "events", waiting.give("event"), before=",")
        out.write("}\n")


def _write_list(out: IO[str], name: str, lines: Iterable[str], *, before: str = "") -> None:
    out.write(f'{before}\n"{name}": [')
    for number, line in enumerate(lines):
        out.write(("," if number else "") + "\n" + line)
    out.write("]")


def _attribute(name: str, time: str, value: str) -> dict[str, str]:
    return {"name": name, "time": time, "value": value}


def _instant(day: date) -> str:
    return f"{day.isoformat()}T00:00:00.000Z"
