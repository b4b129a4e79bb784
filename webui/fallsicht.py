"""The case page in words: where the case stands, what is due, what happened. The diagram shows the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine.definitions.bpmn import Element
from engine.model.errors import NotFound
from engine.queries import CaseView, Position, Waits
from engine.queries.akte import is_carried
from engine.queries.angaben import Lesart
from engine.store import library
from engine.store.library import Contents
from engine.store.session import FallSession
from engine.store.tables import Person, Segmentzuordnung, Verlauf
from webui.words import datum

# Command -> what is said of it; {name} is the element's name on the diagram.
SATZ: Mapping[str, str] = {
    "open_case": "Fall eröffnet",
    "import_case": "Bestandsfall übernommen",
    "begin_move": "Umzug erfasst",
    "begin_beside": "Neben dem Fall begonnen: {name}",
    "start_beside": "Neben dem Fall begonnen",
    "carried": "{name}",
    "start_by_message": "Durch eine Meldung eröffnet: {name}",
    "start_by_timer": "Zur festgelegten Zeit eröffnet",
    "update_task": "«{name}» von einem Programm geändert",
    "repair": "{name}",
    "offer": "Angebot einer anderen Region eingegangen",
    "take_over": "Fall von einer anderen Region übernommen",
    "complete_task": "«{name}» abgeschlossen",
    "claim": "«{name}» übernommen",
    "unclaim": "«{name}» wieder freigegeben",
    "assign": "«{name}» zugeteilt",
    "assign_case": "Fallführung geändert",
    "set_priority": "Priorität von «{name}» geändert",
    "put_off": "Wiedervorlage von «{name}» geändert",
    "fire_timer": "Frist erreicht: {name}",
    "correlate": "Ereignis gemeldet: {name}",
    "signal": "Signal eingegangen: {name}",
    "complete_job": "Automatisch ausgeführt: {name}",
    "fail_job": "Automatischer Schritt fehlgeschlagen: {name}",
    "throw_job_error": "Automatischer Schritt meldet einen fachlichen Fehler: {name}",
    "resolve_incident": "Störung behandelt bei «{name}»",
    "set_variables": "Werte berichtigt: {name}",
    "migrate": "Auf eine andere Fassung des Prozesses umgestellt: {name}",
    "move": "Schritt verlegt: {name}",
    "cancel_case": "Fall abgebrochen: {name}",
    "cancel_beside": "Neben dem Fall beendet: {name}",
    "abgleich": "Stammdaten aus der Fachapplikation übernommen",
}

# Whose answers are worth reading afterwards.
WITH_ANSWERS = frozenset({"complete_task", "correlate", "set_variables", "cancel_case", "migrate", "move"})

# Who acts without an account.
SYSTEM: Mapping[str, str] = {"zeitgeber": "Automatisch", "system": "Automatisch", "befehlszeile": "Befehlszeile", "uebergabe": "Fallübergabe"}

CONTAINERS = frozenset({"subProcess", "callActivity"})
PATH = frozenset({"USER_TASK", "BUSINESS_RULE_TASK", "SEND_TASK", "RECEIVE_TASK"})
# Waits that are the way a step ends, not steps of their own.
QUIET = frozenset({"boundaryEvent"})
# The property by which a diagram says that a wait is its own affair: no person does or expects anything for it.
TECHNICAL = "technisch"
# The property by which a timer names the variable with the day it prepares for.
TERMIN = "termin"
# Diagrams write the last day of this year for «never»: a household without children waits for no birthday.
NEVER = 9999


@dataclass(frozen=True)
class Schritt:
    """Something active, in words; ``wo`` is the phase around it."""

    name: str
    wo: str
    person: str = ""


@dataclass(frozen=True)
class Uhr:
    """A timer that will act by itself; ``bei`` is the step it is attached to, ``termin`` the day it prepares for."""

    name: str
    bei: str
    due_at: datetime | None
    termin: date | None = None


@dataclass(frozen=True)
class Zeile:
    """One line of history; ``folgen`` is what it brought about, ``angaben`` what was entered."""

    at: datetime
    wer: str
    was: str
    person: str
    folgen: tuple[str, ...]
    angaben: tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Diagramm:
    """One process of the case and what its viewer marks."""

    position: Position
    stand: Mapping[str, Any]

    @property
    def fassung(self) -> str:
        return f"Version {self.position.version} von {self.position.versions}"


@dataclass(frozen=True)
class Mitglied:
    """A person of the household with the segment that holds now and those before."""

    person: Person
    segment: Segmentzuordnung | None
    frueher: tuple[Segmentzuordnung, ...]


@dataclass(frozen=True)
class Fallsicht:
    schritte: tuple[Schritt, ...]
    uhren: tuple[Uhr, ...]
    diagramme: tuple[Diagramm, ...]
    diagramm: Diagramm | None
    mitglieder: tuple[Mitglied, ...]
    zeilen: tuple[Zeile, ...]
    weg: tuple[str, ...]
    namen: Mapping[str, str]
    ende: str


def fallsicht(session: FallSession, view: CaseView, chosen: str | None) -> Fallsicht:
    """Everything the case page says that a query does not give as it is."""
    contents = library.contents(session, view.release_id)
    live = live_elements(view.events)
    diagramme = tuple(_diagramm(position, live, view, contents) for position in view.positions)
    also = [one.assignee for one in view.aufgaben] + [one.entschieden_von for one in view.segmente] + [view.fall.fallfuehrung]
    lesart = Lesart.of(session, contents, view.verlauf, view.personen, also)
    return Fallsicht(
        schritte=tuple(_schritte(view, contents)),
        uhren=tuple(_uhr(wait, contents, _termin(session, view, contents.element(wait.process, wait.element))) for wait in view.timers if wait.due_at is None or wait.due_at.year < NEVER),
        diagramme=diagramme,
        diagramm=next((one for one in diagramme if one.position.process == chosen), diagramme[0] if diagramme else None),
        mitglieder=tuple(_mitglied(person, view.segmente) for person in view.personen),
        zeilen=tuple(zeile(row, lesart, view) for row in view.verlauf),
        weg=tuple(_weg(view, contents)),
        namen=lesart.names,
        ende=_ende(view, contents),
    )


def live_elements(events: Iterable[list[Any]]) -> Counter[tuple[str, str]]:
    """How often each element (process, id) is active now: what was activated and has neither been completed nor cancelled."""
    live: dict[int, tuple[str, str]] = {}
    for what, key, element, _, process, _ in events:
        if what in ("activated", "armed"):
            live[key] = (process, element)
        elif what in ("completed", "cancelled"):
            live.pop(key, None)
    return Counter(live.values())


def _weg(view: CaseView, contents: Contents) -> Iterable[str]:
    """The steps people and decisions completed, in their order: what the coloured path says."""
    for what, _, id, type, process, _ in view.events:
        element = _element(contents, process, id) if what == "completed" and type in PATH else None
        if element is not None and element.name:
            yield element.name


def _diagramm(position: Position, live: Counter[tuple[str, str]], view: CaseView, contents: Contents) -> Diagramm:
    aktiv = {element: count for (process, element), count in live.items() if process == position.process}
    aktiv |= {element: aktiv.get(element, 1) for element in position.active}
    for id in list(aktiv):
        # What lies in wait at a step's border is no place where the case stands.
        element = _element(contents, position.process, id)
        if element is not None and element.type in QUIET:
            del aktiv[id]
    stoerungen = Counter(one.element for one in view.incidents if one.process == position.process)
    stand = {
        "aktiv": aktiv,
        "erledigt": sorted(position.completed - aktiv.keys()),
        "genommen": sorted(position.taken),
        "stoerungen": dict(stoerungen),
    }
    return Diagramm(position, stand)


def _schritte(view: CaseView, contents: Contents) -> Iterable[Schritt]:
    """Open tasks first, then what the case waits for besides."""
    for aufgabe in view.aufgaben:
        yield Schritt(aufgabe.name, _around(contents, aufgabe.process, aufgabe.element), aufgabe.person_name or "")
    for wait in (*view.jobs, *view.timers, *view.messages):
        element = contents.element(wait.process, wait.element)
        if element is not None and element.type not in QUIET and TECHNICAL not in element.properties:
            yield Schritt(f"Warten: {wait.name}", _around(contents, wait.process, wait.element))


def _uhr(wait: Waits, contents: Contents, termin: date | None) -> Uhr:
    element = contents.element(wait.process, wait.element)
    host = contents.element(wait.process, element.attached_to) if element is not None and element.attached_to else None
    return Uhr(wait.name, (host.name or host.id) if host is not None else "", wait.due_at, termin)


def _termin(session: FallSession, view: CaseView, element: Element | None) -> date | None:
    """The day that the case's variables hold for it; the case is only read where a diagram names one."""
    if element is None or TERMIN not in element.properties:
        return None
    values = library.runtime(session, view.release_id, view.fall.region).variables(view.instanz.state)
    day = values.get(element.properties[TERMIN])
    return date.fromisoformat(day) if isinstance(day, str) else None


