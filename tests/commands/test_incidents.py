from __future__ import annotations

import pytest

from engine import commands
from engine.model.errors import NotAllowed
from engine.scheduling.handlers import HANDLERS
from engine.store.tables import Hinweis, Incident, Instanz, Job, Verlauf
from tests.commands.conftest import Desk


@pytest.fixture
def blocked(desk: Desk) -> Desk:
    desk.open("klemmt")
    desk.complete("erfassen")
    return desk


def test_a_condition_that_is_neither_true_nor_false_becomes_an_incident_that_names_the_place(blocked: Desk):
    incident, = blocked.all(Incident)
    assert (incident.element, incident.kind) == ("weiche", "CONDITION_ERROR") and "punkte > 5" in incident.message
    assert blocked.elements() == [] and blocked.all(Instanz)[0].has_incident


def test_after_correction_the_case_goes_on_where_it_stopped(blocked: Desk):
    instanz, = blocked.all(Instanz)
    incident, = blocked.all(Incident)
    assert blocked.do(commands.resolve_incident, incident.key) is False
    assert len(blocked.all(Incident)) == 1
    blocked.do(commands.set_variables, instanz.key, {"punkte": 7})
    assert blocked.do(commands.resolve_incident, incident.key) is True
    assert blocked.elements() == ["hoch"] and blocked.all(Incident) == []
    assert not blocked.all(Instanz)[0].has_incident


def test_a_correction_is_recorded_with_before_and_after(blocked: Desk):
    blocked.do(commands.set_variables, blocked.all(Instanz)[0].key, {"punkte": 7})
    row = blocked.all(Verlauf)[-1]
    assert row.command == "set_variables" and [change[1:4] for change in row.changes] == [["punkte", None, 7]]


def test_only_the_leitung_corrects_and_not_everybody_retries(blocked: Desk, access):
    instanz, incident = blocked.all(Instanz)[0], blocked.all(Incident)[0]
    person = blocked.as_(access("beat", rollen=("fallfuehrung",)))
    with pytest.raises(NotAllowed):
        person.do(commands.set_variables, instanz.key, {"punkte": 7})
    with pytest.raises(NotAllowed):
        person.do(commands.resolve_incident, incident.key)


def test_a_job_that_keeps_failing_is_tried_again_later_and_becomes_an_incident(desk: Desk, monkeypatch):
    def unreachable(session, instanz, job):
        session.add(Hinweis(fall_id=instanz.fall_id, region=instanz.region, at=session.now, an_rolle="x", text="half done"))
        raise RuntimeError("mail server away")

    monkeypatch.setitem(HANDLERS, "hinweis", unreachable)
    desk.open()
    desk.clock.at = desk.timers()["erinnern"].due_at
    desk.wake()
    job, = desk.all(Job)
    assert job.retries == 2 and job.next_attempt_at > desk.clock.at and desk.all(Incident) == []
    for _ in range(2):
        desk.clock.at = desk.all(Job)[0].next_attempt_at
        desk.wake()
    assert [i.kind for i in desk.all(Incident)] == ["JOB_NO_RETRIES"] and desk.all(Hinweis) == []
    monkeypatch.undo()
    assert desk.do(commands.resolve_incident, desk.all(Incident)[0].key) is True
    desk.wake()
    assert desk.all(Incident) == [] and desk.all(Job) == [] and len(desk.all(Hinweis)) == 1
