"""What the case list and the case page show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select

from engine.cases.feldgruppen import Sicht, sicht
from engine.cases.sichtbar import all_visible, of_households, visible
from engine.model.errors import NotFound
from engine.queries.namenssuche import case_condition
from engine.store import library
from engine.store.library import Contents
from engine.store.session import FallSession
from engine.store.tables import (
    Aufgabe,
    DefinitionVersion,
    Dossier,
    Fall,
    Gemeinde,
    Hinweis,
    Incident,
    Instanz,
    Job,
    Konto,
    Person,
    Segmentzuordnung,
    Subscription,
    Timer,
    Verlauf,
)

# By which the list of cases can be sorted.
SPALTEN = ("fall", "name", "region", "fallfuehrung", "eroeffnet", "phase")


@dataclass(frozen=True)
class CaseRow:
    fall_nr: str
    bezeichnung: str
    region: str
    phase: str
    eroeffnet_am: date
    abgeschlossen_am: date | None
    fallfuehrung: str | None = None


@dataclass(frozen=True)
class Waits:
    """Something the case waits for, with the name its element has on the diagram."""

    key: int
    kind: str
    process: str
    element: str
    name: str
    due_at: datetime | None = None
    message: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Position:
    """Where a case stands on one of its diagrams: element ids, and how often each sequence flow was taken."""

    process: str
    name: str
    version: int
    versions: int
    active: tuple[str, ...]
    completed: frozenset[str]
    taken: frozenset[str]
    incidents: frozenset[str]


@dataclass(frozen=True)
class Dossierzeit:
    """A Dossier: its commune and period; without an end it is the present one."""

    gemeinde: str
    von: date
    bis: date | None


@dataclass(frozen=True)
class CaseView:
    """``verlauf`` holds the newest rows of the history first; ``events`` all its events in the order they happened.

    Rows hold everything; whoever shows values of them (``values``, ``changes``, reasons) asks ``sicht`` what this person may see.
    """

    fall: Fall
    instanz: Instanz
    dossiers: tuple[Dossierzeit, ...]
    personen: tuple[Person, ...]
    segmente: tuple[Segmentzuordnung, ...]
    aufgaben: tuple[Aufgabe, ...]
    timers: tuple[Waits, ...]
    messages: tuple[Waits, ...]
    jobs: tuple[Waits, ...]
    incidents: tuple[Waits, ...]
    hinweise: tuple[Hinweis, ...]
    verlauf: tuple[Verlauf, ...]
    verlauf_total: int
    events: tuple[list[Any], ...]
    positions: tuple[Position, ...]
    release_id: int
    sicht: Sicht


def cases(
    session: FallSession, *, search: str = "", only_open: bool = False, limit: int = 50, offset: int = 0, sortierung: str = "", richtung: str = ""
) -> tuple[CaseRow, ...]:
    """Cases of the person's regions, newest first or by one of ``SPALTEN``; ``search`` looks in numbers and in the names of all persons."""
    query = _listed(session, search, only_open=only_open).order_by(*_order(sortierung, richtung)).limit(limit).offset(offset)
    return tuple(CaseRow(f.fall_nr, f.bezeichnung, f.region, f.phase, f.eroeffnet_am, f.abgeschlossen_am, f.fallfuehrung) for f in session.scalars(query))


def case_count(session: FallSession, *, search: str = "", only_open: bool = False) -> int:
    """How many cases that list has."""
    return session.scalar(select(func.count()).select_from(_listed(session, search, only_open=only_open).subquery())) or 0


def every_case(
    session: FallSession, *, search: str = "", only_open: bool = False, sortierung: str = "", richtung: str = ""
) -> Iterable[Fall]:
    """The same list to its end, read little by little, for a file."""
    query = _listed(session, search, only_open=only_open).order_by(*_order(sortierung, richtung))
    return session.scalars(query.execution_options(yield_per=500))


def _order(sortierung: str, richtung: str) -> tuple[Any, ...]:
    who = select(Konto.name).where(Konto.login == Fall.fallfuehrung).scalar_subquery()
    columns: dict[str, Any] = {
        "fall": Fall.fall_nr, "name": Fall.bezeichnung, "region": Fall.region, "fallfuehrung": who, "eroeffnet": Fall.eroeffnet_am, "phase": Fall.phase,
    }  # fmt: skip
    column = columns.get(sortierung)
    return (Fall.id.desc(),) if column is None else (column.is_(None), column.desc() if richtung else column, Fall.id.desc())


