"""Deployed versions: what can be started, its diagram, its start form."""

from __future__ import annotations

import json
from typing import Any

from flask import Response

from engine.definitions import bpmn
from engine.model.errors import NotFound
from engine.queries import definitionen
from engine.queries.laufend import TENANT
from engine.store.session import FallSession
from engine.store.tables import DefinitionVersion
from webui.api import caller, listing
from webui.api.operation import operation
from webui.api.schema import BOOL, INT, KEY, TEXT, enum, nullable, record, search_request, search_result
from webui.api.schema import TENANT as TENANT_SCHEMA

DEFINITION = record(
    processDefinitionKey=KEY,
    processDefinitionId=TEXT,
    name=nullable(TEXT),
    resourceName=TEXT,
    version=INT,
    versionTag=nullable(TEXT),
    hasStartForm=BOOL,
    state=enum("ACTIVE"),
    tenantId=TENANT_SCHEMA,
)
FORM = record(formId=TEXT, formKey=KEY, version=INT, schema=TEXT, tenantId=TENANT_SCHEMA)


@operation(
    "POST",
    "/v2/process-definitions/search",
    "Fassungen von Prozessen suchen",
    scope="lesen",
    takes=search_request(definitionen.PROCESSES),
    answers={200: search_result(DEFINITION)},
)
def search_process_definitions(body: dict[str, Any]) -> dict[str, Any]:
    with caller.reading() as session:
        return listing.page(definitionen.processes(session, listing.wanted(body, definitionen.PROCESSES)), lambda row: _shown(row[0]))


@operation("GET", "/v2/process-definitions/{processDefinitionKey}", "Eine Fassung eines Prozesses", scope="lesen", answers={200: DEFINITION})
def get_process_definition(processDefinitionKey: int) -> dict[str, Any]:
    with caller.reading() as session:
        return _shown(definitionen.process(session, processDefinitionKey))


@operation(
    "GET",
    "/v2/process-definitions/{processDefinitionKey}/xml",
    "Das Diagramm einer Fassung",
    scope="lesen",
    answers={200: TEXT},
    media="text/xml",
)
def get_process_definition_xml(processDefinitionKey: int) -> Response:
    with caller.reading() as session:
        return Response(definitionen.process(session, processDefinitionKey).content, mimetype="text/xml")


@operation(
    "GET",
    "/v2/process-definitions/{processDefinitionKey}/form",
    "Das Startformular einer Fassung, in seiner neusten Fassung",
    scope="lesen",
    answers={200: FORM, 204: None},
)
def get_start_form(processDefinitionKey: int) -> dict[str, Any] | None:
    with caller.reading() as session:
        form_id = _start_form(definitionen.process(session, processDefinitionKey))
        return newest_form(session, form_id) if form_id else None


def newest_form(session: FallSession, form_id: str) -> dict[str, Any] | None:
    """The newest version of a form; None while none is deployed."""
    try:
        return form(definitionen.newest(session, "form", form_id))
    except NotFound:
        return None


def form(row: DefinitionVersion) -> dict[str, Any]:
    """A form with its file as text."""
    text = json.dumps(json.loads(row.content), ensure_ascii=False)
    return {"formId": row.id, "formKey": str(row.key), "version": row.version, "schema": text, "tenantId": TENANT}


def _shown(row: DefinitionVersion) -> dict[str, Any]:
    return {
        "processDefinitionKey": str(row.key),
        "processDefinitionId": row.id,
        "name": row.name,
        "resourceName": row.resource_name,
        "version": row.version,
        "versionTag": row.version_tag,
        "hasStartForm": _start_form(row) is not None,
        "state": "ACTIVE",
        "tenantId": TENANT,
    }


def _start_form(row: DefinitionVersion) -> str | None:
    processes = bpmn.read(row.content, row.resource_name).processes
    return next((process.start_form_id for process in processes if process.id == row.id), None)
