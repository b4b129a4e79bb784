"""What runs, as programs search it: instances, their elements and variables, tasks, jobs, waits and incidents.

Jobs, waits and incidents are those that are open now. Elements and variables of an instance, also those that are over, follow from its
history: no table is written for them, so no step costs more for being searchable; the price is one pass over one instance's history.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import Select, String, and_, case, cast, func, literal, null, select
from sqlalchemy.orm import aliased

from engine.cases import sichtbar
from engine.cases.feldgruppen import sicht
from engine.model.access import PROBELAUF
from engine.model.errors import NotFound
from engine.queries.suche import Feld, Found, Wanted, find, pick
from engine.store import library
from engine.store.session import FallSession
from engine.store.tables import Aufgabe, DefinitionVersion, Fall, Incident, Instanz, Job, Probelauf, Subscription, Verlauf

INSTANCE = 10**9
TENANT = "<default>"

Felder = Mapping[str, Feld]

_TENANT = Feld("text", literal(TENANT))
_NOTHING = Feld("key", cast(null(), DefinitionVersion.key.type))
_Own = aliased(Instanz)
# What runs beside a case has the case for its parent; a called process is part of the instance that calls it.
_PARENT = (
    select(func.max(_Own.nummer))
    .where(Instanz.neben, _Own.fall_id == Instanz.fall_id, ~_Own.neben, _Own.nummer < Instanz.nummer)
    .correlate(Instanz)
    .scalar_subquery()
)
STATES = {"ACTIVE": "active", "COMPLETED": "completed", "TERMINATED": "terminated"}
_OF_INSTANCE: Felder = {
    "processInstanceKey": Feld("key", Instanz.nummer, per=INSTANCE),
    "processDefinitionId": Feld("text", Instanz.process),
    "processDefinitionKey": Feld("key", DefinitionVersion.key),
    "tenantId": _TENANT,
}
INSTANCES: Felder = {
    **_OF_INSTANCE,
    "processDefinitionName": Feld("text", DefinitionVersion.name),
    "processDefinitionVersion": Feld("number", Instanz.version),
    "processDefinitionVersionTag": Feld("text", DefinitionVersion.version_tag),
    "parentProcessInstanceKey": Feld("key", _PARENT, per=INSTANCE),
    "parentElementInstanceKey": _NOTHING,
    "startDate": Feld("instant", Instanz.started_at),
    "endDate": Feld("instant", Instanz.ended_at),
    "state": Feld("text", Instanz.zustand, STATES),
    "hasIncident": Feld("boolean", Instanz.has_incident),
    "businessId": Feld("text"),
}
TASK_STATES = ("CREATED", "COMPLETED", "CANCELED")
TASKS: Felder = {
    **_OF_INSTANCE,
    "userTaskKey": Feld("key", Aufgabe.key),
    "elementInstanceKey": Feld("key", Aufgabe.key),
    "elementId": Feld("text", Aufgabe.element),
    "name": Feld("text", Aufgabe.name),
    "state": Feld("text", Aufgabe.zustand, {state: state for state in TASK_STATES}),
    "assignee": Feld("text", Aufgabe.assignee),
    "candidateGroup": Feld("list", Aufgabe.candidate_groups),
    "candidateUser": Feld("list", Aufgabe.candidate_users),
    "priority": Feld("number", Aufgabe.priority),
    "creationDate": Feld("instant", Aufgabe.created_at),
    "completionDate": Feld("instant", Aufgabe.completed_at),
    "dueDate": Feld("instant", Aufgabe.faellig_am),
    "followUpDate": Feld("instant", Aufgabe.wiedervorlage_am),
}
# A failed attempt that will be repeated, and one that will not, look the same to a program; the retries tell them apart.
_JOB_STATE = case((Job.attempts > 0, "FAILED"), (Job.retries <= 0, "FAILED"), else_="CREATED")
JOB_STATES = ("CREATED", "FAILED", "COMPLETED", "CANCELED", "ERROR_THROWN", "TIMED_OUT", "RETRIES_UPDATED", "MIGRATED")
JOB_KINDS = ("BPMN_ELEMENT", "EXECUTION_LISTENER", "TASK_LISTENER", "AD_HOC_SUB_PROCESS")
# What clients expect of a job that no listener made.
NO_LISTENER = "UNSPECIFIED"
JOBS: Felder = {
    **_OF_INSTANCE,
    "jobKey": Feld("key", Job.key),
    "elementInstanceKey": Feld("key", Job.key),
    "elementId": Feld("text", Job.element),
    "type": Feld("text", Job.type),
    "worker": Feld("text", Job.worker),
    "retries": Feld("number", Job.retries),
    "state": Feld("text", _JOB_STATE, {state: state for state in JOB_STATES}),
    "kind": Feld("text", Job.kind, {kind: kind for kind in JOB_KINDS}),
    "listenerEventType": Feld("text", func.coalesce(Job.listener_event, NO_LISTENER)),
    "creationTime": Feld("instant", Job.created_at),
    "deadline": Feld("instant", Job.locked_until),
}
SUBSCRIPTIONS: Felder = {
    **_OF_INSTANCE,
    "messageSubscriptionKey": Feld("key", Subscription.key),
    "elementInstanceKey": Feld("key", Subscription.key),
    "elementId": Feld("text", Subscription.element),
    "messageName": Feld("text", Subscription.name),
    "correlationKey": Feld("text", Subscription.correlation),
    "messageSubscriptionState": Feld("text", literal("CREATED"), {one: one for one in ("CREATED", "CORRELATED", "DELETED", "MIGRATED")}),
    "lastUpdatedDate": Feld("instant", Subscription.created_at),
}
INCIDENTS: Felder = {
    **_OF_INSTANCE,
    "incidentKey": Feld("key", Incident.key),
    "elementInstanceKey": Feld("key", Incident.key),
    "elementId": Feld("text", Incident.element),
    "errorType": Feld("text", Incident.kind),
    "state": Feld("text", literal("ACTIVE"), {one: one for one in ("ACTIVE", "RESOLVED", "PENDING", "MIGRATED")}),
    "creationTime": Feld("instant", Incident.created_at),
}
ELEMENT_STATES = ("ACTIVE", "COMPLETED", "TERMINATED")
ELEMENTS: Felder = {
    "elementInstanceKey": Feld("key"),
    "processInstanceKey": Feld("key"),
    "processDefinitionId": Feld("text"),
    "processDefinitionKey": Feld("key"),
    "elementId": Feld("text"),
    "elementName": Feld("text"),
    "type": Feld("text"),
    "state": Feld("text", values={state: state for state in ELEMENT_STATES}),
    "hasIncident": Feld("boolean"),
    "incidentKey": Feld("key"),
    "startDate": Feld("instant"),
    "endDate": Feld("instant"),
    "tenantId": Feld("text"),
}
VARIABLES: Felder = {
    "variableKey": Feld("key"),
    "name": Feld("text"),
    "value": Feld("text"),
    "scopeKey": Feld("key"),
    "processInstanceKey": Feld("key"),
    "tenantId": Feld("text"),
}


def instances(session: FallSession, wanted: Wanted, *, named: Collection[str]) -> Found:
    """Rows of Instanz, DefinitionVersion, the client's id, the trial run and the parent's number. In ``named`` regions cases are known by their number."""
    business = case(
        (Instanz.region == PROBELAUF, Probelauf.business_id), (Instanz.region.in_(sorted(named)), cast(Fall.fall_nr, String)), else_=null()
    )
    base = (
        select(Instanz, DefinitionVersion, business, Probelauf, _PARENT)
        .join(DefinitionVersion, _is_its_version())
        .join(Fall, Fall.id == Instanz.fall_id)
        .outerjoin(Probelauf, Probelauf.instanz_nummer == Instanz.nummer)
    )
    return find(session, base.where(sichtbar.visible(session)), {**INSTANCES, "businessId": Feld("text", business)}, wanted, Instanz.nummer)


def tasks(session: FallSession, wanted: Wanted) -> Found:
    """Rows of Aufgabe, Instanz, DefinitionVersion and the parent\'s number."""
    base = _with_instance(Aufgabe).join(Fall, Fall.id == Aufgabe.fall_id).where(sichtbar.visible_task(session))
    return find(session, base, TASKS, wanted, Aufgabe.key)