def _listed(session: FallSession, search: str, *, only_open: bool) -> Select[Fall]:
    query = select(Fall).where(all_visible(session), of_households())
    if search:
        query = query.where(case_condition(search))
    return query.where(Fall.abgeschlossen_am.is_(None)) if only_open else query


def overview(session: FallSession, fall_nr: str) -> CaseView:
    """Everything about one case but its history, in a number of statements that does not depend on the case; of one that is over, its last step.

    Raises:
        NotFound: there is none of that number in the person's regions.
    """
    view = _overview(session, *_found(session, fall_nr))
    if view.fall.abgeschlossen_am is None:
        return view
    own = select(Verlauf.events).where(Verlauf.fall_id == view.fall.id, Verlauf.instanz_nummer == view.instanz.nummer)
    return replace(view, events=tuple(session.scalar(own.order_by(Verlauf.id.desc()).limit(1)) or ()))


def case(session: FallSession, fall_nr: str, *, latest: int | None = None) -> CaseView:
    """Everything about one case; of its history the ``latest`` rows, or all of them.

    Where it stands follows from the events of its whole life, so these are read without the values that make a long history heavy.

    Raises:
        NotFound: there is none of that number in the person's regions.
    """
    fall, instanzen = _found(session, fall_nr)
    view = _overview(session, fall, instanzen)
    lived = session.scalars(select(Verlauf.events).where(Verlauf.fall_id == fall.id).order_by(Verlauf.id)).all()
    events = tuple(event for row in lived for event in row)
    active = [(a.process, a.element) for a in view.aufgaben]
    active += [(w.process, w.element) for w in (*view.timers, *view.messages, *view.jobs, *view.incidents)]
    return replace(
        view,
        verlauf=tuple(session.scalars(select(Verlauf).where(Verlauf.fall_id == fall.id).order_by(Verlauf.id.desc()).limit(latest))),
        verlauf_total=len(lived),
        events=events,
        positions=_positions(session, instanzen, events, active, {(i.process, i.element) for i in view.incidents}),
    )


def _found(session: FallSession, fall_nr: str) -> tuple[Fall, Sequence[Instanz]]:
    fall = session.scalar(_by_number(fall_nr).where(visible(session)).limit(1))
    instanzen = session.scalars(_instances(fall.id)).all() if fall else ()
    if fall is None or not instanzen:
        raise NotFound(f"Der Fall {fall_nr}")
    return fall, instanzen


def _overview(session: FallSession, fall: Fall, instanzen: Sequence[Instanz]) -> CaseView:
    open_tasks = select(Aufgabe).where(Aufgabe.fall_id == fall.id, Aufgabe.zustand == "CREATED")
    timers = _waits(session, instanzen, Timer, "timer")
    return CaseView(
        fall=fall,
        instanz=instanzen[0],
        dossiers=_dossiers(session, fall),
        personen=_of(session, Person, fall, Person.id),
        segmente=_of(session, Segmentzuordnung, fall, Segmentzuordnung.id),
        aufgaben=tuple(session.scalars(open_tasks.order_by(Aufgabe.faellig_am.is_(None), Aufgabe.faellig_am))),
        timers=tuple(sorted(timers, key=lambda wait: (wait.due_at is None, wait.due_at))),
        messages=_waits(session, instanzen, Subscription, "message"),
        jobs=_waits(session, instanzen, Job, "job"),
        incidents=_waits(session, instanzen, Incident, "incident"),
        hinweise=_of(session, Hinweis, fall, Hinweis.id.desc()),
        verlauf=(),
        verlauf_total=0,
        events=(),
        positions=(),
        release_id=instanzen[0].release_id,
        sicht=sicht(session.access, fall.region, library.contents(session, instanzen[0].release_id)),
    )


def fall_nr(session: FallSession, fall_id: int) -> str:
    """Raises:
    NotFound: there is none in the person's regions.
    """
    found = session.scalar(select(Fall.fall_nr).where(Fall.id == fall_id))
    if found is None:
        raise NotFound("Der Fall")
    return found


def diagram(session: FallSession, fall_nr: str, process: str) -> bytes:
    """The BPMN file of a process in the version this case runs on.

    Raises:
        NotFound: no such case, or its release holds no such process.
    """
    fall = session.scalar(_by_number(fall_nr).limit(1))
    for instanz in session.scalars(_instances(fall.id)) if fall else ():
        item = library.contents(session, instanz.release_id).item("process", process)
        if item is not None:
            return item.content
    raise NotFound("Das Diagramm")


