"""Real cases: what programs of people and service accounts see and do, with the same rules as on the screens."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from engine import commands
from engine.model.access import Access, system
from engine.model.clock import FixedClock
from engine.scheduling.due import run_due
from engine.store.session import Database
from engine.store.tables import Zugriff
from tests.api.conftest import ANMELDUNG, SECOND, Program
from tests.commands.drawings import drawing, flow, job, node

Make = Callable[..., Program]
SEARCHES = ("process-instances", "user-tasks", "jobs", "incidents", "message-subscriptions")
ARBEIT = drawing(
    "arbeit",
    node("startEvent", "start"),
    job("rechnen", "rechnen", art="genau"),
    node("boundaryEvent", "fehler", '<bpmn:errorEventDefinition errorRef="e_1"/>', attachedToRef="rechnen"),
    node("endEvent", "ende"),
    node("endEvent", "anders"),
    flow("start", "rechnen"),
    flow("rechnen", "ende"),
    flow("fehler", "anders"),
    messages='<bpmn:error id="e_1" name="Fehler" errorCode="KAPUTT"/>',
)


@pytest.fixture
def arbeit(database: Database, app: object) -> int:
    """A case that waits for a worker."""
    with database.begin(system()) as session:
        commands.deploy(session, {"arbeit.bpmn": ARBEIT})
        commands.release(session, "Arbeit")
        return commands.open_case(session, "SDOL", {"betrag": 100, "name": "Muster"}, process="arbeit").instanz_key


@pytest.fixture
def worker(dienst: Make) -> Program:
    return dienst({"SDOL": ["fallfuehrung"]})


def activate(program: Program, **more: object) -> list[dict]:
    body = {"type": "rechnen", "worker": "w", "timeout": 60_000, "maxJobsToActivate": 5, "requestTimeout": -1, **more}
    return program.ask("POST", "/jobs/activation", body)["jobs"]


def test_each_sees_the_cases_of_their_regions(program: Make, case: int) -> None:
    assert [one["processInstanceKey"] for one in program("fritz").find("process-instances")] == [str(case)]
    for search in SEARCHES:
        assert program("olga").find(search) == []
        assert program("vera").find(search) == []
    for path in (f"/process-instances/{case}", f"/user-tasks/{case + 2}", f"/element-instances/{case}"):
        refused = program("olga").send("GET", path)
        assert (refused.status_code, refused.json["title"]) == (404, "Not Found")


def test_process_owners_see_where_cases_stand_and_no_word_of_them(petra: Program, case: int, database: Database) -> None:
    with database.begin(system()) as session:
        commands.set_variables(session, case, {"geheim": "Diagnose"})
        ref = commands.open_case(session, "SDOL", {}, process="klemmt")
        commands.complete_task(session, ref.instanz_key + 2, {})
    seen = [
        petra.find("process-instances"),
        petra.find("element-instances", processInstanceKey=str(case)),
        petra.find("incidents"),
        [petra.ask("GET", f"/process-instances/{case}"), petra.ask("GET", f"/element-instances/{case}")],
    ]
    assert all(seen)
    assert "pruefen" in str(seen)
    assert not any(word in str(seen) for word in ("Diagnose", "Muster", "Arbeitslosigkeit", "2026-00001", "punkte > 5"))
    assert [one["businessId"] for one in seen[0]] == [None, None]
    assert {one["errorMessage"] for one in seen[2]} == {"Was im Fall steht, sehen nur Personen seiner Sozialregion, die den ganzen Fall führen."}
    for search in ("user-tasks", "jobs", "message-subscriptions"):
        assert petra.find(search) == []
    assert petra.find("variables", processInstanceKey=str(case)) == []
    assert petra.find("process-instances", businessId={"$exists": True}) == []


def test_variables_are_json_text_in_their_scope(program: Make, case: int) -> None:
    (grund,) = program("fritz").find("variables", processInstanceKey=str(case), name="grund")
    assert (grund["value"], grund["scopeKey"]) == ('"Arbeitslosigkeit"', str(case))


def test_values_of_field_groups_that_a_role_does_not_see_are_not_sent(program: Make, dienst: Make, case: int, arbeit: int) -> None:
    def names(who: Program) -> set[str]:
        return {one["name"] for one in who.find("variables", processInstanceKey=str(case))}

    program("lea").ask("PUT", f"/element-instances/{case}/variables", {"variables": {"unzugeteilt": "Diagnose"}})
    assert names(program("fritz")) - names(program("adi")) == {"unzugeteilt"}
    task = program("adi").find("user-tasks", processInstanceKey=str(case))[0]["userTaskKey"]
    assert "Diagnose" not in str(program("adi").ask("POST", f"/user-tasks/{task}/variables/search", {}))
    (job,) = activate(dienst({"SDOL": ["administration"]}))
    assert {"name", "betrag"} - job["variables"].keys() == {"betrag"}


def test_a_task_is_taken_checked_by_its_form_and_done(program: Make, case: int) -> None:
    fritz = program("fritz")
    (task,) = fritz.find("user-tasks", state="CREATED", candidateGroup="fallfuehrung")
    path = f"/user-tasks/{task['userTaskKey']}"
    fritz.ask("POST", f"{path}/assignment", {"assignee": "fritz"})
    assert program("irma").send("POST", f"{path}/assignment", {"assignee": "irma", "allowOverride": False}).status_code == 409
    assert '"key": "ok"' in fritz.ask("GET", f"{path}/form")["schema"]
    assert {one["name"] for one in fritz.ask("POST", f"{path}/variables/search", {})["items"]} >= {"grund", "personen"}
    long = fritz.send("POST", f"{path}/completion", {"variables": {"ok": True, "bemerkung": "x" * 21}})
    assert (long.status_code, list(long.json["errors"])) == (400, ["bemerkung"])
    strange = fritz.send("POST", f"{path}/completion", {"variables": {"ok": True, "phase": "ENDE"}})
    assert "«phase»" in strange.json["detail"]
    fritz.ask("POST", f"{path}/completion", {"variables": {"ok": True, "bemerkung": "gut"}})
    assert fritz.ask("GET", path)["state"] == "COMPLETED"
    again = fritz.send("POST", f"{path}/completion", {"variables": {}})
    assert (again.status_code, again.json["title"]) == (404, "Not Found")


def test_who_distributes_work_gives_tasks_to_those_who_may_do_them(program: Make, case: int) -> None:
    tabea, fritz = program("tabea"), program("fritz")
    path = f"/user-tasks/{tabea.find('user-tasks')[0]['userTaskKey']}"
    tabea.ask("POST", f"{path}/assignment", {"assignee": "fritz"})
    assert fritz.ask("GET", path)["assignee"] == "fritz"
    assert tabea.send("POST", f"{path}/assignment", {"assignee": "olga"}).status_code == 404
    assert fritz.send("POST", f"{path}/assignment", {"assignee": "irma"}).status_code == 403
    fritz.ask("DELETE", f"{path}/assignee")
    assert fritz.send("PATCH", path, {"changeset": {"priority": 90}}).status_code == 403
    tabea.ask("PATCH", path, {"changeset": {"priority": 90, "dueDate": "2026-04-01T12:00:00+02:00", "candidateGroups": ["leitung"]}})
    changed = fritz.ask("GET", path)
    assert (changed["priority"], changed["dueDate"], changed["candidateGroups"]) == (90, "2026-04-01T10:00:00.000Z", ["leitung"])
    assert fritz.send("POST", f"{path}/completion", {}).status_code == 403


def test_service_accounts_open_cases_in_their_region(dienst: Make, program: Make) -> None:
    service = dienst({"SDOL": ["intake"]}, ("lesen", "starten"))
    body = {"processDefinitionId": "antrag", "variables": ANMELDUNG, "businessId": "A-17"}
    first, again = service.ask("POST", "/process-instances", body), service.ask("POST", "/process-instances", body)
    assert again["processInstanceKey"] == first["processInstanceKey"]
    assert first["businessId"].startswith("2026-")
    assert len(program("irma").find("process-instances")) == 1
    missing = service.send("POST", "/process-instances", {"processDefinitionId": "antrag", "variables": {"personen": []}})
    assert (missing.status_code, "grund" in missing.json["errors"]) == (400, True)
    foreign = service.send("POST", "/process-instances", body | {"businessId": "B", "variables": ANMELDUNG | {"region": "SRO"}})
    assert foreign.status_code in (403, 404)
    assert service.send("POST", "/process-instances", body | {"startInstructions": [{"elementId": "mahnen"}]}).status_code == 400


def test_cases_begin_only_on_what_is_released(dienst: Make, petra: Program) -> None:


    petra.deploy({"antrag.bpmn": SECOND})
    service = dienst({"SDOL": ["intake"]})
    refused = service.send("POST", "/process-instances", {"processDefinitionId": "antrag", "processDefinitionVersion": 2, "variables": ANMELDUNG})
    assert (refused.status_code, "nicht freigegeben" in refused.json["detail"]) == (409, True)


def test_a_worker_takes_a_job_alone_until_its_time_is_over(worker: Program, arbeit: int, clock: FixedClock) -> None:
    (job,) = activate(worker, fetchVariable=["betrag"])
    assert (job["variables"], job["customHeaders"], job["retries"]) == ({"betrag": 100}, {"art": "genau"}, 3)
    assert activate(worker) == []
    clock.at += timedelta(seconds=61)
    assert [one["jobKey"] for one in activate(worker)] == [job["jobKey"]]
    worker.ask("POST", f"/jobs/{job['jobKey']}/completion", {"variables": {"summe": 7}})
    assert worker.find("process-instances")[0]["state"] == "COMPLETED"
    assert worker.find("variables", processInstanceKey=str(arbeit), name="summe")[0]["value"] == "7"
    assert worker.send("POST", f"/jobs/{job['jobKey']}/completion", {}).status_code == 404


def test_a_failed_job_comes_back_later_and_becomes_an_incident_in_the_end(
    worker: Program, program: Make, arbeit: int, clock: FixedClock
) -> None:
    (job,) = activate(worker)
    path = f"/jobs/{job['jobKey']}"
    worker.ask("POST", f"{path}/failure", {"retries": 1, "errorMessage": "Netz", "retryBackOff": 60_000})
    assert activate(worker) == []
    clock.at += timedelta(seconds=61)
    assert activate(worker)[0]["retries"] == 1
    worker.ask("POST", f"{path}/failure", {"retries": 0, "errorMessage": "Netz"})
    (incident,) = worker.find("incidents", processInstanceKey=str(arbeit))
    assert (incident["errorType"], incident["jobKey"], "Netz" in incident["errorMessage"]) == ("JOB_NO_RETRIES", job["jobKey"], True)
    assert program("fritz").send("POST", f"/incidents/{incident['incidentKey']}/resolution").status_code == 403
    program("lea").ask("POST", f"/incidents/{incident['incidentKey']}/resolution")
    assert worker.find("incidents") == []
    worker.ask("PATCH", path, {"changeset": {"retries": 5}})
    assert activate(worker)[0]["retries"] == 5


def test_only_a_worker_who_has_a_job_gets_another_time_for_it(worker: Program, arbeit: int, clock: FixedClock) -> None:
    (job,) = activate(worker)
    path, more = f"/jobs/{job['jobKey']}", {"changeset": {"retries": 2, "timeout": 120_000}}
    worker.ask("PATCH", path, more)
    clock.at += timedelta(seconds=61)
    assert activate(worker) == []
    clock.at += timedelta(seconds=60)
    refused = worker.send("PATCH", path, {"changeset": {"retries": 9, "timeout": 120_000}})
    assert (refused.status_code, "niemand" in refused.json["detail"]) == (409, True)
    # Neither part of the change was kept: the job is free, with the retries it had.
    assert activate(worker)[0]["retries"] == 2


def test_an_error_of_a_worker_takes_the_way_drawn_for_it(worker: Program, arbeit: int) -> None:
    (job,) = activate(worker)
    worker.ask("POST", f"/jobs/{job['jobKey']}/error", {"errorCode": "KAPUTT", "errorMessage": "ging nicht"})
    ended = worker.find("element-instances", processInstanceKey=str(arbeit), type="END_EVENT")
    assert [one["elementId"] for one in ended] == ["anders"]


def test_asking_for_jobs_waits_a_while(worker: Program, arbeit: int) -> None:
    activate(worker)
    began = time.monotonic()
    assert activate(worker, requestTimeout=400) == []
    assert time.monotonic() - began >= 0.4


def test_people_and_other_regions_get_no_jobs_of_cases(dienst: Make, program: Make, arbeit: int) -> None:
    assert activate(dienst({"SRO": ["fallfuehrung"]})) == activate(program("lea")) == []
    assert program("lea").send("POST", f"/jobs/{arbeit + 2}/completion", {}).status_code == 404


def test_what_this_server_does_itself_is_not_for_workers(worker: Program, case: int, database: Database, clock: FixedClock) -> None:
    assert worker.ask("POST", "/jobs/activation", {"type": "hinweis", "timeout": 1, "maxJobsToActivate": 1, "requestTimeout": -1}) == {"jobs": []}


def test_a_message_reaches_the_case_that_waits_once(worker: Program, dienst: Make, program: Make, case: int, database: Database) -> None:
    with database.begin(Access("fritz", {"SDOL": frozenset({"fallfuehrung"})})) as session:
        commands.complete_task(session, int(program("fritz").find("user-tasks")[0]["userTaskKey"]), {"ok": False})
    (waiting,) = worker.find("message-subscriptions", messageName="antwort")
    message = {"name": "antwort", "correlationKey": waiting["correlationKey"], "variables": {"gut": True}}
    assert dienst({"SRO": ["fallfuehrung"]}).send("POST", "/messages/correlation", message).status_code == 404
    answer = worker.ask("POST", "/messages/publication", message | {"messageId": "m1", "timeToLive": 1000})
    assert answer["messageKey"].isdigit()
    worker.ask("POST", "/messages/publication", message | {"messageId": "m1", "timeToLive": 1000})
    assert worker.send("POST", "/messages/correlation", message).status_code == 404
    assert worker.find("variables", processInstanceKey=str(case), name="gut")[0]["value"] == "true"


def test_only_the_leitung_corrects_variables(program: Make, case: int) -> None:
    path = f"/element-instances/{case}/variables"
    assert program("fritz").send("PUT", path, {"variables": {"grund": "Anders"}}).status_code == 403
    program("lea").ask("PUT", path, {"variables": {"grund": "Anders"}})
    assert program("lea").find("variables", processInstanceKey=str(case), name="grund")[0]["value"] == '"Anders"'


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("personen", ["x", 5, [5], [{"person_id": 3}], [{"person_id": "P1", "geburtsdatum": "gestern"}], {"a": 1}])
def test_a_household_of_another_shape_is_refused(worker: Program, program: Make, dienst: Make, arbeit: int, personen: object) -> None:
    values = {"variables": {"personen": personen}}
    (job,) = activate(worker)
    answers = [
        worker.send("POST", f"/jobs/{job['jobKey']}/completion", values),
        program("lea").send("PUT", f"/element-instances/{arbeit}/variables", values),
        dienst({"SDOL": ["intake"]}).send("POST", "/process-instances", {"processDefinitionId": "arbeit", **values}),
    ]
    assert [(one.status_code, "personen" in one.text) for one in answers] == [(400, True)] * 3


def test_reading_a_case_is_logged_as_on_the_screens(program: Make, case: int, database: Database) -> None:
    program("fritz").find("variables", processInstanceKey=str(case))
    program("olga").send("GET", f"/process-instances/{case}")
    with database.read(system()) as session:
        lines = {(row.konto, row.art, row.was) for row in session.query(Zugriff)}
    assert ("fritz", "gelesen", "Schnittstelle /v2/variables/search") in lines
    assert ("olga", "abgelehnt", f"404 /v2/process-instances/{case}") in lines


def test_the_scheduler_and_a_program_do_not_disturb_each_other(worker: Program, arbeit: int, database: Database) -> None:
    run_due(database)
    assert len(activate(worker)) == 1
