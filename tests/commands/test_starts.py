"""Cases that a message or a moment opens."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine import commands
from engine.model.access import system
from engine.model.errors import DefinitionInvalid, FormInvalid, NobodyWaits, NotAllowed, NotFound
from engine.store.tables import Ausloeser, Fall, Verlauf
from tests.commands.conftest import Desk
from tests.commands.drawings import drawing, flow, node, timer, user


def starting(id: str, *trigger: str, region: str = "", task: str = "pruefen") -> bytes:
    named = f'<zeebe:properties><zeebe:property name="region" value="{region}"/></zeebe:properties>' if region else ""
    body = [node("startEvent", "von_selbst", *trigger, extensions=named), user(task), node("endEvent", "ende"), flow("von_selbst", task), flow(task, "ende")]
    return drawing(id, *body, messages='<bpmn:message id="m_neu" name="neuzuzug"/>')


MELDUNG = starting("zuzug", '<bpmn:messageEventDefinition messageRef="m_neu"/>')
TAEGLICH = starting("taeglich", timer("Cycle", "R2/P1D"), region="SDOL")


def released(desk: Desk, **files: bytes) -> Desk:
    with desk.database.begin(system()) as session:
        commands.deploy(session, {f"{name}.bpmn": content for name, content in files.items()})
        commands.release(session)
    return desk


def test_a_message_that_nobody_waits_for_opens_a_case_in_the_region_it_names(desk: Desk):
    released(desk, zuzug=MELDUNG)
    ref = desk.do(commands.correlate, "neuzuzug", "X-1", {"region": "SDOL", "herkunft": "Bern"}, message_id="brief-1")
    assert [task.fall_nr for task in desk.tasks("pruefen")] == [ref.fall_nr]
    (entry,) = desk.all(Verlauf)
    assert (entry.command, entry.element, entry.values["herkunft"], entry.values["fall_nr"]) == ("start_by_message", "von_selbst", "Bern", ref.fall_nr)
    assert desk.do(commands.correlate, "neuzuzug", "X-1", {"region": "SDOL"}, message_id="brief-1") == ref
    assert len(desk.all(Fall)) == 1


def test_a_message_opens_a_case_with_every_process_that_starts_with_it(desk: Desk):
    released(desk, zuzug=MELDUNG, meldung=starting("meldung", '<bpmn:messageEventDefinition messageRef="m_neu"/>', task="ablegen"))
    for _ in range(2):
        desk.do(commands.correlate, "neuzuzug", "X-1", {"region": "SDOL"}, message_id="brief-1")
    assert [len(desk.tasks(task)) for task in ("pruefen", "ablegen")] == [1, 1]


@pytest.mark.parametrize(("values", "refused"), [
    pytest.param({}, FormInvalid, id="no region"),
    pytest.param({"region": "MOND"}, NotFound, id="an unknown region"),
    pytest.param({"region": "SRO"}, NotAllowed, id="a region in which the sender opens no cases"),
])
def test_a_message_opens_no_case_without_a_region_of_the_sender(desk: Desk, values, refused):
    released(desk, zuzug=MELDUNG)
    with pytest.raises(refused):
        desk.do(commands.correlate, "neuzuzug", "X-1", values)
    assert desk.all(Fall) == []


def test_a_release_without_the_process_ends_its_start(desk: Desk):
    released(desk, zuzug=MELDUNG)
    released(desk, zuzug=starting("zuzug"))
    with pytest.raises(NobodyWaits):
        desk.do(commands.correlate, "neuzuzug", "X-1", {"region": "SDOL"})


def test_a_timer_opens_cases_in_its_region_until_its_rounds_are_over(desk: Desk):
    released(desk, taeglich=TAEGLICH)
    for expected in (1, 2, 2):
        desk.clock.at += timedelta(days=1)
        desk.wake()
        assert [fall.region for fall in desk.all(Fall)] == ["SDOL"] * expected
    assert [entry.command for entry in desk.all(Verlauf)] == ["start_by_timer"] * 2


def test_releasing_again_keeps_the_due_time_of_what_did_not_change(desk: Desk):
    released(desk, taeglich=TAEGLICH)
    (before,) = desk.all(Ausloeser)
    desk.clock.at += timedelta(hours=6)
    released(desk, zuzug=MELDUNG)
    after = {row.process: row for row in desk.all(Ausloeser)}
    assert after["taeglich"].due_at == before.due_at and after["taeglich"].release_id > before.release_id
    released(desk, taeglich=starting("taeglich", timer("Cycle", "R2/P1D"), region="SDOL", task="anders"))
    assert {row.process: row for row in desk.all(Ausloeser)}["taeglich"].due_at == before.due_at + timedelta(hours=6)


def test_a_moment_that_has_passed_opens_nothing(desk: Desk):
    released(desk, einmal=starting("einmal", timer("Date", "2026-01-01T00:00:00Z"), region="SDOL"))
    desk.wake()
    assert desk.all(Fall) == []


def test_a_timer_for_a_region_that_does_not_exist_is_not_released(desk: Desk):
    with pytest.raises(DefinitionInvalid, match="MOND"):
        released(desk, taeglich=starting("taeglich", timer("Cycle", "R2/P1D"), region="MOND"))
