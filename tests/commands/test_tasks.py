from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import event

from engine import commands, queries
from engine.model.errors import FormInvalid, NotAllowed, NotFound, Stale, TaskClaimed, TaskNotOpen
from engine.store.tables import Entwurf, Fall, Instanz, Job, Subscription, Timer, Verlauf
from tests.commands.conftest import Desk


def test_opening_a_case_creates_its_first_task_with_its_frist_and_its_timers(desk: Desk):
    ref = desk.open()
    task, = desk.tasks()
    assert (task.fall_nr, task.name, task.candidate_groups, task.form_id) == (ref.fall_nr, "Antrag prüfen", ["intake", "fallfuehrung"], "pruefen")
    assert task.faellig_am == datetime(2026, 3, 7, 22, 59, 59, tzinfo=UTC)
    assert sorted(desk.timers()) == ["erinnern", "frist"]


def test_a_case_number_counts_through_the_year(desk: Desk):
    assert [desk.open().fall_nr, desk.open().fall_nr] == ["2026-00001", "2026-00002"]


def test_opening_twice_with_one_request_id_opens_one_case(desk: Desk):
    raw = {"grund": "Krankheit", "personen": []}
    first = desk.do(commands.open_case, "SDOL", raw, process="antrag", request_id="klick-1")
    again = desk.do(commands.open_case, "SDOL", raw, process="antrag", request_id="klick-1")
    assert again == first and len(desk.all(Instanz)) == 1


def test_an_incomplete_start_form_opens_nothing(desk: Desk):
    with pytest.raises(FormInvalid) as refused:
        desk.open(grund="")
    assert list(refused.value.errors) == ["grund"] and desk.all(Instanz) == []


def test_completing_a_task_moves_the_case_and_closes_what_the_task_had_open(desk: Desk):
    desk.open()
    desk.complete("pruefen", ok=False, bemerkung="fehlt noch")
    assert desk.elements() == []
    assert [s.name for s in desk.all(Subscription)] == ["antwort"] and list(desk.timers()) == ["zehn_tage"]


def test_completing_the_last_task_ends_the_case(desk: Desk):
    ref = desk.open()
    desk.complete("pruefen", ok=True)
    instanz, = desk.all(Instanz)
    assert (instanz.zustand, desk.all(Timer), desk.all(Subscription), desk.all(Job)) == ("completed", [], [], [])
    with desk.begin() as session:
        assert queries.case(session, ref.fall_nr).fall.phase == "Abgeschlossen"


def test_completing_a_task_twice_is_refused_and_changes_nothing(desk: Desk):
    desk.open()
    key = desk.tasks()[0].key
    desk.do(commands.complete_task, key, {"ok": True})
    before = [(i.state, i.revision) for i in desk.all(Instanz)]
    with pytest.raises(TaskNotOpen):
        desk.do(commands.complete_task, key, {"ok": False})
    assert [(i.state, i.revision) for i in desk.all(Instanz)] == before


