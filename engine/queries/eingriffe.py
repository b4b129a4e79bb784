"""For who intervenes: what a case waits for, its own values, and the proposals of a region."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from engine.model.errors import NotFound
from engine.queries.angaben import field_labels
from engine.queries.lage import Ausschnitt
from engine.store import library
from engine.store.session import FallSession
from engine.store.tables import Aufgabe, Eingriff, Fall, Incident, Instanz, Job, Subscription, Timer

# Who proposes and approves; one of the two leads.
ACTS = ("leitung", "teamleitung")
_NOT_THERE = ("startEvent", "boundaryEvent")
KINDS: Mapping[Any, str] = {Aufgabe: "Aufgabe", Timer: "Frist", Subscription: "Meldung", Job: "Auftrag", Incident: "Störung"}


@dataclass(frozen=True)
class Offen:
    """Something an instance waits for; ``wege`` are the elements its token may be moved to, by id."""

    key: int
    art: str
    name: str
    element: str
    person: str
    wege: Mapping[str, str]


@dataclass(frozen=True)
class Laufend:
    """An instance of a case with what is open in it; ``werte`` are its own variables, ``fragen`` what forms call those they ask for."""

    instanz: Instanz
    name: str
    offen: tuple[Offen, ...]
    werte: Mapping[str, Any]
    fragen: Mapping[str, str]


@dataclass(frozen=True)
class Antrag:
    """A proposal with the number of its case and the names of the elements."""

    eingriff: Eingriff
    fall_nr: str
    was: str


def led(session: FallSession) -> list[str]:
    """The regions where the person may propose and approve."""
    return sorted(region for region, rollen in session.access.rollen.items() if region != "*" and rollen & set(ACTS))


def fall(session: FallSession, fall_nr: str) -> Fall:
    """Raises:
    NotFound: no case of that number where the person may intervene.
    """
    found = session.scalar(select(Fall).where(Fall.fall_nr == fall_nr, Fall.uebergeben_am.is_(None), Fall.region.in_(led(session))))
    if found is None:
        raise NotFound(f"Der Fall {fall_nr}")
    return found


def laufend(session: FallSession, found: Fall) -> list[Laufend]:
    """What runs in a case, its own process first."""
    query = select(Instanz).where(Instanz.fall_id == found.id, Instanz.zustand == "active").order_by(Instanz.neben, Instanz.nummer)
    return [_running(session, one) for one in session.scalars(query)]


def antraege(session: FallSession, *, fall_id: int | None = None) -> list[Antrag]:
    """Proposals of the person's regions, or of one case: the undecided first, then the newest."""
    query = select(Eingriff, Fall.fall_nr).join(Fall, Fall.id == Eingriff.fall_id).where(Eingriff.region.in_(led(session)))
    if fall_id is not None:
        query = query.where(Eingriff.fall_id == fall_id)
    rows = session.execute(query.order_by(Eingriff.entschieden_am.is_not(None), Eingriff.id.desc()).limit(100)).all()
    return [Antrag(one, nr, _what(session, one)) for one, nr in rows]


def places(session: FallSession, instanz: Instanz, process: str, element: str) -> dict[str, str]:
    """Where a token of an element may go: id and name of all elements beside it. Empty for events at a step: those go with it."""
    drawn = library.contents(session, instanz.release_id).process(process)
    here = drawn.elements.get(element)
    if here is None or here.type in _NOT_THERE or here.loop is not None:
        return {}
    return {one.id: one.label for one in drawn.children(here.parent) if one.type not in _NOT_THERE and one.id != element}


def stoerungen(session: FallSession, process: str, element: str, kind: str) -> list[tuple[Incident, str]]:
    """Incidents of one cause in the person's regions, each with the number of its case."""
    query = select(Incident, Fall.fall_nr).join(Instanz, Instanz.nummer == Incident.instanz_nummer).join(Fall, Fall.id == Instanz.fall_id)
    wanted = [Incident.region.in_(led(session)), *Ausschnitt().where(Incident)]
    for column, value in ((Incident.process, process), (Incident.element, element), (Incident.kind, kind)):
        wanted += [column == value] if value else []
    return [(one, nr) for one, nr in session.execute(query.where(*wanted).order_by(Incident.created_at).limit(200)).all()]


def _running(session: FallSession, instanz: Instanz) -> Laufend:
    contents = library.contents(session, instanz.release_id)
    runtime = library.runtime(session, instanz.release_id, instanz.region)
    offen = [
        Offen(row.key, KINDS[table], _name(contents, row), row.element, getattr(row, "person_name", "") or "", places(session, instanz, row.process, row.element))
        for table in KINDS
        for row in session.scalars(select(table).where(table.instanz_nummer == instanz.nummer).order_by(table.key))
        if getattr(row, "zustand", "CREATED") == "CREATED"
    ]
    item = contents.item("process", instanz.process)
    werte = dict(sorted(runtime.variables(instanz.state).items()))
    fragen = {name: label for name, (label, _) in field_labels(contents).items() if name in werte}
    return Laufend(instanz, item.name if item else instanz.process, tuple(offen), werte, fragen)


def _name(contents: library.Contents, row: Any) -> str:
    element = contents.element(row.process, row.element)
    return element.label if element else str(row.element)


def _what(session: FallSession, one: Eingriff) -> str:
    if one.art == "abbrechen":
        return "Fall abbrechen"
    instanz = session.get_one(Instanz, one.instanz_nummer)
    contents = library.contents(session, instanz.release_id)
    names = {element.id: element.label for (kind, id) in contents.items if kind == "process" for element in contents.process(id).elements.values()}
    return f"«{names.get(one.element or '', one.element)}» verlegen nach «{names.get(one.nach or '', one.nach)}»"
