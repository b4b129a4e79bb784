"""Fallfluss's own history as an event log, and deployed processes as models."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select

from engine.model.access import PROBELAUF
from engine.model.errors import NotFound
from engine.replay.log import ELEMENT, Case, Event
from engine.replay.model import Model, load
from engine.store import library
from engine.store.session import FallSession
from engine.store.tables import DefinitionVersion, Instanz, ReleaseItem, Verlauf

VERSION, PROCESS, REGION, IS_OVER = "fallfluss:version", "fallfluss:process", "fallfluss:region", "fallfluss:beendet"
# What a log shows of an element that was done: work, and events that happened. Gateways and sub-processes are the diagram's own affair.
SHOWN = frozenset({
    "TASK", "MANUAL_TASK", "USER_TASK", "SERVICE_TASK", "SEND_TASK", "RECEIVE_TASK", "SCRIPT_TASK", "BUSINESS_RULE_TASK",
    "INTERMEDIATE_CATCH_EVENT", "BOUNDARY_EVENT",
})  # fmt: skip


@dataclass(frozen=True)
class OwnCase:
    """One process instance. ``is_over`` says that it came to its end; otherwise it may go on, or was stopped."""

    fall_id: int
    instanz: int
    process: str
    version: int
    release_id: int
    region: str
    is_over: bool
    case: Case


def own_cases(
    session: FallSession, *, begun_from: datetime | None = None, begun_to: datetime | None = None, region: str | None = None, by_fall: bool = False
) -> Iterator[OwnCase]:
    """The process instances of the regions that the session sees, in the order in which they began (``by_fall``: those of one Fall after each
    other), each with what happened in it; no trial runs."""
    query = select(Instanz).where(Instanz.region != PROBELAUF).order_by(*(Instanz.fall_id,) * by_fall, Instanz.nummer)
    if begun_from is not None:
        query = query.where(Instanz.started_at >= begun_from)
    if begun_to is not None:
        query = query.where(Instanz.started_at < begun_to)
    if region is not None:
        query = query.where(Instanz.region == region)
    for instances in session.scalars(query.execution_options(yield_per=50)).partitions():
        happened = _history(session, [instanz.nummer for instanz in instances])
        for instanz in instances:
            yield _own_case(instanz, happened.get(instanz.nummer, []))


class Happened(NamedTuple):
    """What of a line of the history tells how a case went; its values are most of it, and nobody's here."""

    at: datetime
    by: str
    events: Sequence[Any]


def _history(session: FallSession, numbers: Sequence[int]) -> dict[int, list[Happened]]:
    found: dict[int, list[Happened]] = {}
    query = select(Verlauf.instanz_nummer, Verlauf.at, Verlauf.by, Verlauf.events).where(Verlauf.instanz_nummer.in_(numbers)).order_by(Verlauf.id)
    for number, *row in session.execute(query):
        found.setdefault(number, []).append(Happened(*row))
    return found


def _own_case(instanz: Instanz, rows: Sequence[Happened]) -> OwnCase:
    events = [event for row in rows for event in _events(row)]
    is_over = instanz.zustand == "completed"
    case = Case(instanz.fall.fall_nr, events, {PROCESS: instanz.process, VERSION: instanz.version, REGION: instanz.region, IS_OVER: is_over})
    return OwnCase(instanz.fall_id, instanz.nummer, instanz.process, instanz.version, instanz.release_id, instanz.region, is_over, case)


def _events(row: Happened) -> Iterator[Event]:
    for what, key, element, kind, process, version in row.events:
        if what == "completed" and kind in SHOWN:
            yield Event(element, row.at, "complete", {ELEMENT: element, "concept:instance": str(key), PROCESS: process, VERSION: version, "org:resource": row.by})


def released_model(session: FallSession, release_id: int, process: str) -> Model:
    """A process with everything it may call, as one release holds them."""
    contents = library.contents(session, release_id)
    items = [item for (kind, _), item in contents.items.items() if kind == "process"]
    own = contents.item("process", process)
    if own is None:
        raise NotFound(f"Der Prozess «{process}»")
    return load([(item.resource_name, item.content) for item in [own, *(item for item in items if item is not own)]], process)


def deployed_model(session: FallSession, process: str, version: int | None = None) -> Model:
    """A version of a process (by default the newest), with what it calls as the last release holds it that has this version.

    Raises:
        NotFound: it was never deployed.
    """
    query = select(DefinitionVersion).where(DefinitionVersion.kind == "process", DefinitionVersion.id == process)
    if version is not None:
        query = query.where(DefinitionVersion.version == version)
    own = session.scalars(query.order_by(DefinitionVersion.version.desc()).limit(1)).first()
    if own is None:
        raise NotFound(f"Der Prozess «{process}»" + (f" in Version {version}" if version else ""))
    release = session.scalar(select(ReleaseItem.release_id).where(ReleaseItem.definition_key == own.key).order_by(ReleaseItem.release_id.desc()).limit(1))
    if release is not None:
        return released_model(session, release, process)
    newest = session.scalars(select(DefinitionVersion).where(DefinitionVersion.kind == "process").order_by(DefinitionVersion.version.desc()))
    return load([(own.resource_name, own.content), *((row.resource_name, row.content) for row in newest if row.id != process)], process)
