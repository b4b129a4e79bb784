from __future__ import annotations

import pytest
from sqlalchemy import select

from engine import commands, queries
from engine.model.access import system
from engine.model.errors import DefinitionInvalid
from engine.store.tables import DefinitionVersion, Instanz, Release
from tests.commands import drawings
from tests.commands.conftest import Desk


def deploy(desk: Desk, **files: bytes):
    with desk.database.begin(system("prozess")) as session:
        return commands.deploy(session, {name.replace("_", ".", 1): content for name, content in files.items()})


def release(desk: Desk) -> int:
    with desk.database.begin(system("prozess")) as session:
        return commands.release(session)


def changed(old: str, new: str) -> bytes:
    assert old.encode() in drawings.ANTRAG
    return drawings.ANTRAG.replace(old.encode(), new.encode())


def test_an_unchanged_file_keeps_its_version(desk: Desk):
    (deployed, _) = deploy(desk, antrag_bpmn=drawings.ANTRAG)
    assert [(d.version, d.is_new) for d in deployed] == [(1, False)]


def test_a_changed_file_becomes_the_next_version_and_the_former_stays(desk: Desk):
    (deployed, _) = deploy(desk, antrag_bpmn=changed("P30D", "P21D"))
    assert [(d.version, d.is_new) for d in deployed] == [(2, True)]
    contents = [row.content for row in desk.all(DefinitionVersion) if row.id == "antrag"]
    assert drawings.ANTRAG in contents and len(contents) == 2


def test_what_is_deployed_but_not_released_reaches_no_case(desk: Desk):
    deploy(desk, antrag_bpmn=changed("Antrag prüfen", "Antrag neu prüfen"))
    desk.open()
    assert desk.tasks()[0].name == "Antrag prüfen"


def test_a_case_stays_on_its_release_forms_included_while_new_ones_begin_on_the_next(desk: Desk):
    old = desk.open()
    form = drawings.form("pruefen", {"type": "checkbox", "id": "x", "key": "ok", "label": "Neu"}, drawings.text_field("notiz", required=True))
    deploy(desk, antrag_bpmn=changed("Antrag prüfen", "Antrag neu prüfen"), pruefen_form=form)
    release(desk)
    new = desk.open()
    names = {task.fall_nr: task for task in desk.tasks()}
    assert names[old.fall_nr].name == "Antrag prüfen" and names[new.fall_nr].name == "Antrag neu prüfen"
    with desk.begin() as session:
        fields = {nr: [c.key for c in queries.task(session, task.key).form.components] for nr, task in names.items()}
    assert fields == {old.fall_nr: ["ok", "bemerkung"], new.fall_nr: ["ok", "notiz"]}
    desk.do(commands.complete_task, names[old.fall_nr].key, {"ok": True})


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("kaputt_bpmn", b"<bpmn:definitions", id="broken XML"),
        pytest.param("boese_bpmn", b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>', id="DOCTYPE"),
        pytest.param("gross_bpmn", b"<x>" + b" " * 50_000_000 + b"</x>", id="50 MB"),
        pytest.param("fremd_txt", b"hallo", id="another kind of file"),
        pytest.param("liste_form", b"[1, 2", id="broken JSON"),
        pytest.param("python_bpmn", drawings.drawing("p", drawings.node("startEvent", "s"), drawings.node("scriptTask", "t", "<bpmn:script>import os</bpmn:script>"), drawings.node("endEvent", "e"), drawings.flow("s", "t"), drawings.flow("t", "e")), id="Python"),
        pytest.param("feel_bpmn", drawings.ANTRAG.replace(b"=ok]", b"=gibt es nicht(ok)]"), id="unknown FEEL function"),
    ],
)
def test_one_bad_file_refuses_the_whole_deployment_with_a_reason(desk: Desk, name, content):
    before = len(desk.all(DefinitionVersion))
    good = {"schlaufe_bpmn": drawings.SCHLAUFE.replace(b"P30D", b"P31D")}
    with pytest.raises(DefinitionInvalid) as refused:
        deploy(desk, **good, **{name: content})
    assert refused.value.findings and all(f.message for f in refused.value.findings)
    assert {f.file for f in refused.value.findings} == {name.replace("_", ".", 1)}
    assert len(desk.all(DefinitionVersion)) == before


def test_a_trial_run_says_what_is_wrong_and_stores_nothing(desk: Desk):
    with desk.database.begin(system()) as session:
        deployed, _ = commands.deploy(session, {"antrag.bpmn": changed("P30D", "P21D")}, dry_run=True)
    assert deployed == () and len([r for r in desk.all(DefinitionVersion) if r.id == "antrag"]) == 1


def test_a_set_that_does_not_hold_together_is_not_released(desk: Desk):
    deploy(desk, antrag_bpmn=drawings.ANTRAG.replace(b'formId="pruefen"', b'formId="fehlt"'))
    with pytest.raises(DefinitionInvalid, match="fehlt"):
        release(desk)
    with desk.database.read(system()) as session:
        assert len(session.scalars(select(Release)).all()) == 1


def test_cases_run_on_while_their_process_is_deployed_anew(desk: Desk):
    desk.open()
    deploy(desk, antrag_bpmn=changed("P30D", "P21D"))
    release(desk)
    desk.complete("pruefen", ok=False)
    assert [i.version for i in desk.all(Instanz)] == [1] and list(desk.timers()) == ["zehn_tage"]


def test_a_release_that_was_rolled_back_is_forgotten(desk: Desk):
    with pytest.raises(ZeroDivisionError), desk.database.begin(system()) as session:
        commands.deploy(session, {"antrag.bpmn": changed("Antrag prüfen", "Nie geschehen")})
        commands.release(session)
        commands.open_case(session, "SDOL", {"grund": "x", "personen": []}, process="antrag")
        raise ZeroDivisionError
    deploy(desk, antrag_bpmn=changed("Antrag prüfen", "Wirklich geschehen"))
    release(desk)
    desk.open()
    assert desk.tasks()[0].name == "Wirklich geschehen"
