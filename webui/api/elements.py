"""Elements of an instance and its variables, also those that are over: both follow from the instance's history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request

from engine import commands
from engine.queries import laufend
from engine.queries.suche import as_instant
from webui.api import caller, listing, show
from webui.api.operation import operation
from webui.api.problems import Problem
from webui.api.schema import (
    ANY_OBJECT,
    BOOL,
    INSTANT,
    KEY,
    TENANT,
    TEXT,
    enum,
    nullable,
    record,
    search_request,
    search_result,
)
from webui.api.schema import (
    body as request_body,
)

ELEMENT = record(
    elementInstanceKey=KEY,
    processInstanceKey=KEY,
    rootProcessInstanceKey=nullable(KEY),
    processDefinitionKey=nullable(KEY),
    processDefinitionId=TEXT,
    elementId=TEXT,
    elementName=nullable(TEXT),
    type=TEXT,
    state=enum(*laufend.ELEMENT_STATES),
    startDate=INSTANT,
    endDate=nullable(INSTANT),
    hasIncident=BOOL,
    incidentKey=nullable(KEY),
    tenantId=TENANT,
)


@operation(
    "POST",
    "/v2/element-instances/search",
    "Elemente einer Instanz suchen (mit processInstanceKey oder elementInstanceKey)",
    scope="lesen",
    takes=search_request(laufend.ELEMENTS),
    answers={200: search_result(ELEMENT)},
    reads=True,
)
def search_element_instances(body: dict[str, Any]) -> dict[str, Any]:
    with caller.reading_states() as session:
        instanz = laufend.instance_or_none(session, _instance_key(body, "elementInstanceKey"))
        found = laufend.elements(session, instanz, listing.wanted(body, laufend.ELEMENTS))
        return listing.page(found, _element)


@operation("GET", "/v2/element-instances/{elementInstanceKey}", "Ein Element einer Instanz", scope="lesen", answers={200: ELEMENT}, reads=True)
def get_element_instance(elementInstanceKey: int) -> dict[str, Any]:
    with caller.reading_states() as session:
        instanz = laufend.instance(session, elementInstanceKey)
        wanted = listing.wanted({}, laufend.ELEMENTS, elementInstanceKey=str(elementInstanceKey))
        found = laufend.elements(session, instanz, wanted).rows
        if not found:
            raise Problem(404, f"Unter dem Schlüssel {elementInstanceKey} gibt es kein Element.")
        return _element(found[0])


@operation(
    "POST",
    "/v2/variables/search",
    "Variablen einer Instanz suchen (mit processInstanceKey oder scopeKey); ?truncateValues=false gibt lange Werte ganz",
    scope="lesen",
    takes=search_request(laufend.VARIABLES),
    answers={200: search_result(show.VARIABLE)},
    reads=True,
)
def search_variables(body: dict[str, Any]) -> dict[str, Any]:
    with caller.reading() as session:
        instanz = laufend.instance_or_none(session, _instance_key(body, "scopeKey"))
        found = laufend.variables(session, instanz, listing.wanted(body, laufend.VARIABLES))
        return listing.page(found, lambda row: show.variable(row, truncate=is_truncating()))


@operation(
    "PUT",
    "/v2/element-instances/{elementInstanceKey}/variables",
    "Variablen setzen; bei Fällen nur die Leitung der Region",
    scope="betrieb",
    takes=request_body("variables", variables=ANY_OBJECT, local=BOOL, operationReference={"type": ["integer", "null"]}),
    answers={204: None},
    needs_body=True,
)
def set_variables(elementInstanceKey: int, body: dict[str, Any]) -> None:
    with caller.writing() as session:
        laufend.instance(session, elementInstanceKey)
        commands.set_variables(session, elementInstanceKey, body["variables"], local=body.get("local", False))


def is_truncating() -> bool:
    """Whether long values are cut; clients ask for whole ones."""
    return request.args.get("truncateValues", "true") != "false"


def _instance_key(body: Mapping[str, Any], other: str) -> int:
    """The instance that is searched in.

    Raises:
        Problem: 400, it is not named: elements and variables are only kept in the history of each instance.
    """
    filters = body.get("filter", {})
    for name in ("processInstanceKey", other):
        value = filters.get(name)
        plain = value.get("$eq") if isinstance(value, dict) else value
        if plain is not None:
            return int(plain)
    raise Problem(400, f"«filter»: Bitte «processInstanceKey» oder «{other}» mit einem einzelnen Schlüssel angeben.")


def _element(row: Mapping[str, Any]) -> dict[str, Any]:
    shown = dict(row)
    for name in ("elementInstanceKey", "processInstanceKey", "processDefinitionKey", "incidentKey"):
        shown[name] = str(row[name]) if row[name] is not None else None
    shown |= {"startDate": as_instant(row["startDate"]), "endDate": as_instant(row["endDate"])}
    return {**shown, "rootProcessInstanceKey": shown["processInstanceKey"]}