def task(session: FallSession, key: int) -> Aufgabe:
    """The task of a published key, open or over.

    Raises:
        NotFound: there is none among those this person may look into.
    """
    found = session.get(Aufgabe, key)
    if found is None or not sichtbar.sees_task(session, found):
        raise NotFound("Die Aufgabe")
    return found


def jobs(session: FallSession, wanted: Wanted) -> Found:
    """Rows of Job, Instanz, DefinitionVersion and the parent\'s number, those that are open."""
    return find(session, _of_visible(session, Job), JOBS, wanted, Job.key)


def subscriptions(session: FallSession, wanted: Wanted) -> Found:
    """Rows of Subscription, Instanz, DefinitionVersion and the parent\'s number that wait for a message."""
    return find(session, _of_visible(session, Subscription).where(Subscription.kind == "message"), SUBSCRIPTIONS, wanted, Subscription.key)


def incidents(session: FallSession, wanted: Wanted) -> Found:
    """Rows of Incident, Instanz, DefinitionVersion and the parent\'s number, those that are open."""
    return find(session, _of_visible(session, Incident), INCIDENTS, wanted, Incident.key)


def parent(session: FallSession, instanz: Instanz) -> int | None:
    """The number of the case's own instance, of what runs beside it."""
    return session.scalar(select(_PARENT).where(Instanz.nummer == instanz.nummer))