def _by_number(fall_nr: str) -> Select[Fall]:
    """A case that was handed over has a row in each of its regions; whoever sees several means the last."""
    return select(Fall).where(Fall.fall_nr == fall_nr).order_by(Fall.uebergeben_am.is_not(None), Fall.id.desc())


def _instances(fall_id: int) -> Select[Instanz]:
    """All instances of a case, its own first."""
    return select(Instanz).where(Instanz.fall_id == fall_id).order_by(Instanz.neben, Instanz.nummer.desc())


def _of(session: FallSession, table: Any, fall: Fall, *order: Any) -> tuple[Any, ...]:
    return tuple(session.scalars(select(table).where(table.fall_id == fall.id).order_by(*order)))


def _dossiers(session: FallSession, fall: Fall) -> tuple[Dossierzeit, ...]:
    """The newest first."""
    query = select(Gemeinde.name, Dossier.von, Dossier.bis).join(Gemeinde, Gemeinde.bfs_nr == Dossier.gemeinde_bfs)
    query = query.where(Dossier.fall_id == fall.id).order_by(Dossier.von.desc(), Dossier.id.desc())
    return tuple(Dossierzeit(*row) for row in session.execute(query))


def _waits(session: FallSession, instanzen: Sequence[Instanz], table: Any, kind: str) -> tuple[Waits, ...]:
    releases = {instanz.nummer: instanz.release_id for instanz in instanzen}
    rows = session.scalars(select(table).where(table.instanz_nummer.in_(releases)).order_by(table.key))
    return tuple(_wait(library.contents(session, releases[row.instanz_nummer]), row, kind) for row in rows)


def _wait(contents: Contents, row: Any, kind: str) -> Waits:
    element = contents.element(row.process, row.element)
    due = row.due_at if isinstance(row, Timer) else row.next_attempt_at if isinstance(row, Job) else None
    message = row.name if isinstance(row, Subscription) else row.type if isinstance(row, Job) else ""
    detail = row.message if isinstance(row, Incident) else ""
    return Waits(row.key, kind, row.process, row.element, (element.name if element else "") or row.element, due, message, detail)


def _positions(
    session: FallSession,
    instanzen: Sequence[Instanz],
    events: Iterable[list[Any]],
    active: list[tuple[str, str]],
    incidents: set[tuple[str, str]],
) -> tuple[Position, ...]:
    """One position for each process the case has touched, its own first."""
    taken: dict[str, set[str]] = {}
    completed: dict[str, set[str]] = {}
    for what, _, element, _, process, _ in events:
        if what in ("taken", "completed"):
            (taken if what == "taken" else completed).setdefault(process, set()).add(element)
    own = instanzen[0].process
    names = [own, *sorted(({p for p, _ in active} | taken.keys() | completed.keys()) - {own})]
    newest = _newest_versions(session, names)
    held = {name: _contents_with(session, instanzen, name) for name in names}
    return tuple(
        Position(
            process=name,
            name=held[name].process(name).name or name,
            version=held[name].version(name),
            versions=newest.get(name, 1),
            active=tuple(sorted({element for process, element in active if process == name})),
            completed=frozenset(completed.get(name, ())),
            taken=frozenset(taken.get(name, ())),
            incidents=frozenset(element for process, element in incidents if process == name),
        )
        for name in names
    )


def _contents_with(session: FallSession, instanzen: Sequence[Instanz], process: str) -> Contents:
    """The release of the first instance that holds the process: what runs beside a case may be on a newer one."""
    held = [library.contents(session, instanz.release_id) for instanz in instanzen]
    return next((contents for contents in held if contents.item("process", process)), held[0])


def version_for_new(session: FallSession, region: str, process: str) -> int | None:
    """The version of a process that a case begun now in that region would run on."""
    item = library.contents(session, library.latest_release(session, region)).item("process", process)
    return item.version if item else None


def _newest_versions(session: FallSession, names: list[str]) -> dict[str, int]:
    rows = session.execute(
        select(DefinitionVersion.id, DefinitionVersion.version).where(
            DefinitionVersion.kind == "process", DefinitionVersion.id.in_(names)
        )
    )
    newest: dict[str, int] = {}
    for id, version in rows:
        newest[id] = max(version, newest.get(id, 0))
    return newest