def test_of_two_people_completing_one_task_at_once_exactly_one_wins(desk: Desk, access):
    desk.open()
    key = desk.tasks()[0].key
    outcomes, together = [], threading.Barrier(2)

    def complete(konto: str) -> None:
        together.wait()
        try:
            desk.as_(access(konto, rollen=("intake",))).do(commands.complete_task, key, {"ok": False})
            outcomes.append("done")
        except (TaskNotOpen, TaskClaimed, Stale) as error:
            outcomes.append(type(error).__name__)

    threads = [threading.Thread(target=complete, args=(konto,)) for konto in ("anna", "beat")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert sorted(outcomes)[1:] == ["done"] and sorted(outcomes)[0] in ("TaskNotOpen", "TaskClaimed", "Stale")
    assert [row.command for row in desk.all(Verlauf)] == ["open_case", "complete_task"]
    assert len(desk.all(Subscription)) == 1


def test_a_value_that_breaks_a_rule_of_the_form_is_refused_with_the_field(desk: Desk):
    desk.open()
    with pytest.raises(FormInvalid) as refused:
        desk.complete("pruefen", ok=True, bemerkung="x" * 21)
    assert list(refused.value.errors) == ["bemerkung"] and desk.elements() == ["pruefen"]


def test_only_fields_of_the_form_reach_the_case(desk: Desk):
    desk.open()
    desk.complete("pruefen", ok=False, region="SRO", fall_nr="9", geheim=1)
    values, = [row.values for row in desk.all(Verlauf) if row.command == "complete_task"]
    assert set(values) <= {"ok", "bemerkung"}


def test_a_claimed_task_is_closed_to_others_until_it_is_given_back(desk: Desk, access):
    desk.open()
    key = desk.tasks()[0].key
    other = desk.as_(access("beat", rollen=("intake",)))
    desk.do(commands.claim, key)
    desk.do(commands.claim, key)
    for refused in (lambda: other.do(commands.claim, key), lambda: other.do(commands.complete_task, key, {"ok": True})):
        with pytest.raises(TaskClaimed):
            refused()
    desk.do(commands.unclaim, key)
    other.do(commands.claim, key)
    assert [row.command for row in desk.all(Verlauf)] == ["open_case", "claim", "unclaim", "claim"]


def test_a_role_outside_the_tasks_groups_may_not_work_on_it(desk: Desk, access):
    desk.open()
    with pytest.raises(NotAllowed):
        desk.as_(access("carla", rollen=("administration",))).do(commands.complete_task, desk.tasks()[0].key, {"ok": True})


@pytest.mark.parametrize("command", [commands.claim, commands.unclaim, lambda s, k: commands.complete_task(s, k, {"ok": True}),
                                     lambda s, k: commands.save_draft(s, k, {}, revision=0), lambda s, k: queries.task(s, k)],
                         ids=["claim", "unclaim", "complete", "draft", "read"])
def test_a_task_of_another_region_looks_as_if_it_did_not_exist(desk: Desk, access, command):
    desk.open()
    foreign = desk.as_(access("olten", region="SRO", rollen=("intake", "leitung")))
    with pytest.raises(NotFound):
        foreign.do(command, desk.tasks()[0].key)
    with pytest.raises(NotFound):
        foreign.do(command, 123)


def test_a_draft_is_kept_per_person_and_only_the_senders_goes_with_the_task(desk: Desk, access):
    desk.open()
    key = desk.tasks()[0].key
    other = desk.as_(access("beat", rollen=("intake",)))
    assert desk.do(commands.save_draft, key, {"bemerkung": "halb"}, revision=0) == 1
    assert other.do(commands.save_draft, key, {"bemerkung": "anders"}, revision=0) == 1
    assert desk.do(commands.save_draft, key, {"bemerkung": "ganz"}, revision=1) == 2
    with pytest.raises(Stale):
        desk.do(commands.save_draft, key, {"bemerkung": "alt"}, revision=1)
    with desk.begin() as session:
        assert queries.task(session, key).draft.data == {"bemerkung": "ganz"}
    desk.complete("pruefen", ok=True)
    assert [(draft.login, draft.data) for draft in desk.all(Entwurf)] == [("beat", {"bemerkung": "anders"})]


@pytest.mark.parametrize(("responsible", "most"), [pytest.param(None, 11, id="nobody's case"), pytest.param("beat", 10, id="the own case")])
def test_completing_a_task_takes_one_transaction_and_few_statements(desk: Desk, access, responsible, most):
    """Also for the Fallführung, who sees only some cases: whether this one is among them is known from the rows that are read anyway.

    Where nobody leads the case, it is asked whether somebody absent stands behind the task.
    """
    beat = desk.as_(access("beat", region="SDOL", rollen=("fallfuehrung",)))
    desk.open()
    beat.complete("pruefen", ok=False)
    desk.open()
    (task,) = desk.tasks()
    with desk.begin() as session:
        session.get_one(Fall, task.fall_id).fallfuehrung = responsible
    statements: list[str] = []
    event.listen(desk.database.engine, "before_cursor_execute", lambda c, cursor, statement, *_: statements.append(statement))
    beat.do(commands.complete_task, task.key, {"ok": False})
    assert sum(s.startswith("BEGIN") for s in statements) <= 1
    assert len([s for s in statements if not s.startswith(("PRAGMA", "BEGIN"))]) <= most, "\n".join(statements)


def test_a_failure_while_saving_leaves_everything_as_it_was(desk: Desk, monkeypatch):
    desk.open()
    key, before = desk.tasks()[0].key, [(i.state, i.revision) for i in desk.all(Instanz)]

    def broken(connection, cursor, statement, *_):
        if statement.startswith("INSERT INTO verlauf"):
            raise RuntimeError("the disk is full")

    event.listen(desk.database.engine, "before_cursor_execute", broken)
    with pytest.raises(RuntimeError):
        desk.do(commands.complete_task, key, {"ok": False})
    event.remove(desk.database.engine, "before_cursor_execute", broken)
    assert [(i.state, i.revision) for i in desk.all(Instanz)] == before
    assert desk.elements() == ["pruefen"] and sorted(desk.timers()) == ["erinnern", "frist"]
