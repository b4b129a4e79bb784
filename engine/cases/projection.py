"""What the process wrote about the household becomes rows that lists and searches can use.

Convention between diagrams and these tables: the root variables ``personen`` (objects with person_id, name, vorname, geburtsdatum,
rolle_ue, ahvn13), ``segmente`` (objects with person_id, segment, vorschlag, regel, begruendung), ``gemeinde_bfs`` and ``fallfuehrung``
(name or login of who is responsible for the case). Before ``segmente`` is written, ``zuordnung`` in any scope is one person's first one;
where nothing of ``AUFGENOMMEN`` is ever written, the case was never taken on, and its segments end with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import bindparam, delete, or_, select, update

from engine.cases import gestalt
from engine.definitions.bpmn import Process
from engine.model.calendar import ZURICH
from engine.model.step import Step
from engine.store.dubletten import kennzeichen
from engine.store.prepared import Call, Prepared
from engine.store.session import FallSession
from engine.store.tables import Dossier, Fall, Instanz, Konto, KontoRolle, Person, Segmentzuordnung

R = TypeVar("R", Segmentzuordnung, Person, Dossier)

PHASE = "phase"
ZUORDNUNG = "zuordnung"
AUFGENOMMEN = ("segmente", "abloesung_am", "uebergeben_am")
SEGMENTE = ("ABLOESEN", "VERAENDERN", "ORIENTIEREN", "STABILISIEREN")


def project(session: FallSession, instanz: Instanz, process: Process, step: Step, names: set[str]) -> None:
    """Update Fall, Person and Segmentzuordnung from a step; ``names`` are the root variables it wrote.

    What runs beside the case, such as a handover, describes nobody and ends nothing.

    Raises:
        FormInvalid: something was written that is no household.
    """
    if instanz.neben:
        return
    gestalt.require({name: step.variables.get(name) for name in names & {"personen", "segmente", "gemeinde_bfs"}})
    fall, today = instanz.fall, session.now.astimezone(ZURICH).date()
    if "personen" in names:
        _persons(session, fall, step.variables.get("personen") or [], today)
    if "segmente" in names:
        _segments(session, fall, step.variables.get("segmente") or [], today)
    elif confirmed := [change.after for change in step.changes if change.name == ZUORDNUNG and gestalt.is_entry(change.after)]:
        _first_segments(session, fall, confirmed, today)
    if "gemeinde_bfs" in names:
        _dossier(session, fall, step.variables.get("gemeinde_bfs"), today)
    if "fallfuehrung" in names:
        _responsible(session, fall, str(step.variables.get("fallfuehrung") or ""))
    _phase(fall, process, step)
    if step.completed:
        _close(session, fall, today, [] if any(step.variables.get(name) for name in AUFGENOMMEN) else [_NO_SEGMENTS])


def household(personen: Iterable[Mapping[str, Any]]) -> str:
    """How a case is called in lists: its applicant, otherwise whoever comes first."""
    people = [one for one in personen if one]
    first = next((p for p in people if p.get("rolle_ue") == "antragstellend"), people[0] if people else {})
    return ", ".join(part for part in (first.get("name"), first.get("vorname")) if part)


def _persons(session: FallSession, fall: Fall, personen: list[Mapping[str, Any]], today: date) -> None:
    fall.bezeichnung = household(personen)
    known = {p.person_id: p for p in _rows(session, Person, _PERSONS, fall)}
    for values in (one for one in personen if one and one.get("person_id")):
        person = known.pop(values["person_id"], None)
        if person is None:
            person = Person(fall_id=fall.id, region=fall.region, person_id=values["person_id"], von=today)
            session.add(person)
        person.name, person.vorname = values.get("name") or "", values.get("vorname") or ""
        person.rolle_ue = values.get("rolle_ue") or "weitere"
        if person.ahvn13 != values.get("ahvn13"):
            person.ahvn13 = values.get("ahvn13")
            person.ahv_kennzeichen = kennzeichen(person.ahvn13)
        person.geburtsdatum = date.fromisoformat(values["geburtsdatum"]) if values.get("geburtsdatum") else None
        person.bis = None
    for left in known.values():
        left.bis = left.bis or today


def _first_segments(session: FallSession, fall: Fall, confirmed: list[Any], today: date) -> None:
    """Who has none yet has it from the confirmation on, by whoever confirmed it; the Intake goes on until everybody has one."""
    known = _current(session, fall)
    first = {values["person_id"]: values for values in confirmed if _is_assigned(values) and values["person_id"] not in known}
    for values in first.values():
        session.add(_segment(session, fall, values, _key(values), today))


def _segments(session: FallSession, fall: Fall, segmente: list[Any], today: date) -> None:
    """A new row only where the segment or its rule changed; the former one ends the same day."""
    current = _current(session, fall)
    for values in filter(_is_assigned, segmente):
        before, after = current.get(values["person_id"]), _key(values)
        if before is not None and (before.segment, before.vorschlag, before.regel) == after:
            continue
        if before is not None:
            before.bis = today
        session.add(_segment(session, fall, values, after, today))


def _current(session: FallSession, fall: Fall) -> dict[str, Segmentzuordnung]:
    return {row.person_id: row for row in _rows(session, Segmentzuordnung, _SEGMENTS, fall)}


def _rows(session: FallSession, table: type[R], statement: Prepared, fall: Fall) -> list[R]:
    (found,) = session.read_rows(Call(statement, [{"fall": fall.id}]))
    return [row for values in found.rows if (row := session.known(table, values)) is not None]


def _is_assigned(values: Any) -> bool:
    return isinstance(values, Mapping) and values.get("segment") in SEGMENTE and bool(values.get("person_id"))


def _key(values: Mapping[str, Any]) -> tuple[str, str, str]:
    return values["segment"], values.get("vorschlag") or "", values.get("regel") or ""


def _segment(session: FallSession, fall: Fall, values: Mapping[str, Any], after: tuple[str, str, str], today: date) -> Segmentzuordnung:
    return Segmentzuordnung(
        fall_id=fall.id,
        region=fall.region,
        person_id=values["person_id"],
        segment=after[0],
        vorschlag=after[1],
        regel=after[2],
        begruendung=values.get("begruendung") or "",
        entschieden_von=values.get("entschieden_von") or session.access.konto,
        von=today,
    )


def _dossier(session: FallSession, fall: Fall, gemeinde: Any, today: date) -> None:
    """BFS logic (chapter 4): a change of commune closes the Dossier and opens the next."""
    bfs = int(gemeinde) if gemeinde is not None else None
    current = next(iter(_rows(session, Dossier, _DOSSIERS, fall)), None)
    if current is not None and current.gemeinde_bfs == bfs:
        return
    if current is not None:
        current.bis = today
    session.add(Dossier(fall_id=fall.id, region=fall.region, gemeinde_bfs=bfs, von=today))


def _responsible(session: FallSession, fall: Fall, typed: str) -> None:
    """Only somebody who holds the role in the region; a name that two people bear, or nobody, makes nobody responsible."""
    found = session.scalars(
        select(Konto.login)
        .join(KontoRolle, KontoRolle.login == Konto.login)
        .where(KontoRolle.region == fall.region, KontoRolle.rolle.in_(("fallfuehrung", "fallfuehrung_intensiv")), Konto.is_active)
        .where(or_(Konto.login == typed.strip().lower(), Konto.name == typed.strip()))
        .distinct()
    ).all()
    fall.fallfuehrung = found[0] if len(found) == 1 else None


def _phase(fall: Fall, process: Process, step: Step) -> None:
    """The phase is the one a token entered last; a sub-process that is a phase carries its name as the property ``phase``."""
    for event in step.events:
        element = process.elements.get(event.element) if event.process == process.id else None
        if event.what == "activated" and element is not None and PHASE in element.properties:
            fall.phase = element.properties[PHASE]
    if step.completed:
        fall.phase = "Abgeschlossen"


def _close(session: FallSession, fall: Fall, today: date, more: list[Prepared]) -> None:
    fall.abgeschlossen_am = today
    session.flush()  # a Dossier that this step opened ends, too
    session.write_rows(fall, [Call(statement, [{"fall": fall.id, "until": today, "since": fall.eroeffnet_am}]) for statement in (_END_DOSSIERS, *more)])


_SEGMENTS = Prepared(select(Segmentzuordnung.__table__).where(Segmentzuordnung.fall_id == bindparam("fall"), Segmentzuordnung.bis.is_(None)))
_PERSONS = Prepared(select(Person.__table__).where(Person.fall_id == bindparam("fall")))
_DOSSIERS = Prepared(select(Dossier.__table__).where(Dossier.fall_id == bindparam("fall"), Dossier.bis.is_(None)))
# What was assessed and decided stays in the history. Segments that came with a handover are the former region's.
_NO_SEGMENTS = Prepared(delete(Segmentzuordnung).where(Segmentzuordnung.fall_id == bindparam("fall"), Segmentzuordnung.von >= bindparam("since")))
_END_DOSSIERS = Prepared(update(Dossier).where(Dossier.fall_id == bindparam("fall"), Dossier.bis.is_(None)).values(bis=bindparam("until")))
