"""Running cases go to another release: nothing of theirs is lost, or they stay as they are with a reason."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine import commands
from engine.commands import umstellung
from engine.model.access import Access, system
from engine.model.errors import FormInvalid, NotAllowed
from engine.queries import umstellung as queries
from engine.queries.consistency import check
from engine.queries.umgestellt import in_words
from engine.scheduling.due import run_due
from engine.store import library
from engine.store.tables import Aufgabe, Entwurf, Instanz, Timer, Umstellung, Verlauf
from tests.commands.drawings import ANTRAG, flow, user
from tests.umstellung.conftest import PETRA, URSULA, Werkstatt

RENAMED = ANTRAG.replace(b'"pruefen" name', b'"ansehen" name').replace(b'="pruefen"', b'="ansehen"').replace(b'formId="ansehen"', b'formId="pruefen"')
LONGER = ANTRAG.replace(b"P30D", b"P60D")


def test_a_case_keeps_its_tasks_drafts_and_due_times_under_new_names(werkstatt: Werkstatt) -> None:
    ref = werkstatt.open()
    task = werkstatt.tasks("pruefen")[0]
    werkstatt.do(commands.claim, task.key)
    werkstatt.do(commands.save_draft, task.key, {"bemerkung": "halb"}, revision=0)
    before = {key: (one.due_at, one.key) for key, one in werkstatt.timers().items()}
    ziel = werkstatt.release(antrag=RENAMED)
    id = werkstatt.plan(1, ziel, {"nach": {"pruefen": "ansehen"}})
    assert werkstatt.verdicts(id) == [("gut", "geprueft")]
    werkstatt.run(id)
    assert werkstatt.verdicts(id) == [("gut", "umgestellt")]
    after = werkstatt.tasks()[0]
    assert (after.key, after.element, after.assignee, after.faellig_am, after.process_version) == (task.key, "ansehen", "meier", task.faellig_am, 2)
    assert {key: (one.due_at, one.key) for key, one in werkstatt.timers().items()} == before
    assert werkstatt.all(Entwurf)[0].data == {"bemerkung": "halb"}
    _sound(werkstatt)
    last = werkstatt.all(Verlauf)[-1]
    assert (last.command, last.values["vorher"], last.values["nachher"]) == ("migrate", ["erinnern", "frist", "pruefen"], ["ansehen", "erinnern", "frist"])
    werkstatt.complete("ansehen", ok=True)
    assert werkstatt.all(Instanz)[0].zustand == "completed", ref


def test_the_history_calls_steps_as_the_diagram_of_that_time_did(werkstatt: Werkstatt) -> None:
    werkstatt.open()
    ziel = werkstatt.release(antrag=RENAMED.replace(b'id="ansehen" name="', b'id="ansehen" name="Neu: '))
    werkstatt.run(werkstatt.plan(1, ziel, {"nach": {"pruefen": "ansehen"}}))
    with werkstatt.database.read(system()) as session:
        rows = list(session.scalars(select(Verlauf).where(Verlauf.command == "migrate")))
        told = in_words(session, rows)[rows[0].id]
        before, after = (library.contents(session, release).element("antrag", id) for release, id in ((1, "pruefen"), (ziel, "ansehen")))
        assert before and after and after.name == f"Neu: {before.name}"
    assert before.name in told["vorher"] and after.name in told["nachher"]
    assert not {"pruefen", "ansehen"} & {*told["vorher"], *told["nachher"]}


def test_without_a_decision_a_case_stays_as_it_is_and_says_why(werkstatt: Werkstatt) -> None:
    werkstatt.open()
    before = werkstatt.all(Instanz)[0]
    id = werkstatt.plan(1, werkstatt.release(antrag=RENAMED), {})
    row = werkstatt.cases(id)[0]
    assert (row.urteil, [one[:3] for one in row.gruende]) == ("entscheid", [["fehlt", "antrag", "pruefen"]])
    with pytest.raises(umstellung.NotNow):
        werkstatt.at(PETRA, umstellung.submit, id)
    after = werkstatt.all(Instanz)[0]
    assert (after.state, after.release_id, after.revision) == (before.state, 1, before.revision)


def test_a_reason_names_the_step_as_the_diagram_does(werkstatt: Werkstatt) -> None:
    werkstatt.open()
    id = werkstatt.plan(1, werkstatt.release(antrag=RENAMED), {})
    with werkstatt.database.read(PETRA) as session:
        said = [one.message for one in queries.gruende(session, id)] + [reason for one in queries.faelle(session, id)[1] for reason in one.gruende]
    assert said == ["«Antrag prüfen» ist offen und hat in der neuen Version kein Gegenstück"] * 2


def test_cases_at_a_removed_step_are_moved_with_a_reason(werkstatt: Werkstatt) -> None:
    werkstatt.open()
    id = werkstatt.plan(1, werkstatt.release(antrag=RENAMED), {"verlegt": {"pruefen": {"nach": "ansehen", "grund": "Der Schritt heisst neu anders"}}})
    task = werkstatt.tasks()[0]
    werkstatt.run(id)
    with werkstatt.begin() as session:
        assert session.get_one(Aufgabe, task.key).zustand == "CANCELED"
    assert [one.element for one in werkstatt.tasks()] == ["ansehen"]
    assert sorted(werkstatt.timers()) == ["erinnern", "frist"]
    assert werkstatt.all(Verlauf)[-1].values["verlegt"] == [{"von": "pruefen", "nach": "ansehen", "grund": "Der Schritt heisst neu anders"}]
    _sound(werkstatt)


def test_a_move_needs_a_reason(werkstatt: Werkstatt) -> None:
    id = werkstatt.at(PETRA, umstellung.plan, 1, werkstatt.release(antrag=RENAMED)).id
    with pytest.raises(FormInvalid):
        werkstatt.at(PETRA, umstellung.decide, id, "antrag", {"verlegt": {"pruefen": {"nach": "ansehen", "grund": ""}}})


@pytest.mark.parametrize(("anew", "days"), [pytest.param(False, 30, id="kept"), pytest.param(True, 60, id="counted anew from its beginning")])
def test_a_deadline_is_kept_unless_it_was_told_otherwise(werkstatt: Werkstatt, anew: bool, days: int) -> None:
    werkstatt.open()
    begun = werkstatt.timers()["frist"].started_at
    werkstatt.run(werkstatt.plan(1, werkstatt.release(antrag=LONGER), fristen_neu=anew))
    found = werkstatt.timers()["frist"]
    assert (found.due_at.date() - begun.date()).days == days
    _sound(werkstatt)


@pytest.mark.parametrize(("anew", "told", "days"), [
    pytest.param(False, {"frist": "neu"}, 60, id="the one that was told to"),
    pytest.param(True, {"frist": "behalten"}, 30, id="all but the one that was told not to"),
    pytest.param(False, {"erinnern": "neu"}, 30, id="not another one"),
])
def test_of_single_deadlines_it_can_be_told_otherwise(werkstatt: Werkstatt, anew: bool, told: dict[str, str], days: int) -> None:
    werkstatt.open()
    begun = werkstatt.timers()["frist"].started_at
    werkstatt.run(werkstatt.plan(1, werkstatt.release(antrag=LONGER), {"fristen": told}, fristen_neu=anew))
    assert (werkstatt.timers()["frist"].due_at.date() - begun.date()).days == days
    _sound(werkstatt)


def test_who_proposed_a_plan_does_not_start_it_and_other_roles_neither(werkstatt: Werkstatt) -> None:
    werkstatt.open()
    id = werkstatt.plan(1, werkstatt.release(antrag=LONGER))
    werkstatt.at(PETRA, umstellung.submit, id)
    both = Access("petra", {"*": frozenset({"prozess", "umsetzung"})})
    for who in (PETRA, both, werkstatt.person):
        with pytest.raises(NotAllowed):
            werkstatt.at(who, umstellung.start, id)
    with pytest.raises(NotAllowed):
        werkstatt.at(URSULA, umstellung.plan, 1, 2)


def test_batches_pause_and_go_on(werkstatt: Werkstatt) -> None:
    for region in ("SDOL", "SRO", "SDOL"):
        werkstatt.open(region=region)
    id = werkstatt.plan(1, werkstatt.release(antrag=LONGER))
    werkstatt.run(id, 1)
    assert sorted(werkstatt.verdicts(id)) == [("gut", "geprueft"), ("gut", "geprueft"), ("gut", "umgestellt")]
    werkstatt.at(URSULA, umstellung.start, id)
    werkstatt.at(URSULA, umstellung.pause, id)
    run_due(werkstatt.database)
    assert [zustand for _, zustand in werkstatt.verdicts(id)].count("wartet") == 2
    werkstatt.at(PETRA, umstellung.resume, id)
    run_due(werkstatt.database)
    assert {zustand for _, zustand in werkstatt.verdicts(id)} == {"umgestellt"}
    assert {one.release_id for one in werkstatt.all(Instanz)} == {2}
    _sound(werkstatt)


def test_a_plan_for_one_region_leaves_the_others_alone(werkstatt: Werkstatt) -> None:
    for region in ("SDOL", "SRO"):
        werkstatt.open(region=region)
    id = werkstatt.plan(1, werkstatt.release(antrag=LONGER), regionen=["SRO"])
    werkstatt.run(id)
    assert [(one.region, one.release_id) for one in werkstatt.all(Instanz)] == [("SDOL", 1), ("SRO", 2)]


def test_a_case_that_changed_since_it_was_examined_is_judged_again(werkstatt: Werkstatt) -> None:
    for _ in range(2):
        werkstatt.open()
    without = ANTRAG.replace(b'"abschliessen"', b'"ablegen"')
    id = werkstatt.plan(1, werkstatt.release(antrag=without), {})
    assert {urteil for urteil, _ in werkstatt.verdicts(id)} == {"gut"}
    werkstatt.do(commands.complete_task, werkstatt.tasks()[0].key, {"ok": False})
    werkstatt.do(commands.correlate, "antwort", _nr(werkstatt, 0))
    werkstatt.do(commands.complete_task, werkstatt.tasks("pruefen")[0].key, {"ok": True})
    werkstatt.run(id)
    assert werkstatt.verdicts(id) == [("entscheid", "abgelehnt"), ("vorbei", "abgelehnt")]
    assert werkstatt.all(Instanz)[0].release_id == 1
    _sound(werkstatt)


def test_a_crash_in_the_middle_loses_nothing(werkstatt: Werkstatt, monkeypatch: pytest.MonkeyPatch) -> None:
    werkstatt.open()
    id = werkstatt.plan(1, werkstatt.release(antrag=LONGER))
    with monkeypatch.context() as patch:
        patch.setattr("engine.commands.umstellen.log", _crash)
        werkstatt.run(id)
    assert (werkstatt.verdicts(id), werkstatt.all(Instanz)[0].release_id) == ([("gut", "wartet")], 1)
    _sound(werkstatt)
    werkstatt.clock.at = werkstatt.cases(id)[0].next_attempt_at
    run_due(werkstatt.database)
    assert (werkstatt.verdicts(id), werkstatt.all(Instanz)[0].release_id) == ([("gut", "umgestellt")], 2)


def test_a_case_goes_through_twenty_versions(werkstatt: Werkstatt) -> None:
    werkstatt.open()
    for number in range(2, 21):
        step = user(f"zusatz_{number}") + flow("ok_weiche", f"zusatz_{number}", "=false") + flow(f"zusatz_{number}", f"ende_{number}")
        step += f'<bpmn:endEvent id="ende_{number}"/>'
        ziel = werkstatt.release(antrag=ANTRAG.replace(b"</bpmn:process>", step.encode() + b"</bpmn:process>"))
        werkstatt.run(werkstatt.plan(ziel - 1, ziel))
    assert [(one.release_id, one.version) for one in werkstatt.all(Instanz)] == [(20, 20)]
    assert len(werkstatt.all(Timer)) == 2
    _sound(werkstatt)
    werkstatt.complete("pruefen", ok=True)
    assert werkstatt.all(Instanz)[0].zustand == "completed"


def _crash(*_: object, **__: object) -> None:
    raise RuntimeError("the machine stops here")


def _nr(werkstatt: Werkstatt, index: int) -> str:
    return str(werkstatt.all(Instanz)[index].fall.fall_nr)


def _sound(werkstatt: Werkstatt) -> None:
    with werkstatt.database.read(system()) as session:
        assert check(session) == []
        assert len(list(session.scalars(select(Umstellung)))) >= 1
