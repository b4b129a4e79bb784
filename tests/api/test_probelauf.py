"""What a process owner tries out: deployed is not released."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from engine import commands
from engine.model.access import PROBELAUF, Access, system
from engine.model.clock import FixedClock
from engine.queries import cases
from engine.queries.arbeit import Filter, liste
from engine.scheduling.due import run_due
from engine.store.session import Database
from engine.store.tables import Base, Instanz, RegionOwned, Release, Verlauf, Zugriff
from tests.api.conftest import ANMELDUNG, SECOND, Program
from tests.commands.drawings import drawing, flow, job, node, user

Make = Callable[..., Program]


def kind(item: dict) -> dict:
    return next(value for value in item.values() if value)


def test_a_deployment_gives_versions_and_an_unchanged_file_keeps_its_own(petra: Program) -> None:
    first = petra.deploy({"antrag.bpmn": SECOND}).json
    again = petra.deploy({"antrag.bpmn": SECOND}).json
    assert kind(first["deployments"][0])["processDefinitionVersion"] == 2
    assert again["deployments"] == first["deployments"]
    assert again["deploymentKey"] != first["deploymentKey"]


def test_a_diagram_with_a_fault_is_refused_with_its_findings(petra: Program) -> None:
    response = petra.deploy({"gut.bpmn": SECOND.replace(b"antrag", b"gut"), "boese.bpmn": b"<bpmn/>"})
    assert response.status_code == 400
    assert "boese.bpmn" in response.json["detail"]
    assert petra.find("process-definitions", processDefinitionId="gut") == []


def test_only_process_owners_deploy_and_try(program: Make) -> None:
    assert program("lea").deploy({"antrag.bpmn": SECOND}).status_code == 403
    assert program("lea").send("POST", "/process-instances", {"processDefinitionId": "antrag"}).status_code == 403


def test_a_trial_run_sees_what_is_not_released_and_new_cases_do_not(petra: Program, database: Database) -> None:
    petra.deploy({"antrag.bpmn": SECOND})
    key = petra.start(variables=ANMELDUNG)
    assert [task["name"] for task in petra.find("user-tasks", processInstanceKey=key)] == ["Antrag genau prüfen"]
    with database.begin(system()) as session:
        ref = commands.open_case(session, "SDOL", ANMELDUNG, process="antrag")
        assert session.get_one(Instanz, ref.instanz_key // 10**9).version == 1


def test_an_older_version_can_be_tried_by_its_key(petra: Program) -> None:
    (old,) = petra.find("process-definitions", processDefinitionId="antrag")
    petra.deploy({"antrag.bpmn": SECOND})
    answer = petra.ask("POST", "/process-instances", {"processDefinitionKey": old["processDefinitionKey"]})
    assert answer["processDefinitionVersion"] == 1


def test_trial_runs_of_the_same_versions_share_their_set(petra: Program, database: Database) -> None:
    for _ in range(3):
        petra.start()
    with database.read(system()) as session:
        assert session.scalar(select(func.count()).select_from(Release).where(Release.probe.is_not(None))) == 1


def test_no_region_sees_a_trial_run(petra: Program, program: Make, database: Database) -> None:
    key = petra.start(variables=ANMELDUNG)
    lea = program("lea")
    assert lea.find("process-instances") == []
    assert lea.send("GET", f"/process-instances/{key}").status_code == 404
    with database.read(Access("lea", {"SDOL": frozenset({"leitung"}), "*": frozenset({"prozess"})})) as session:
        assert (cases(session), liste(session, Filter(wer="alle")).total) == ((), 0)


def test_a_trial_run_begins_where_it_is_told_and_ends_after_an_element(petra: Program) -> None:
    key = petra.start(
        startInstructions=[{"elementId": "abschliessen"}],
        runtimeInstructions=[{"type": "TERMINATE_PROCESS_INSTANCE", "afterElementId": "abschliessen"}],
        tags=["test"],
        businessId="B-1",
    )
    (task,) = petra.find("user-tasks", processInstanceKey=key)
    petra.ask("POST", f"/user-tasks/{task['userTaskKey']}/completion", {"variables": {"x": 1}})
    (run,) = petra.find("process-instances", processInstanceKey=key)
    assert (run["state"], run["businessId"], run["tags"]) == ("COMPLETED", "B-1", ["test"])
    elements = {one["elementId"]: one["state"] for one in petra.find("element-instances", processInstanceKey=key)}
    assert elements == {"antrag": "COMPLETED", "abschliessen": "COMPLETED"}


def test_timers_of_a_trial_run_fire_as_in_a_case(petra: Program, database: Database, clock: FixedClock) -> None:
    key = petra.start()
    clock.at += timedelta(days=31)
    run_due(database)
    open_now = [task["elementId"] for task in petra.find("user-tasks", processInstanceKey=key, state="CREATED")]
    assert open_now == ["mahnen"]


def test_work_that_would_reach_others_waits_for_whoever_tries(petra: Program, database: Database) -> None:
    petra.deploy(
        {
            "ruf.bpmn": drawing(
                "ruf",
                node("startEvent", "start"),
                job("melden", "uebergabe.anbieten"),
                node("endEvent", "ende"),
                flow("start", "melden"),
                flow("melden", "ende"),
            )
        }
    )
    key = petra.start("ruf")
    run_due(database)
    (found,) = petra.find("jobs", processInstanceKey=key)
    assert found["state"] == "CREATED"
    petra.ask("POST", f"/jobs/{found['jobKey']}/completion", {})
    assert petra.find("process-instances", processInstanceKey=key)[0]["state"] == "COMPLETED"


def test_tokens_are_moved_and_a_run_stopped(petra: Program) -> None:
    key = petra.start()
    (task,) = petra.find("user-tasks", processInstanceKey=key)
    petra.ask(
        "POST",
        f"/process-instances/{key}/modification",
        {
            "activateInstructions": [{"elementId": "mahnen", "variableInstructions": [{"variables": {"wert": 3}}]}],
            "terminateInstructions": [{"elementInstanceKey": task["elementInstanceKey"]}],
        },
    )
    assert {one["elementId"]: one["state"] for one in petra.find("user-tasks", processInstanceKey=key)} == {
        "pruefen": "CANCELED",
        "mahnen": "CREATED",
    }
    assert petra.find("variables", processInstanceKey=key, name="wert")[0]["value"] == "3"
    petra.ask("POST", f"/process-instances/{key}/cancellation", {})
    assert petra.find("process-instances", processInstanceKey=key)[0]["state"] == "TERMINATED"
    assert petra.send("POST", f"/process-instances/{key}/cancellation").status_code == 404


def test_a_run_goes_over_to_another_version_with_its_open_task(petra: Program) -> None:
    key = petra.start()
    renamed = SECOND.replace(b'"pruefen"', b'"genau"').replace(b"start_pruefen", b"start_genau").replace(b'formId="genau"', b'formId="pruefen"')
    target = kind(petra.deploy({"antrag.bpmn": renamed}).json["deployments"][0])["processDefinitionKey"]
    body = {"targetProcessDefinitionKey": target, "mappingInstructions": []}
    assert petra.send("POST", f"/process-instances/{key}/migration", body).status_code == 409
    body["mappingInstructions"] = [{"sourceElementId": "pruefen", "targetElementId": "genau"}]
    petra.ask("POST", f"/process-instances/{key}/migration", body)
    (task,) = petra.find("user-tasks", processInstanceKey=key)
    assert (task["elementId"], task["processDefinitionVersion"]) == ("genau", 2)
    petra.ask("POST", f"/user-tasks/{task['userTaskKey']}/completion", {"variables": {"ok": True}})
    assert petra.find("process-instances", processInstanceKey=key)[0]["state"] == "COMPLETED"


def test_what_moves_tokens_of_real_cases_is_refused(program: Make, case: int) -> None:
    lea = program("lea")
    for command in ("cancellation", "deletion"):
        refused = lea.send("POST", f"/process-instances/{case}/{command}")
        assert refused.status_code == 403
        assert "vier Augen" in refused.json["detail"]
    assert program("olga").send("POST", f"/process-instances/{case}/cancellation").status_code == 404


def test_a_deleted_run_leaves_nothing_but_the_log_of_its_deletion(petra: Program, database: Database) -> None:
    key = petra.start(variables=ANMELDUNG)
    petra.ask("POST", f"/process-instances/{key}/deletion")
    assert petra.send("GET", f"/process-instances/{key}").status_code == 404
    with database.read(system()) as session:
        left = {mapper.class_.__name__: session.query(mapper.class_).count() for mapper in Base.registry.mappers if issubclass(mapper.class_, RegionOwned)}
        logged = session.scalars(select(Zugriff.was).where(Zugriff.region == PROBELAUF)).all()
    assert {name for name, count in left.items() if count} == set()
    assert any("gelöscht" in line for line in logged)


def test_history_of_cases_still_cannot_be_deleted(database: Database, case: int) -> None:
    with pytest.raises(Exception, match="widersprechen"), database.begin(system()) as session:
        session.query(Verlauf).delete()


def test_a_run_without_its_form_or_decision_can_be_tried(petra: Program) -> None:
    petra.deploy(
        {"neu.bpmn": drawing("neu", node("startEvent", "start"), user("tun"), node("endEvent", "ende"), flow("start", "tun"), flow("tun", "ende"))}
    )
    key = petra.start("neu", awaitCompletion=False)
    (task,) = petra.find("user-tasks", processInstanceKey=key)
    petra.ask("POST", f"/user-tasks/{task['userTaskKey']}/completion", {"variables": {"beliebig": [1, {"a": None}]}})
    assert petra.find("variables", processInstanceKey=key, name="beliebig")[0]["value"] == '[1,{"a":null}]'


def test_awaiting_the_end_gives_the_variables(petra: Program) -> None:
    petra.deploy({"kurz.bpmn": drawing("kurz", node("startEvent", "start"), node("endEvent", "ende"), flow("start", "ende"))})
    body = {"processDefinitionId": "kurz", "variables": {"a": 1, "b": 2}, "awaitCompletion": True, "fetchVariables": ["a"]}
    assert petra.ask("POST", "/process-instances", body)["variables"] == {"a": 1}
    late = petra.send("POST", "/process-instances", {"processDefinitionId": "antrag", "awaitCompletion": True, "requestTimeout": 1})
    assert late.status_code == 504
