"""Drafts: nothing that somebody drew is lost, whoever else draws, deletes or throws away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from engine import commands
from engine.commands import freigaben, nachfuehren, werkstatt
from engine.definitions.archiv import ArchiveInvalid
from engine.model.access import Access, system
from engine.model.clock import FixedClock
from engine.model.errors import DefinitionInvalid, FormInvalid, NotFound
from engine.queries import freigaben as releases
from engine.queries import werkstatt as queries
from engine.store import library
from engine.store.session import Database
from tests.web.drawings import ALL

PETRA, URS = Access("petra", {"*": frozenset({"prozess"})}), Access("urs", {"*": frozenset({"prozess"})})
FORM = "pruefung.form"


@pytest.fixture
def draft(database: Database) -> int:
    """A draft begun from the release."""
    with database.begin(system()) as session:
        commands.deploy(session, ALL)
        made = commands.release(session, "Test")
    with database.begin(PETRA) as session:
        return werkstatt.begin_draft(session, "Neue Frist", queries.release_files(session, made), release_id=made).id


@pytest.fixture
def save(database: Database, draft: int) -> Callable[..., werkstatt.Gespeichert]:
    def send(content: bytes, revision: int, by: Access = PETRA, name: str = FORM) -> werkstatt.Gespeichert:
        with database.begin(by) as session:
            return werkstatt.save_file(session, draft, name, content, revision=revision)

    return send


def history(database: Database, draft: int) -> list[tuple[str, str, str]]:
    with database.read(PETRA) as session:
        return [(step.name, step.art, step.by) for step in reversed(queries.steps(session, draft))]


def test_a_draft_begins_with_every_file_of_its_release(database: Database, draft: int) -> None:
    with database.read(PETRA) as session:
        assert queries.contents(session, draft) == ALL
        assert {row.zustand for row in queries.file_rows(session, draft)} == {"unveraendert"}
        assert queries.steps(session, draft) == ()


def test_whoever_was_slower_gets_a_second_version_and_the_first_stays(database: Database, draft: int, save: Callable[..., werkstatt.Gespeichert]) -> None:
    assert save(b"{1}", 1).revision == 2
    late = save(b"{2}", 1, URS)
    assert (late.revision, late.by) == (2, "petra")
    assert late.zweite is not None
    with database.read(PETRA) as session:
        assert queries.file(session, draft, FORM).inhalt == b"{1}"
        assert queries.stand(session, draft, late.zweite).inhalt == b"{2}"
    assert history(database, draft) == [(FORM, "angelegt", "petra"), (FORM, "geaendert", "petra"), (FORM, "zweite", "urs")]


def test_the_slower_one_may_still_decide_for_their_own(database: Database, draft: int, save: Callable[..., werkstatt.Gespeichert]) -> None:
    save(b"{1}", 1)
    late = save(b"{2}", 1, URS)
    assert save(b"{2}", late.revision, URS).zweite is None
    with database.begin(URS) as session:
        first = next(step for step in queries.steps(session, draft, FORM) if step.art == "geaendert" and step.by == "petra")
        werkstatt.restore_file(session, draft, first.id)
        assert queries.file(session, draft, FORM).inhalt == b"{1}"


def test_the_same_sent_twice_is_saved_once(save: Callable[..., werkstatt.Gespeichert]) -> None:
    assert save(b"{1}", 1).revision == 2
    again = save(b"{1}", 1)
    assert (again.revision, again.zweite) == (2, None)


def test_autosaves_of_one_person_are_one_step_until_some_time_has_passed(database: Database, draft: int, clock: FixedClock, save: Callable[..., werkstatt.Gespeichert]) -> None:
    for number in range(1, 4):
        save(b"%d" % number, number)
    clock.at += timedelta(minutes=11)
    save(b"4", 4)
    save(b"5", 5, URS)
    assert [art for _, art, _ in history(database, draft)] == ["angelegt", "geaendert", "geaendert", "geaendert"]


def test_a_deleted_file_comes_back_and_its_editor_is_told(database: Database, draft: int, save: Callable[..., werkstatt.Gespeichert]) -> None:
    with database.begin(URS) as session:
        werkstatt.delete_file(session, draft, FORM)
    with pytest.raises(NotFound):
        save(b"{1}", 1)
    with database.begin(PETRA) as session:
        gone = queries.removed(session, draft)
        assert [step.name for step in gone] == [FORM]
        werkstatt.restore_file(session, draft, gone[0].id)
        assert queries.contents(session, draft) == ALL
        assert queries.removed(session, draft) == ()


def test_an_import_changes_what_differs_and_may_replace_everything(database: Database, draft: int) -> None:
    with database.begin(PETRA) as session:
        werkstatt.import_files(session, draft, {FORM: b"{}", "neu.form": b"{}", "fall.bpmn": ALL["fall.bpmn"]})
        assert {row.name: row.zustand for row in queries.file_rows(session, draft)} == {
            "fall.bpmn": "unveraendert", "anmeldung.form": "unveraendert", FORM: "geaendert", "neu.form": "neu",
        }  # fmt: skip
        werkstatt.import_files(session, draft, {"fall.bpmn": b"x"}, is_whole=True)
        assert queries.contents(session, draft) == {"fall.bpmn": b"x"}
        assert {step.name for step in queries.removed(session, draft)} == {"anmeldung.form", FORM, "neu.form"}


@pytest.mark.parametrize("name", ["../fall.bpmn", "fall.exe", "", ".bpmn", "a/b.form", "x\n.form"])
def test_a_name_that_is_none_is_refused(database: Database, draft: int, name: str) -> None:
    with pytest.raises(ArchiveInvalid), database.begin(PETRA) as session:
        werkstatt.import_files(session, draft, {name: b""})


def test_a_thrown_away_draft_can_be_taken_up_again(database: Database, draft: int) -> None:
    with database.begin(PETRA) as session:
        werkstatt.discard(session, draft)
        assert queries.drafts(session) == ()
        assert [row.draft.id for row in queries.drafts(session, is_discarded=True)] == [draft]
        werkstatt.bring_back(session, draft)
        assert [row.draft.id for row in queries.drafts(session)] == [draft]


def test_people_see_each_other_until_their_window_is_silent(database: Database, draft: int, clock: FixedClock) -> None:
    for by, window in ((PETRA, "a1"), (URS, "b2")):
        with database.begin(by) as session:
            werkstatt.note_visit(session, draft, window, FORM)
    with database.read(PETRA) as session:
        assert [one.login for one in queries.visitors(session, draft, besides="a1")] == ["urs"]
    clock.at += timedelta(minutes=2)
    with database.read(PETRA) as session:
        assert queries.visitors(session, draft) == ()


def test_deploying_a_draft_stores_new_versions_of_what_changed_and_releases_nothing(database: Database, draft: int, save: Callable[..., werkstatt.Gespeichert]) -> None:
    save(ALL[FORM].replace(b"Betrag", b"Summe"), 1)
    with database.begin(PETRA) as session:
        before = library.latest_release(session)
        deployed, _ = werkstatt.deploy_draft(session, draft)
        assert {(one.id, one.version, one.is_new) for one in deployed} == {("fall", 1, False), ("anmeldung", 1, False), ("pruefung", 2, True)}
        assert queries.draft(session, draft).fassungen == sorted(one.key for one in deployed)
        assert library.latest_release(session) == before


def test_a_file_deleted_in_a_draft_falls_away_with_its_release(database: Database, draft: int, save: Callable[..., werkstatt.Gespeichert]) -> None:
    with database.begin(PETRA) as session:
        werkstatt.import_files(session, draft, {"vergessen.form": ALL[FORM].replace(b'"pruefung"', b'"vergessen"')})
        werkstatt.deploy_draft(session, draft)
        werkstatt.delete_file(session, draft, "vergessen.form")
        with pytest.raises(FormInvalid):
            freigaben.propose(session, freigaben.Vorschlag("Ohne das Vergessene", entwurf_id=draft))
    save(ALL[FORM].replace(b"Betrag", b"Summe"), 1)
    with database.begin(PETRA) as session:
        werkstatt.deploy_draft(session, draft)
        made = freigaben.propose(session, freigaben.Vorschlag("Ohne das Vergessene", entwurf_id=draft))
        held = {(row.id, row.version) for row in releases.held_by(session, made.id)}
    assert held == {("fall", 1), ("anmeldung", 1), ("pruefung", 2)}
    save(ALL[FORM], 2)
    with pytest.raises(FormInvalid), database.begin(PETRA) as session:
        freigaben.propose(session, freigaben.Vorschlag("Seither geändert", entwurf_id=draft))


def test_a_draft_of_single_files_is_released_with_everything_else(database: Database, draft: int) -> None:
    with database.begin(PETRA) as session:
        single = werkstatt.begin_draft(session, "Nur ein Formular", {FORM: ALL[FORM].replace(b"Betrag", b"Summe")}).id
        werkstatt.deploy_draft(session, single)
        assert {(row.id, row.version) for row in freigaben.of_draft(session, single)} == {("fall", 1), ("anmeldung", 1), ("pruefung", 2)}


def test_a_draft_is_brought_up_to_a_later_release_and_keeps_what_it_changed(database: Database, draft: int, save: Callable[..., werkstatt.Gespeichert]) -> None:
    """Of three files the draft changed one, the other release another, and both the third; that release dropped nothing and added one."""
    mine, theirs = ALL[FORM].replace(b"Betrag", b"Summe"), ALL["anmeldung.form"].replace(b'"label": "', b'"label": "Neu: ')
    assert theirs != ALL["anmeldung.form"]
    save(mine, 1)
    save(ALL["fall.bpmn"].replace("Anspruch prüfen".encode(), "Anspruch klären".encode()), 1, name="fall.bpmn")
    added = ALL[FORM].replace(b'"pruefung"', b'"weiteres"')
    with database.begin(system()) as session:
        commands.deploy(session, {"anmeldung.form": theirs, "weiteres.form": added, "fall.bpmn": ALL["fall.bpmn"].replace("Anspruch prüfen".encode(), b"Anspruch")})
        later = commands.release(session, "Von anderen")
    with database.begin(PETRA) as session:
        werkstatt.deploy_draft(session, draft)
        taken_back = releases.taken_back(session, 1, later, freigaben.of_draft(session, draft))
        assert {one.name for one in taken_back} == {row.name for row in releases.held_in(session, later) if row.id in ("anmeldung", "weiteres")}
        assert nachfuehren.catch_up(session, draft, later) == ("fall.bpmn",)
        files = queries.contents(session, draft)
        assert (files[FORM], files["anmeldung.form"], files["weiteres.form"]) == (mine, theirs, added)
        assert "Anspruch klären".encode() in files["fall.bpmn"]
        assert {row.name: row.zustand for row in queries.file_rows(session, draft)} == {
            "fall.bpmn": "geaendert", FORM: "geaendert", "anmeldung.form": "unveraendert", "weiteres.form": "unveraendert"
        }  # fmt: skip
        werkstatt.deploy_draft(session, draft)
        assert releases.taken_back(session, later, later, freigaben.of_draft(session, draft)) == []
        assert nachfuehren.catch_up(session, draft, later) == ()


def test_a_draft_with_errors_is_refused_with_all_of_them(database: Database, draft: int, save: Callable[..., werkstatt.Gespeichert]) -> None:
    save(b"{}", 1)
    save(b"<x/>", 1, name="fall.bpmn")
    with pytest.raises(DefinitionInvalid) as refused, database.begin(PETRA) as session:
        werkstatt.deploy_draft(session, draft)
    assert {finding.file for finding in refused.value.findings} == {FORM, "fall.bpmn"}
    with database.read(PETRA) as session:
        assert queries.draft(session, draft).abgelegt_am is None
