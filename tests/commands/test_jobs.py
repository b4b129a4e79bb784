"""Jobs of elements and of listeners: retried with growing pauses, then an incident."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine import commands
from engine.model.access import system
from engine.scheduling import handlers
from engine.store.tables import Incident, Job
from tests.commands.conftest import Desk
from tests.commands.drawings import drawing, flow, node

BACK_OFF = '<zeebe:taskHeaders><zeebe:header key="retryBackoff" value="PT5M"/></zeebe:taskHeaders>'
LISTENERS = '<zeebe:taskListeners><zeebe:taskListener eventType="completing" type="ablegen" retries="2"/></zeebe:taskListeners>'


def work(extensions: str, tag: str = "serviceTask") -> bytes:
    return drawing("arbeit", node("startEvent", "start"), node(tag, "tun", extensions=extensions), node("endEvent", "ende"),
                   flow("start", "tun"), flow("tun", "ende"))


def opened(desk: Desk, content: bytes) -> Desk:
    with desk.database.begin(system()) as session:
        commands.deploy(session, {"arbeit.bpmn": content})
        commands.release(session)
    desk.open("arbeit")
    return desk


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*args):
        raise RuntimeError("Ablage nicht erreichbar")

    monkeypatch.setitem(handlers.HANDLERS, "ablegen", fails)


@pytest.mark.usefixtures("broken")
@pytest.mark.parametrize(("headers", "pauses"), [
    pytest.param("", [10, 20, 40, 80], id="longer with each failure"),
    pytest.param(BACK_OFF, [300, 300, 300, 300], id="as the header says"),
])
def test_a_job_is_tried_as_often_as_the_diagram_says_and_then_becomes_an_incident(desk: Desk, headers, pauses):
    opened(desk, work(f'<zeebe:taskDefinition type="ablegen" retries="=2 + 3"/>{headers}'))
    for pause in pauses:
        assert desk.wake().failures == 1
        (job,) = desk.all(Job)
        assert job.next_attempt_at - desk.clock.at == timedelta(seconds=pause)
        desk.clock.at = job.next_attempt_at
    assert desk.all(Incident) == []
    desk.wake()
    assert [(i.kind, i.element) for i in desk.all(Incident)] == [("JOB_NO_RETRIES", "tun")]


def test_a_worker_says_itself_when_to_try_again(desk: Desk):
    opened(desk, work('<zeebe:taskDefinition type="fremd"/>'))
    (job,) = desk.all(Job)
    assert (job.kind, job.listener_event, job.retries) == ("BPMN_ELEMENT", None, 3)
    desk.do(commands.fail_job, job.key, "später", retries=7, back_off=timedelta(minutes=2))
    (job,) = desk.all(Job)
    assert (job.retries, job.attempts, job.next_attempt_at) == (7, 1, desk.clock.at + timedelta(minutes=2))


def test_claiming_a_task_is_announced_to_its_listener_while_the_task_stays_open(desk: Desk):
    opened(desk, work(f'<zeebe:userTask/><zeebe:assignmentDefinition candidateGroups="fallfuehrung"/>{LISTENERS.replace("completing", "assigning")}', "userTask"))
    (task,) = desk.tasks()
    desk.do(commands.claim, task.key)
    assert [(job.listener_event, job.element) for job in desk.all(Job)] == [("ASSIGNING", "tun")]
    assert [task.assignee for task in desk.tasks()] == ["meier"]
    desk.complete("tun")
    assert desk.all(Job) == []


@pytest.mark.usefixtures("broken")
def test_a_listener_that_fails_holds_the_completed_task_until_it_is_resolved(desk: Desk, monkeypatch):
    opened(desk, work(f'<zeebe:userTask/><zeebe:assignmentDefinition candidateGroups="fallfuehrung"/>{LISTENERS}', "userTask"))
    desk.complete("tun")
    (job,) = desk.all(Job)
    assert (job.kind, job.listener_event, job.retries) == ("TASK_LISTENER", "COMPLETING", 2) and desk.tasks() == []
    desk.wake()
    desk.clock.at += timedelta(minutes=1)
    desk.wake()
    (incident,) = desk.all(Incident)
    assert incident.key == job.key
    monkeypatch.setitem(handlers.HANDLERS, "ablegen", lambda *args: None)
    desk.do(commands.resolve_incident, incident.key)
    desk.wake()
    assert desk.all(Job) == [] and desk.all(Incident) == []
