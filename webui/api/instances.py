"""Process instances: start, search, stop, change, migrate, delete.

What a person starts here is a trial run. Real cases are opened by service accounts with a role in the region; whatever moves tokens of
real cases by hand belongs on the screens, where it asks for a reason and a second pair of eyes.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from engine.commands import probelauf
from engine.commands.probelauf import Wunsch
from engine.commands.programs import open_for_program, region_of
from engine.model.access import PROBELAUF
from engine.model.errors import NotAllowed
from engine.queries import definitionen, laufend
from engine.store import library
from engine.store.tables import DefinitionVersion, Instanz, Probelauf
from webui.api import caller, listing, show
from webui.api.operation import operation
from webui.api.problems import Problem
from webui.api.schema import (
    ANY_OBJECT,
    BOOL,
    INT,
    KEY,
    TENANT,
    TEXT,
    enum,
    integer,
    list_of,
    record,
    search_request,
    search_result,
    text,
)
from webui.api.schema import (
    body as request_body,
)

POLL_SECONDS = 0.2
LONGEST_WAIT = 20_000
OPERATION_REFERENCE = {"type": ["integer", "null"]}
_START_AT = request_body("elementId", elementId=text(120, least=1))
_END_AFTER = request_body("type", "afterElementId", type=enum("TERMINATE_PROCESS_INSTANCE"), afterElementId=text(120, least=1))
START = request_body(
    processDefinitionKey=KEY,
    processDefinitionId=text(120, least=1),
    processDefinitionVersion=integer(-1, 10**9),
    variables=ANY_OBJECT,
    startInstructions=list_of(_START_AT),
    runtimeInstructions=list_of(_END_AFTER),
    businessId=text(256),
    tags=list_of(text(100), 10),
    awaitCompletion=BOOL,
    fetchVariables=list_of(text(200), 200),
    requestTimeout=integer(-1, 10**9),
    tenantId=TENANT,
    operationReference=OPERATION_REFERENCE,
)
STARTED = record(
    processInstanceKey=KEY,
    processDefinitionKey=KEY,
    processDefinitionId=TEXT,
    processDefinitionVersion=INT,
    tenantId=TENANT,
    variables=ANY_OBJECT,
    tags=list_of(TEXT),
    businessId={"type": ["string", "null"]},
)
_VARIABLES = request_body("variables", variables=ANY_OBJECT, scopeId=text(120))
_ACTIVATE = request_body(
    "elementId", elementId=text(120, least=1), variableInstructions=list_of(_VARIABLES, 100), ancestorElementInstanceKey=enum("-1")
)
_TERMINATE = request_body("elementInstanceKey", elementInstanceKey=KEY)
_MAP = request_body("sourceElementId", "targetElementId", sourceElementId=text(120, least=1), targetElementId=text(120, least=1))
REFERENCE = request_body(operationReference=OPERATION_REFERENCE)


@operation("POST", "/v2/process-instances", "Probelauf oder Fall starten", scope="lesen", takes=START, answers={200: STARTED}, needs_body=True)
def create_process_instance(body: dict[str, Any]) -> dict[str, Any]:
    is_trial = PROBELAUF in caller.current().access.regionen
    caller.require_scope("probelauf" if is_trial else "starten")
    if not is_trial and not caller.current().is_dienst:
        raise NotAllowed("Starten über die Schnittstelle (Personen: nur Probeläufe von Prozessverantwortlichen). Fälle eröffnen Sie in der Oberfläche")
    key = _start_trial(body) if is_trial else _open_case(body)
    if body.get("awaitCompletion"):
        _await_end(key, body.get("requestTimeout", 0))
    return _started(key, body)


@operation(
    "POST",
    "/v2/process-instances/search",
    "Instanzen suchen: Probeläufe und die Fälle der eigenen Regionen; Prozessverantwortliche sehen von allen den Stand",
    scope="lesen",
    takes=search_request(laufend.INSTANCES),
    answers={200: search_result(show.INSTANCE)},
    reads=True,
)
def search_process_instances(body: dict[str, Any]) -> dict[str, Any]:
    with caller.reading_states() as session:
        found = laufend.instances(session, listing.wanted(body, laufend.INSTANCES), named=caller.named_regions())
        return listing.page(found, lambda row: show.instance(*row))


@operation("GET", "/v2/process-instances/{processInstanceKey}", "Eine Instanz", scope="lesen", answers={200: show.INSTANCE}, reads=True)
def get_process_instance(processInstanceKey: int) -> dict[str, Any]:
    with caller.reading_states() as session:
        laufend.instance(session, processInstanceKey)
        wanted = listing.wanted({}, laufend.INSTANCES, processInstanceKey=str(processInstanceKey))
        return show.instance(*laufend.instances(session, wanted, named=caller.named_regions()).rows[0])


@operation(
    "POST",
    "/v2/process-instances/{processInstanceKey}/incidents/search",
    "Störungen einer Instanz",
    scope="lesen",
    takes=search_request(laufend.INCIDENTS),
    answers={200: search_result(show.INCIDENT)},
    reads=True,
)
def search_incidents_of_instance(processInstanceKey: int, body: dict[str, Any]) -> dict[str, Any]:
    with caller.reading_states() as session:
        laufend.instance(session, processInstanceKey)
        wanted = listing.wanted(body, laufend.INCIDENTS, processInstanceKey=str(processInstanceKey))
        return listing.page(laufend.incidents(session, wanted), lambda row: show.incident(*row))


@operation(
    "POST", "/v2/process-instances/{processInstanceKey}/cancellation", "Einen Probelauf abbrechen", scope="probelauf", takes=REFERENCE, answers={204: None}
)
def cancel_process_instance(processInstanceKey: int, body: dict[str, Any]) -> None:
    with caller.writing() as session:
        probelauf.cancel_probelauf(session, laufend.instance(session, processInstanceKey).nummer)


@operation(
    "POST",
    "/v2/process-instances/{processInstanceKey}/deletion",
    "Einen Probelauf samt Verlauf löschen",
    scope="probelauf",
    takes=REFERENCE,
    answers={204: None},
)
def delete_process_instance(processInstanceKey: int, body: dict[str, Any]) -> None:
    with caller.writing() as session:
        probelauf.delete_probelauf(session, laufend.instance(session, processInstanceKey).nummer)


@operation(
    "POST",
    "/v2/process-instances/{processInstanceKey}/modification",
    "Marken eines Probelaufs versetzen",
    scope="probelauf",
    takes=request_body(
        activateInstructions=list_of(_ACTIVATE, 100), terminateInstructions=list_of(_TERMINATE, 100), operationReference=OPERATION_REFERENCE
    ),
    answers={204: None},
    needs_body=True,
)
def modify_process_instance(processInstanceKey: int, body: dict[str, Any]) -> None:
    start = [(one["elementId"], _merged(one)) for one in body.get("activateInstructions", [])]
    stop = [int(one["elementInstanceKey"]) for one in body.get("terminateInstructions", [])]
    with caller.writing() as session:
        probelauf.modify_probelauf(session, laufend.instance(session, processInstanceKey).nummer, start=start, stop=stop)


@operation(
    "POST",
    "/v2/process-instances/{processInstanceKey}/migration",
    "Einen Probelauf auf eine andere Fassung seines Prozesses bringen",
    scope="probelauf",
    takes=request_body(
        "targetProcessDefinitionKey",
        targetProcessDefinitionKey=KEY,
        mappingInstructions=list_of(_MAP, 1000),
        operationReference=OPERATION_REFERENCE,
    ),
    answers={204: None},
    needs_body=True,
)
def migrate_process_instance(processInstanceKey: int, body: dict[str, Any]) -> None:
    mapping = {one["sourceElementId"]: one["targetElementId"] for one in body.get("mappingInstructions", [])}
    with caller.writing() as session:
        target = definitionen.process(session, int(body["targetProcessDefinitionKey"]))
        probelauf.migrate_probelauf(session, laufend.instance(session, processInstanceKey).nummer, target.key, mapping)


def _start_trial(body: Mapping[str, Any]) -> int:
    wunsch = Wunsch(
        at=_one(body, "startInstructions", "elementId"),
        ends_after=_one(body, "runtimeInstructions", "afterElementId"),
        business_id=body.get("businessId"),
        tags=body.get("tags", ()),
    )
    with caller.writing() as session:
        return probelauf.start_probelauf(session, _definition(session, body).key, body.get("variables", {}), wunsch).key


def _open_case(body: Mapping[str, Any]) -> int:
    if body.get("startInstructions") or body.get("runtimeInstructions"):
        raise Problem(400, "Fälle beginnen an ihrem Start; «startInstructions» und «runtimeInstructions» gibt es nur für Probeläufe.")
    variables = dict(body.get("variables", {}))
    region = variables.pop("region", None)
    if not isinstance(region, str | None):
        raise Problem(400, "«variables.region» muss das Kürzel einer Sozialregion sein.")
    with caller.writing() as session:
        wanted = _definition(session, body)
        released = library.contents(session, library.latest_release(session, region_of(session, region))).item("process", wanted.id)
        asked_for_version = "processDefinitionKey" in body or body.get("processDefinitionVersion", -1) > 0
        if released is None or (asked_for_version and released.version != wanted.version):
            raise Problem(409, f"Fassung {wanted.version} von «{wanted.id}» ist nicht freigegeben: Neue Fälle beginnen mit der freigegebenen Fassung.")
        own_id = f"{session.access.konto}:{body['businessId']}"[:200] if body.get("businessId") else None
        return open_for_program(session, region, variables, process=wanted.id, request_id=own_id).instanz_key


def _definition(session: Any, body: Mapping[str, Any]) -> DefinitionVersion:
    if ("processDefinitionKey" in body) == ("processDefinitionId" in body):
        raise Problem(400, "Bitte entweder «processDefinitionKey» oder «processDefinitionId» angeben.")
    if "processDefinitionKey" in body:
        return definitionen.process(session, int(body["processDefinitionKey"]))
    version = body.get("processDefinitionVersion", -1)
    return definitionen.newest(session, "process", body["processDefinitionId"], version if version > 0 else None)


def _one(body: Mapping[str, Any], name: str, part: str) -> str | None:
    given = body.get(name) or []
    if len(given) > 1:
        raise Problem(400, f"«{name}»: Möglich ist höchstens eine Anweisung.")
    return str(given[0][part]) if given else None


def _merged(instruction: Mapping[str, Any]) -> dict[str, Any]:
    """The variables of all instructions for one element; there is only the scope of the whole run."""
    merged: dict[str, Any] = {}
    for one in instruction.get("variableInstructions", []):
        if one.get("scopeId"):
            raise Problem(400, "«variableInstructions.scopeId»: Möglich sind nur Variablen für die ganze Instanz.")
        merged |= one["variables"]
    return merged


def _await_end(key: int, timeout: int) -> None:
    """Wait until the instance is over.

    Raises:
        Problem: 504, it is not yet; it goes on all the same.
    """
    until = time.monotonic() + min(timeout if timeout > 0 else LONGEST_WAIT, LONGEST_WAIT) / 1000
    while True:
        with caller.reading() as session:
            if laufend.instance(session, key).zustand != "active":
                return
        if time.monotonic() >= until:
            raise Problem(504, f"Die Instanz {key} läuft, ist aber noch nicht zu Ende.")
        time.sleep(POLL_SECONDS)


def _started(key: int, body: Mapping[str, Any]) -> dict[str, Any]:
    with caller.reading() as session:
        instanz = laufend.instance(session, key)
        version = definitionen.newest(session, "process", instanz.process, instanz.version)
        trial = session.get(Probelauf, instanz.nummer)
        rows = laufend.written(session, instanz) if body.get("awaitCompletion") else []
        values = {row["name"]: row["value"] for row in rows if row["scopeKey"] == instanz.key}
        return _shown(instanz, version, trial, {name: values[name] for name in body.get("fetchVariables") or values if name in values})


def _shown(instanz: Instanz, version: DefinitionVersion, trial: Probelauf | None, variables: dict[str, Any]) -> dict[str, Any]:
    return {
        "processInstanceKey": str(instanz.key),
        "processDefinitionKey": str(version.key),
        "processDefinitionId": instanz.process,
        "processDefinitionVersion": instanz.version,
        "tenantId": laufend.TENANT,
        "variables": variables,
        "tags": list(trial.tags) if trial else [],
        "businessId": show.business_id(instanz, trial),
    }
