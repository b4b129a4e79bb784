"""The Python client library, as somebody installs it, against a server that really runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.commands import zugang
from engine.model.access import system
from engine.store.session import Database
from tests.api.conftest import ALL_SCOPES
from tests.api.test_faelle import ARBEIT
from tests.commands import drawings

sdk = pytest.importorskip("camunda_orchestration_sdk")
models = pytest.importorskip("camunda_orchestration_sdk.models")


def client(address: str, **settings: str) -> Any:
    return sdk.CamundaClient(configuration={"CAMUNDA_REST_ADDRESS": address, "CAMUNDA_SDK_LOG_LEVEL": "silent", **settings})


def basic(address: str, login: str, token: str) -> Any:
    return client(address, CAMUNDA_AUTH_STRATEGY="BASIC", CAMUNDA_BASIC_AUTH_USERNAME=login, CAMUNDA_BASIC_AUTH_PASSWORD=token)


def oauth(address: str, database: Database) -> Any:
    """A service account of process owners: deploys, tries and works."""
    with database.begin(system()) as session:
        client_id, secret = zugang.create_dienst(session, "Python", {"*": ["prozess"]}, ALL_SCOPES, days=30)
    return client(address, CAMUNDA_AUTH_STRATEGY="OAUTH", CAMUNDA_OAUTH_URL=f"{address}/oauth/token", CAMUNDA_CLIENT_ID=client_id, CAMUNDA_CLIENT_SECRET=secret)


def activate(camunda: Any) -> Any:
    request = models.JobActivationRequest(type_="rechnen", worker="python", timeout=60_000, max_jobs_to_activate=1, request_timeout=-1)
    (job,) = camunda.activate_jobs(data=request).jobs
    return job


def started(camunda: Any, process: str, **variables: Any) -> Any:
    values = models.ProcessInstanceCreationInstructionBaseVariables.from_dict(variables)
    data = models.ProcessCreationById(process_definition_id=process, variables=values)
    return camunda.create_process_instance(data=data).process_instance_key


def state(camunda: Any, key: Any) -> str:
    query = models.ProcessInstanceSearchQuery.from_dict({"filter": {"processInstanceKey": key}})
    (found,) = camunda.search_process_instances(data=query).items
    return str(found.state.value)


def test_from_deploying_to_cancelling_with_the_python_library(address: str, database: Database, tmp_path: Path) -> None:
    camunda = oauth(address, database)
    assert camunda.get_topology().gateway_version == "8.9.0"
    file = tmp_path / "arbeit.bpmn"
    file.write_bytes(ARBEIT)
    assert [one.process_definition_id for one in camunda.deploy_resources_from_files([file]).processes] == ["arbeit"]
    key = started(camunda, "arbeit", betrag=100)

    job = activate(camunda)
    assert job.variables.to_dict()["betrag"] == 100
    camunda.fail_job(job.job_key, data=models.JobFailRequest(retries=0, error_message="Netz"))
    query = models.IncidentSearchQuery.from_dict({"filter": {"processInstanceKey": key}})
    (incident,) = camunda.search_incidents(data=query).items
    assert incident.error_type.value == "JOB_NO_RETRIES"
    camunda.update_job(job.job_key, data=models.JobUpdateRequest(changeset=models.JobChangeset(retries=1)))
    camunda.resolve_incident(incident.incident_key)
    assert state(camunda, key) == "ACTIVE"
    again = activate(camunda)
    camunda.complete_job(again.job_key)
    assert state(camunda, key) == "COMPLETED"

    other = started(camunda, "arbeit", betrag=1)
    # The library cannot send this call without a body.
    camunda.cancel_process_instance(other, data=models.CancelProcessInstanceRequest())
    assert state(camunda, other) == "TERMINATED"


def test_a_person_works_on_a_task_with_the_python_library(address: str, token: Callable[[str], str], tmp_path: Path) -> None:
    camunda = basic(address, "petra", token("petra"))
    for name in ("antrag.bpmn", "pruefen.form"):
        (tmp_path / name).write_bytes(drawings.ALL[name])
    camunda.deploy_resources_from_files([tmp_path / "antrag.bpmn", tmp_path / "pruefen.form"])
    key = started(camunda, "antrag", grund="Versuch", personen=[])
    query = models.UserTaskSearchQuery.from_dict({"filter": {"processInstanceKey": key}})
    (task,) = camunda.search_user_tasks(data=query).items
    assert (task.element_id, task.state.value) == ("pruefen", "CREATED")
    camunda.assign_user_task(task.user_task_key, data=models.UserTaskAssignmentRequest(assignee="petra"))
    camunda.complete_user_task(task.user_task_key, data=models.UserTaskCompletionRequest.from_dict({"variables": {"ok": True}}))
    assert state(camunda, key) == "COMPLETED"


def test_a_wrong_token_says_what_to_do(address: str) -> None:
    with pytest.raises(Exception, match="(?i)unauthorized|401"):
        basic(address, "petra", "falsch").search_user_tasks()