def _around(contents: Contents, process: str, id: str) -> str:
    """The sub-process an element stands in, otherwise its process."""
    element = contents.element(process, id)
    outer = contents.element(process, element.parent) if element is not None and element.parent else None
    return outer.name if outer is not None and outer.name else contents.process(process).name or process


def _mitglied(person: Person, segmente: Iterable[Segmentzuordnung]) -> Mitglied:
    own = [segment for segment in segmente if segment.person_id == person.person_id]
    current = next((segment for segment in reversed(own) if segment.bis is None), None)
    return Mitglied(person, current, tuple(segment for segment in own if segment is not current))


def zeile(row: Verlauf, lesart: Lesart, view: CaseView) -> Zeile:
    """A row of the history as a line for people."""
    contents = lesart.contents
    return Zeile(
        at=row.at,
        wer=_wer(row, lesart.names),
        was=SATZ.get(_befehl(row, view), row.command).format(name=_name(row, contents)).removesuffix(": "),
        person=row.person_name or "",
        folgen=(*_wozu(row, lesart.names), *_folgen(row, contents, view.instanz.process)),
        angaben=tuple(_angaben(row, lesart, view)) if row.command in WITH_ANSWERS else (),
    )


def _angaben(row: Verlauf, lesart: Lesart, view: CaseView) -> Iterable[tuple[str, str]]:
    """What was answered; of a correction also what stood there before."""
    now = dict(lesart.pairs(row, view.sicht.redacted(row.values or {})))
    if row.command != "set_variables":
        return now.items()
    before = dict(lesart.pairs(row, view.sicht.redacted({name: old for _, name, old, *_ in row.changes if name in (row.values or {})})))
    return [(label, f"{before.get(label, 'leer')} → {now.get(label, 'leer')}") for label in dict.fromkeys([*before, *now])]


