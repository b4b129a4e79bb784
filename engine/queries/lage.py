"""Where the running cases stand on their diagrams, how long they stay there, and what is stuck: counts and elements, never a case."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import ColumnElement, func, select

from engine.definitions.bpmn import Element
from engine.model.access import PROBELAUF
from engine.store import library
from engine.store.session import FallSession
from engine.store.tables import Aufgabe, Incident, Instanz, Job, Release, Subscription, Timer

# Durations look back so far; older ones say little about how the process runs now.
WINDOW = timedelta(days=365)
# Of fewer cases a duration would be that of one person.
FEWEST = 3


@dataclass(frozen=True)
class Ausschnitt:
    """Which cases: of one release or all, of some regions or all that the session sees."""

    release_id: int | None = None
    regionen: Collection[str] = ()

    def where(self, table: Any) -> list[ColumnElement[bool]]:
        found = [table.instanz_nummer == Instanz.nummer, Instanz.region != PROBELAUF]
        if self.release_id is not None:
            found.append(Instanz.release_id == self.release_id)
        if self.regionen:
            found.append(Instanz.region.in_(list(self.regionen)))
        return found


@dataclass(frozen=True)
class Stelle:
    """An element with what is there now: cases, those with an incident, days since the middle one came; and days that done tasks took."""

    element: Element
    faelle: int
    stoerungen: int
    seit_tagen: float | None
    dauer_tagen: float | None
    erledigt: int


@dataclass(frozen=True)
class Fassung:
    """A release with the number of cases that run on it, by region."""

    release: Release
    faelle: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.faelle.values())


@dataclass(frozen=True)
class Ursache:
    """Incidents of the same kind at the same element."""

    process: str
    element: str
    kind: str
    count: int
    regionen: tuple[str, ...]
    since: datetime


def stellen(session: FallSession, process: str, of: Ausschnitt, elements: Iterable[Element]) -> list[Stelle]:
    """Every element of a process where a case is or was, in the order of the diagram."""
    here: dict[str, dict[int, datetime]] = defaultdict(dict)
    for table in (Aufgabe, Timer, Subscription, Job):
        for element, nummer, at in session.execute(_open(table, process, of)):
            here[element].setdefault(nummer, at)
    stuck: dict[str, set[int]] = defaultdict(set)
    for element, nummer, at in session.execute(_open(Incident, process, of)):
        stuck[element].add(nummer)
        here[element].setdefault(nummer, at)
    took = _durations(session, process, of)
    found = [one for one in elements if one.id in here or one.id in took]
    return [_stelle(session.now, one, here.get(one.id, {}), stuck.get(one.id, set()), took.get(one.id, [])) for one in found]


def belegung(session: FallSession, process: str, of: Ausschnitt) -> dict[str, int]:
    """How many cases wait at each element of a process."""
    found: dict[str, set[int]] = defaultdict(set)
    for table in (Aufgabe, Timer, Subscription, Job, Incident):
        for element, nummer, _ in session.execute(_open(table, process, of)):
            found[element].add(nummer)
    return {element: len(cases) for element, cases in found.items()}


def fassungen(session: FallSession) -> list[Fassung]:
    """Releases on which cases run, and the newest; the newest first."""
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    running = (Instanz.zustand == "active", Instanz.region != PROBELAUF)
    rows = select(Instanz.release_id, Instanz.region, func.count(Instanz.nummer)).where(*running).group_by(Instanz.release_id, Instanz.region)
    for release_id, region, count in session.execute(rows):
        counts[release_id][region] = count
    releases = list(session.scalars(select(Release).where(Release.probe.is_(None)).order_by(Release.id.desc())))
    return [Fassung(one, counts.get(one.id, {})) for index, one in enumerate(releases) if index == 0 or one.id in counts]


def ursachen(session: FallSession, of: Ausschnitt) -> list[Ursache]:
    """Incidents by element and kind, the most frequent first; without their messages, which may hold values of a case."""
    rows = select(Incident.process, Incident.element, Incident.kind, Incident.region, func.count(Incident.key), func.min(Incident.created_at))
    groups: dict[tuple[str, str, str], list[tuple[str, int, datetime]]] = defaultdict(list)
    by = (Incident.process, Incident.element, Incident.kind, Incident.region)
    for process, element, kind, region, count, since in session.execute(rows.where(*of.where(Incident)).group_by(*by)):
        groups[process, element, kind].append((region, count, since))
    found = [
        Ursache(*key, sum(count for _, count, _ in parts), tuple(sorted({region for region, _, _ in parts})), min(at for _, _, at in parts))
        for key, parts in groups.items()
    ]
    return sorted(found, key=lambda one: (-one.count, one.process, one.element))


def stoerungen(session: FallSession, process: str, element: str, kind: str, *, limit: int = 500) -> list[int]:
    """The keys of the incidents of one cause, the oldest first."""
    found = select(Incident.key).where(Incident.process == process, Incident.element == element, Incident.kind == kind, *Ausschnitt().where(Incident))
    return list(session.scalars(found.order_by(Incident.created_at, Incident.key).limit(limit)))


def processes(session: FallSession, release_id: int) -> dict[str, str]:
    """Id and name of every process of a release."""
    held = library.contents(session, release_id)
    return {item.id: item.name for (kind, _), item in sorted(held.items.items()) if kind == "process"}


def _open(table: Any, process: str, of: Ausschnitt) -> Any:
    query = select(table.element, table.instanz_nummer, table.created_at).where(table.process == process, *of.where(table), Instanz.zustand == "active")
    return query.where(Aufgabe.zustand == "CREATED") if table is Aufgabe else query


def _durations(session: FallSession, process: str, of: Ausschnitt) -> dict[str, list[float]]:
    done = select(Aufgabe.element, Aufgabe.created_at, Aufgabe.completed_at).where(
        Aufgabe.process == process, Aufgabe.zustand == "COMPLETED", Aufgabe.completed_at > session.now - WINDOW, *of.where(Aufgabe)
    )
    found: dict[str, list[float]] = defaultdict(list)
    for element, begun, ended in session.execute(done):
        if ended is not None:
            found[element].append(_days(ended - begun))
    return found


def _stelle(now: datetime, element: Element, here: Mapping[int, datetime], stuck: set[int], took: list[float]) -> Stelle:
    since = [_days(now - at) for at in here.values()]
    return Stelle(element, len(here), len(stuck), _middle(since), _middle(took), len(took))


def _middle(days: list[float]) -> float | None:
    return median(days) if len(days) >= FEWEST else None


def _days(span: timedelta) -> float:
    return span.total_seconds() / 86_400
