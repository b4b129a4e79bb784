"""How things look to programs: keys are text, instants ISO in UTC, and nothing is missing."""

from __future__ import annotations

from typing import Any

from engine.model.access import PROBELAUF
from engine.queries.laufend import INSTANCE as INSTANCE_SIZE
from engine.queries.laufend import NO_LISTENER, STATES, TENANT
from engine.queries.suche import as_instant
from engine.store.tables import Aufgabe, DefinitionVersion, Incident, Instanz, Job, Probelauf, Subscription
from webui.api import caller
from webui.api.schema import ANY_OBJECT, BOOL, INSTANT, INT, KEY, TEXT, Schema, enum, list_of, nullable, record
from webui.api.schema import TENANT as TENANT_SCHEMA

ERRORS = (
    "UNSPECIFIED", "UNKNOWN", "IO_MAPPING_ERROR", "JOB_NO_RETRIES", "EXECUTION_LISTENER_NO_RETRIES", "TASK_LISTENER_NO_RETRIES",
    "CONDITION_ERROR", "EXTRACT_VALUE_ERROR", "CALLED_ELEMENT_ERROR", "UNHANDLED_ERROR_EVENT", "MESSAGE_SIZE_EXCEEDED",
    "CALLED_DECISION_ERROR", "DECISION_EVALUATION_ERROR", "FORM_NOT_FOUND", "RESOURCE_NOT_FOUND",
)  # fmt: skip
HIDDEN = "Was im Fall steht, sehen nur Personen seiner Sozialregion, die den ganzen Fall führen."
_STATE = {stored: state for state, stored in STATES.items()}

_OF_INSTANCE: dict[str, Schema] = {
    "processInstanceKey": KEY,
    "rootProcessInstanceKey": nullable(KEY),
    "processDefinitionKey": KEY,
    "processDefinitionId": TEXT,
    "tenantId": TENANT_SCHEMA,
}
_OF_ELEMENT = {**_OF_INSTANCE, "elementId": TEXT, "elementInstanceKey": KEY}
# What a job is, to whoever searches and to whoever takes it.
WORK = {
    **_OF_ELEMENT,
    "jobKey": KEY,
    "type": TEXT,
    "kind": TEXT,
    "listenerEventType": TEXT,
    "retries": INT,
    "customHeaders": ANY_OBJECT,
    "businessId": nullable(TEXT),
    "priority": INT,
}
INSTANCE = record(
    **_OF_INSTANCE,
    processDefinitionName=nullable(TEXT),
    processDefinitionVersion=INT,
    processDefinitionVersionTag=nullable(TEXT),
    parentProcessInstanceKey=nullable(KEY),
    parentElementInstanceKey=nullable(KEY),
    startDate=INSTANT,
    endDate=nullable(INSTANT),
    suspendedDate=nullable(INSTANT),
    state=enum(*STATES),
    hasIncident=BOOL,
    businessId=nullable(TEXT),
    tags=list_of(TEXT),
)
TASK = record(
    **_OF_ELEMENT,
    userTaskKey=KEY,
    processDefinitionVersion=INT,
    processName=nullable(TEXT),
    name=nullable(TEXT),
    state=TEXT,
    assignee=nullable(TEXT),
    candidateGroups=list_of(TEXT),
    candidateUsers=list_of(TEXT),
    priority=INT,
    creationDate=INSTANT,
    completionDate=nullable(INSTANT),
    dueDate=nullable(INSTANT),
    followUpDate=nullable(INSTANT),
    formKey=nullable(KEY),
    externalFormReference=nullable(TEXT),
    customHeaders=ANY_OBJECT,
    businessId=nullable(TEXT),
    tags=list_of(TEXT),
)
JOB = record(
    **WORK,
    worker=nullable(TEXT),
    state=TEXT,
    isDenied=nullable(BOOL),
    deniedReason=nullable(TEXT),
    hasFailedWithRetriesLeft=BOOL,
    errorCode=nullable(TEXT),
    errorMessage=nullable(TEXT),
    deadline=nullable(INSTANT),
    creationTime=INSTANT,
    lastUpdateTime=nullable(INSTANT),
    endTime=nullable(INSTANT),
)
SUBSCRIPTION = record(
    **_OF_ELEMENT,
    messageSubscriptionKey=KEY,
    messageSubscriptionState=TEXT,
    lastUpdatedDate=INSTANT,
    messageName=TEXT,
    correlationKey=nullable(TEXT),
    toolProperties=nullable(ANY_OBJECT),
    extensionProperties=ANY_OBJECT,
    businessId=nullable(TEXT),
)
INCIDENT = record(
    **_OF_ELEMENT,
    incidentKey=KEY,
    errorType=enum(*ERRORS),
    errorMessage=TEXT,
    state=TEXT,
    creationTime=INSTANT,
    jobKey=nullable(KEY),
)


def _of_instance(instanz: Instanz, version: DefinitionVersion, parent: int | None) -> dict[str, Any]:
    return {
        "processInstanceKey": str(instanz.key),
        "rootProcessInstanceKey": str(instanz.key if parent is None else parent * INSTANCE_SIZE),
        "processDefinitionKey": str(version.key),
        "processDefinitionId": instanz.process,
        "tenantId": TENANT,
    }


def _of_element(row: Aufgabe | Job | Subscription | Incident, instanz: Instanz, version: DefinitionVersion, parent: int | None) -> dict[str, Any]:
    return {**_of_instance(instanz, version, parent), "elementId": row.element, "elementInstanceKey": str(row.key)}