def instance(session: FallSession, key: int) -> Instanz:
    """The instance of a published key.

    Raises:
        NotFound: there is none in the regions of this session.
    """
    found = session.get(Instanz, key // INSTANCE) if 0 <= key < 2**63 else None
    if found is None or session.scalar(select(Fall.id).where(Fall.id == found.fall_id, sichtbar.visible(session))) is None:
        raise NotFound("Die Instanz")
    return found


def instance_or_none(session: FallSession, key: int) -> Instanz | None:
    """The same for a search: what is not there, or not theirs, is simply not found."""
    try:
        return instance(session, key)
    except NotFound:
        return None


def elements(session: FallSession, instanz: Instanz | None, wanted: Wanted) -> Found:
    """Elements of one instance, also those that are over, as dicts by the names of ``ELEMENTS``; the process itself first."""
    return pick(_lived(session, instanz) if instanz else (), ELEMENTS, wanted)


def variables(session: FallSession, instanz: Instanz | None, wanted: Wanted) -> Found:
    """Variables of one instance by scope and name, as dicts by the names of ``VARIABLES``."""
    return pick_variables(written(session, instanz) if instanz else (), wanted)


def pick_variables(rows: Iterable[Mapping[str, Any]], wanted: Wanted) -> Found:
    """Search rows of ``written`` or ``visible``; ``value`` becomes its JSON text, by which programs search, order and read it."""
    return pick(({**row, "value": json.dumps(row["value"], ensure_ascii=False, separators=(",", ":"))} for row in rows), VARIABLES, wanted)


def written(session: FallSession, instanz: Instanz) -> list[dict[str, Any]]:
    """Every variable ever written that the person may see; ``value`` is what they may see of its last value."""
    seen = sicht(session.access, instanz.region, library.contents(session, instanz.release_id))
    last: dict[tuple[int, str], Any] = {}
    changes = select(Verlauf.changes).where(Verlauf.instanz_nummer == instanz.nummer).order_by(Verlauf.id)
    for row in session.scalars(changes):
        last.update({(scope, name): after for scope, name, _, after, _ in row})
    return [
        {
            "variableKey": _variable_key(scope, name),
            "name": name,
            "value": value,
            "scopeKey": scope,
            "processInstanceKey": instanz.key,
            "tenantId": TENANT,
        }
        for (scope, name), whole in sorted(last.items(), key=lambda item: item[0])
        for value in seen.redacted({name: whole}).values()
    ]


def visible(session: FallSession, aufgabe: Aufgabe, instanz: Instanz) -> list[dict[str, Any]]:
    """What a task sees of the case, in the same shape as ``written``; of a task that is over, what it saw last."""
    rows = written(session, instanz)
    if aufgabe.zustand == "CREATED":
        values = visible_to(session, instanz, aufgabe.key)
    else:
        values = {row["name"]: row["value"] for row in rows if row["scopeKey"] in (instanz.key, aufgabe.key)}
    best: dict[str, dict[str, Any]] = {}
    for row in sorted(rows, key=lambda row: (row["scopeKey"] != aufgabe.key, row["value"] != values.get(row["name"]))):
        best.setdefault(row["name"], row)
    return [best[name] | {"value": value} for name, value in sorted(values.items()) if name in best]


def visible_to(session: FallSession, instanz: Instanz, key: int) -> dict[str, Any]:
    """What a waiting element sees of the case, as far as the person may see it."""
    seen = sicht(session.access, instanz.region, library.contents(session, instanz.release_id))
    return seen.redacted(library.runtime(session, instanz.release_id, instanz.region).visible(instanz.state, [key])[key])


def restored(session: FallSession, key: int, values: Mapping[str, Any]) -> dict[str, Any]:
    """What a worker sends of a job, with what it was not shown put back into the objects and rows it would replace."""
    job = session.scalar(select(Job).where(Job.key == key))
    instanz = session.get_one(Instanz, job.instanz_nummer) if job is not None else None
    if instanz is None:
        return dict(values)  # the command says that the job is gone
    seen = sicht(session.access, instanz.region, library.contents(session, instanz.release_id))
    if seen.is_whole:
        return dict(values)
    return seen.restored(values, library.runtime(session, instanz.release_id, instanz.region).visible(instanz.state, [key])[key])


def _variable_key(scope: int, name: str) -> int:
    """Variables have no number of their own; this one is always the same, and fits where clients keep keys."""
    return int.from_bytes(hashlib.sha256(f"{scope}:{name}".encode()).digest()[:8]) >> 2


def _with_instance(table: Any) -> Select[Any]:
    return (
        select(table, Instanz, DefinitionVersion, _PARENT)
        .join(Instanz, Instanz.nummer == table.instanz_nummer)
        .join(DefinitionVersion, _is_its_version())
    )


def _of_visible(session: FallSession, table: Any) -> Select[Any]:
    """The same, of cases that this person may look into."""
    return _with_instance(table).join(Fall, Fall.id == Instanz.fall_id).where(sichtbar.visible(session))


def _is_its_version() -> Any:
    return and_(DefinitionVersion.kind == "process", DefinitionVersion.id == Instanz.process, DefinitionVersion.version == Instanz.version)


def _lived(session: FallSession, instanz: Instanz) -> Iterable[dict[str, Any]]:
    """Fold the events of the history: what was opened is active until it is completed or cancelled."""
    keys = _definition_keys(session)
    found: dict[int, dict[str, Any]] = {instanz.key: _root(session, instanz, keys)}
    history = select(Verlauf.at, Verlauf.events).where(Verlauf.instanz_nummer == instanz.nummer).order_by(Verlauf.id)
    contents = library.contents(session, instanz.release_id)
    for at, events in session.execute(history):
        for what, key, element, kind, process, version in events:
            if what == "activated" or (what == "armed" and kind != "BOUNDARY_EVENT"):
                known = contents.element(process, element) if contents.item("process", process) else None
                found.setdefault(
                    key,
                    _element(instanz, key, element, (known.name if known else "") or element)
                    | {"type": kind, "processDefinitionId": process, "processDefinitionKey": keys.get((process, version)), "startDate": at},
                )
            elif what in ("completed", "cancelled") and key in found:
                found[key] |= {"state": "COMPLETED" if what == "completed" else "TERMINATED", "endDate": at}
    for key in session.scalars(select(Incident.key).where(Incident.instanz_nummer == instanz.nummer)):
        if key in found:
            found[key] |= {"hasIncident": True, "incidentKey": key}
    return found.values()


def _element(instanz: Instanz, key: int, element: str, name: str) -> dict[str, Any]:
    return {
        "elementInstanceKey": key,
        "processInstanceKey": instanz.key,
        "elementId": element,
        "elementName": name,
        "state": "ACTIVE",
        "startDate": None,
        "endDate": None,
        "hasIncident": False,
        "incidentKey": None,
        "tenantId": TENANT,
    }


def _root(session: FallSession, instanz: Instanz, keys: Mapping[tuple[str, int], int]) -> dict[str, Any]:
    states = {stored: state for state, stored in STATES.items()}
    name = library.contents(session, instanz.release_id).process(instanz.process).name or instanz.process
    return _element(instanz, instanz.key, instanz.process, name) | {
        "type": "PROCESS",
        "state": states[instanz.zustand],
        "processDefinitionId": instanz.process,
        "processDefinitionKey": keys.get((instanz.process, instanz.version)),
        "startDate": instanz.started_at,
        "endDate": instanz.ended_at,
        "hasIncident": instanz.has_incident,
    }


def _definition_keys(session: FallSession) -> dict[tuple[str, int], int]:
    rows = session.execute(
        select(DefinitionVersion.id, DefinitionVersion.version, DefinitionVersion.key).where(DefinitionVersion.kind == "process")
    )
    return {(id, version): key for id, version, key in rows}
