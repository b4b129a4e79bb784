"""The modeler's own client library against a server that really runs, and what the modeler's task testing sends."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from engine import commands
from engine.commands import zugang
from engine.model.access import system
from engine.store.session import Database
from tests.api.conftest import ALL_SCOPES, Program
from tests.api.test_faelle import ARBEIT
from tests.commands import drawings

CLIENTS = Path(__file__).parents[1] / "clients"
SEGMENT = Path(__file__).parents[2] / "bpmn" / "segmentierung.dmn"

pytestmark = pytest.mark.skipif(
    shutil.which("node") is None or not (CLIENTS / "node_modules" / "@camunda8").is_dir(), reason="needs Node and «make clients»"
)


def drive(address: str, scenario: str, *files: Path, **settings: str) -> dict[str, Any]:
    env = {
        "PATH": os.environ["PATH"],
        "HOME": "/nonexistent",
        "ZEEBE_REST_ADDRESS": address,
        "ZEEBE_GRPC_ADDRESS": "grpc://127.0.0.1:1",
        "CAMUNDA_LOG_LEVEL": "none",
        "CAMUNDA_SDK_LOG_LEVEL": "none",
        **settings,
    }
    command = ["node", "modeler.mjs", scenario, ",".join(map(str, files))]
    done = subprocess.run(command, cwd=CLIENTS, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert "###" in done.stdout, done.stdout + done.stderr
    seen: dict[str, Any] = json.loads(done.stdout.rpartition("###")[2])
    assert "error" not in seen, seen["error"]
    return seen


def basic(login: str, token: str) -> dict[str, str]:
    return {"CAMUNDA_AUTH_STRATEGY": "BASIC", "CAMUNDA_BASIC_AUTH_USERNAME": login, "CAMUNDA_BASIC_AUTH_PASSWORD": token}


def oauth(database: Database, address: str, rollen: dict[str, list[str]], tmp_path: Path) -> dict[str, str]:
    with database.begin(system()) as session:
        client_id, secret = zugang.create_dienst(session, "Modeler", rollen, ALL_SCOPES, days=30)
    return {
        "CAMUNDA_AUTH_STRATEGY": "OAUTH",
        "CAMUNDA_OAUTH_URL": f"{address}/oauth/token",
        "ZEEBE_CLIENT_ID": client_id,
        "ZEEBE_CLIENT_SECRET": secret,
        "CAMUNDA_TOKEN_DISK_CACHE_DISABLE": "true",
        "HOME": str(tmp_path),
    }


def test_a_process_owner_deploys_and_tries_with_the_modelers_library(address: str, token: Callable[[str], str], tmp_path: Path) -> None:
    files = [tmp_path / "antrag.bpmn", tmp_path / "pruefen.form"]
    for file in files:
        file.write_bytes(drawings.ALL[file.name])
    seen = drive(address, "modeler", *files, SEGMENT, **basic("petra", token("petra")))
    assert seen["version"] == "8.9.0"
    assert [len(seen["deployed"][kind]) > 0 for kind in ("processes", "forms", "decisions", "decisionRequirements")] == [True] * 4
    assert (seen["task"]["elementId"], seen["task"]["state"], seen["task"]["tenantId"]) == ("pruefen", "CREATED", "<default>")
    assert "grund" in seen["variables"]
    assert "bemerkung" in seen["invalid"]["message"]
    assert (seen["instance"]["state"], seen["cancelled"]) == ("COMPLETED", "TERMINATED")
    assert ["pruefen", "USER_TASK", "COMPLETED"] in seen["elements"]
    assert ["grund", '"Versuch"'] in seen["values"]


def test_a_wrong_password_keeps_the_connection_green_and_says_what_to_do(address: str) -> None:
    seen = drive(address, "refused", **basic("petra", "falsch"))
    assert seen["version"] == "8.9.0"
    assert "Unauthorized" in seen["refused"]["message"]
    assert "Zugänge" in seen["refused"]["message"]


def test_a_modeler_signs_in_with_oauth_too(address: str, database: Database, tmp_path: Path) -> None:
    file = tmp_path / "antrag.bpmn"
    file.write_bytes(drawings.ANTRAG)
    settings = oauth(database, address, {"*": ["prozess"]}, tmp_path) | {"CAMUNDA_BASIC_AUTH_USERNAME": "petra"}
    assert drive(address, "modeler", file, **settings)["instance"]["state"] == "COMPLETED"


def test_a_worker_takes_fails_and_finishes_a_job_of_a_case(address: str, database: Database, tmp_path: Path) -> None:
    with database.begin(system()) as session:
        commands.deploy(session, {"arbeit.bpmn": ARBEIT})
        commands.release(session, "Arbeit")
        commands.open_case(session, "SDOL", {"betrag": 100}, process="arbeit")
    seen = drive(address, "worker", **oauth(database, address, {"SDOL": ["fallfuehrung", "leitung"]}, tmp_path))
    assert seen["incident"]["errorType"] == "JOB_NO_RETRIES"
    assert (seen["job"]["variables"]["betrag"], seen["job"]["headers"]) == (100, {"art": "genau"})
    assert seen["state"] == "COMPLETED"
    assert "wartet" in seen["nobody"]["message"]


def test_the_modelers_task_testing_finds_what_it_polls_for(petra: Program) -> None:
    """One element is run alone: deploy, start there, end after it, and ask every second how it stands."""
    deployed = petra.deploy({"arbeit.bpmn": ARBEIT}).json["deployments"][0]["processDefinition"]
    body = {
        "processDefinitionKey": deployed["processDefinitionKey"],
        "variables": {"betrag": 1},
        "startInstructions": [{"elementId": "rechnen"}],
        "runtimeInstructions": [{"type": "TERMINATE_PROCESS_INSTANCE", "afterElementId": "rechnen"}],
    }
    key = petra.ask("POST", "/process-instances", body)["processInstanceKey"]

    def poll() -> tuple[str, list[Any], list[Any]]:
        filters = {"filter": {"processInstanceKey": key}}
        (run,) = petra.ask("POST", "/process-instances/search", filters)["items"]
        assert petra.ask("POST", "/process-instances/search", {"filter": {"parentProcessInstanceKey": key}})["items"] == []
        for search in ("variables/search?truncateValues=false", "user-tasks/search", "message-subscriptions/search"):
            petra.ask("POST", f"/{search}", filters)
        petra.ask("POST", f"/process-instances/{key}/incidents/search", {})
        elements = petra.ask("POST", "/element-instances/search", filters)["items"]
        jobs = petra.ask("POST", "/jobs/search", filters)["items"]
        return run["state"], [(one["elementId"], one["type"], one["state"]) for one in elements], jobs

    state, elements, (job,) = poll()
    assert (state, ("rechnen", "SERVICE_TASK", "ACTIVE") in elements, job["type"]) == ("ACTIVE", True, "rechnen")
    petra.ask("POST", f"/jobs/{job['jobKey']}/completion", {"variables": {"summe": 2}})
    state, elements, jobs = poll()
    assert state in ("COMPLETED", "TERMINATED")
    assert elements[1:] == [("rechnen", "SERVICE_TASK", "COMPLETED")]
    assert jobs == []


def test_two_deploys_at_once_both_count_while_cases_run(app: Flask, petra: Program, database: Database) -> None:
    results: list[Any] = []

    def deploy(number: int) -> None:
        program = Program(app.test_client(), petra.headers["Authorization"])
        results.append(program.deploy({"antrag.bpmn": drawings.ANTRAG.replace(b'name="Mahnen"', f'name="Mahnen {number}"'.encode())}))

    threads = [threading.Thread(target=deploy, args=(number,)) for number in range(6)]
    key = petra.start()
    for thread in threads:
        thread.start()
    (task,) = petra.find("user-tasks", processInstanceKey=key)
    petra.ask("POST", f"/user-tasks/{task['userTaskKey']}/completion", {"variables": {"ok": True}})
    for thread in threads:
        thread.join()
    assert [one.status_code for one in results] == [200] * 6
    versions = {one.json["deployments"][0]["processDefinition"]["processDefinitionVersion"] for one in results}
    assert versions == {2, 3, 4, 5, 6, 7}
    assert petra.find("process-instances", processInstanceKey=key)[0]["state"] == "COMPLETED"