def instance(
    instanz: Instanz, version: DefinitionVersion, business_id: str | None, trial: Probelauf | None, parent: int | None
) -> dict[str, Any]:
    """One instance, as every caller may see it who may see where cases stand."""
    return {
        **_of_instance(instanz, version, parent),
        "processDefinitionName": version.name,
        "processDefinitionVersion": instanz.version,
        "processDefinitionVersionTag": version.version_tag,
        "parentProcessInstanceKey": None if parent is None else str(parent * INSTANCE_SIZE),
        "parentElementInstanceKey": None,
        "startDate": as_instant(instanz.started_at),
        "endDate": as_instant(instanz.ended_at),
        "suspendedDate": None,
        "state": _STATE[instanz.zustand],
        "hasIncident": instanz.has_incident,
        "businessId": business_id,
        "tags": list(trial.tags) if trial is not None else [],
    }


def business_id(instanz: Instanz, trial: Probelauf | None) -> str | None:
    """By what the client, or the canton, knows the instance."""
    return (trial.business_id if trial else None) if instanz.region == PROBELAUF else instanz.fall.fall_nr


def task(
    aufgabe: Aufgabe, instanz: Instanz, version: DefinitionVersion, parent: int | None, form: DefinitionVersion | None
) -> dict[str, Any]:
    return {
        **_of_element(aufgabe, instanz, version, parent),
        "userTaskKey": str(aufgabe.key),
        "processDefinitionVersion": instanz.version,
        "processName": version.name,
        "name": aufgabe.name,
        "state": aufgabe.zustand,
        "assignee": aufgabe.assignee,
        "candidateGroups": aufgabe.candidate_groups,
        "candidateUsers": aufgabe.candidate_users,
        "priority": aufgabe.priority,
        "creationDate": as_instant(aufgabe.created_at),
        "completionDate": as_instant(aufgabe.completed_at),
        "dueDate": as_instant(aufgabe.faellig_am),
        "followUpDate": as_instant(aufgabe.wiedervorlage_am),
        "formKey": str(form.key) if form is not None else None,
        "externalFormReference": None,
        "customHeaders": {},
        "businessId": None if instanz.region == PROBELAUF else aufgabe.fall_nr,
        "tags": [],
    }


def work(job: Job, instanz: Instanz, version: DefinitionVersion, parent: int | None) -> dict[str, Any]:
    """What ``WORK`` names."""
    return {
        **_of_element(job, instanz, version, parent),
        "jobKey": str(job.key),
        "type": job.type,
        "kind": job.kind,
        "listenerEventType": job.listener_event or NO_LISTENER,
        "retries": job.retries,
        "customHeaders": job.headers,
        "businessId": business_id(instanz, None),
        "priority": 0,
    }


def job(job: Job, instanz: Instanz, version: DefinitionVersion, parent: int | None) -> dict[str, Any]:
    nothing = dict.fromkeys(("isDenied", "deniedReason", "errorCode", "errorMessage", "lastUpdateTime", "endTime"))
    return {
        **work(job, instanz, version, parent),
        **nothing,
        "worker": job.worker,
        "state": "FAILED" if job.attempts or job.retries <= 0 else "CREATED",
        "hasFailedWithRetriesLeft": bool(job.attempts and job.retries > 0),
        "deadline": as_instant(job.locked_until),
        "creationTime": as_instant(job.created_at),
    }


def subscription(row: Subscription, instanz: Instanz, version: DefinitionVersion, parent: int | None) -> dict[str, Any]:
    return {
        **_of_element(row, instanz, version, parent),
        "messageSubscriptionKey": str(row.key),
        "messageSubscriptionState": "CREATED",
        "lastUpdatedDate": as_instant(row.created_at),
        "messageName": row.name,
        "correlationKey": row.correlation,
        "toolProperties": None,
        "extensionProperties": {},
        "businessId": business_id(instanz, None),
    }


def incident(row: Incident, instanz: Instanz, version: DefinitionVersion, parent: int | None) -> dict[str, Any]:
    """One incident; its message may quote a variable, hence only those read it who work with the case."""
    return {
        **_of_element(row, instanz, version, parent),
        "incidentKey": str(row.key),
        "errorType": row.kind if row.kind in ERRORS else "UNKNOWN",
        "errorMessage": row.message if caller.sees_all(row.region) else HIDDEN,
        "state": "ACTIVE",
        "creationTime": as_instant(row.created_at),
        "jobKey": str(row.key) if row.kind == "JOB_NO_RETRIES" else None,
    }


def variable(row: dict[str, Any], *, truncate: bool) -> dict[str, Any]:
    """A variable; its value is JSON text, cut if it is long."""
    text = row["value"]
    is_cut = truncate and len(text) > SHOWN_CHARACTERS
    return {
        "variableKey": str(row["variableKey"]),
        "name": row["name"],
        "value": text[:SHOWN_CHARACTERS] if is_cut else text,
        "isTruncated": is_cut,
        "scopeKey": str(row["scopeKey"]),
        "processInstanceKey": str(row["processInstanceKey"]),
        "rootProcessInstanceKey": str(row["processInstanceKey"]),
        "tenantId": TENANT,
    }


SHOWN_CHARACTERS = 8191
VARIABLE = record(
    variableKey=KEY,
    name=TEXT,
    value=TEXT,
    isTruncated=BOOL,
    scopeKey=KEY,
    processInstanceKey=KEY,
    rootProcessInstanceKey=nullable(KEY),
    tenantId=TENANT_SCHEMA,
)