def _ende(view: CaseView, contents: Contents) -> str:
    """How a case that is over came to its end, in the words of its diagram; empty while it runs."""
    if view.fall.abgeschlossen_am is None:
        return ""
    if view.fall.uebergeben_am is not None:
        return "Der Fall ist abgeschlossen: an eine andere Region übergeben."
    if view.instanz.zustand == "terminated":
        return "Der Fall ist abgebrochen."
    reached = [_element(contents, process, id) for what, _, id, kind, process, _ in view.events if what == "completed" and kind == "END_EVENT" and process == view.instanz.process]
    named = [one.name for one in reached if one is not None and one.name]
    return f"Der Fall ist abgeschlossen. Ende im Diagramm: «{named[-1]}»" if named else "Der Fall ist abgeschlossen."


def _wozu(row: Verlauf, namen: Mapping[str, str]) -> Iterable[str]:
    """To whom something was given, how urgent it became, until when it rests."""
    values = row.values or {}
    if row.command in ("assign", "assign_case"):
        yield f"an {namen.get(values['an'], values['an'])}" if values.get("an") else "an niemanden"
    if row.command == "set_priority":
        yield f"neu: {values.get('prioritaet')}"
    if row.command == "put_off":
        yield f"bis {datum(values['bis'])}" if values.get("bis") else "aufgehoben"


def _befehl(row: Verlauf, view: CaseView) -> str:
    """What runs beside a case may be stopped without the case; what the machine carried over is nobody's correction."""
    if is_carried(row):
        return "carried"
    is_beside = row.command == "cancel_case" and row.instanz_nummer != view.instanz.nummer
    return "cancel_beside" if is_beside else row.command


def _wer(row: Verlauf, namen: Mapping[str, str]) -> str:
    """Who did it, and in whose place."""
    by = namen.get(row.by, SYSTEM.get(row.by, row.by))
    return f"{by}, in Stellvertretung von {namen.get(row.im_namen_von, row.im_namen_von)}" if row.im_namen_von else by


def _name(row: Verlauf, contents: Contents) -> str:
    """What the diagram calls the element; jobs are recorded under their technical type, events under the name of their message."""
    process = _process_of(row)
    is_technical = row.command == "correlate" or row.command.endswith("_job")
    element = _element(contents, process, row.element) if is_technical and process and row.element else None
    return (element.name if element is not None else "") or row.name or row.element or ""


def _process_of(row: Verlauf) -> str | None:
    return next((event[4] for event in row.events if event[2] == row.element), None)


def _folgen(row: Verlauf, contents: Contents, root: str) -> Iterable[str]:
    """New tasks, phases entered, troubles: in the order in which they happened, the same ones counted."""
    said: Counter[str] = Counter()
    for what, _, id, _, process, _ in row.events:
        element = _element(contents, process, id)
        if element is None:
            continue
        name = element.name or id
        if what == "activated" and element.type == "userTask":
            said[f"Neue Aufgabe: {name}"] += 1
        elif what == "activated" and element.type in CONTAINERS and element.parent is None and process == root:
            said[f"Beginn: {name}"] += 1
        elif what == "incident":
            said[f"Störung bei «{name}»"] += 1
        elif what == "completed" and element.type == "endEvent" and element.name and element.parent is None and process == root:
            said[f"Ende: {name}"] += 1
    return [text if count == 1 else f"{text} ({count} ×)" for text, count in said.items()]


def _element(contents: Contents, process: str, id: str) -> Element | None:
    try:
        return contents.element(process, id)
    except NotFound:  # an element of a release the case has left since
        return None
