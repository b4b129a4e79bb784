"""The task list and the form of a task."""

from __future__ import annotations

import re
from collections.abc import Callable

from engine.model.access import system
from engine.store.session import Database
from engine.store.tables import Konto
from tests.web.conftest import PASSWORD, Browser

Open = Callable[..., Browser]

GOOD = {"entscheid": "ja", "ab": "31.8.2026", "betrag": "1'234.50", "_aktion": "abschliessen"}


def test_the_list_shows_what_is_due_in_a_word(irma: Browser, task: str) -> None:
    page = irma.get("/aufgaben").text
    assert "Anspruch prüfen" in page
    assert "in 5 Tagen" in page
    assert "07.03.2026" in page


def test_a_task_of_another_region_is_in_no_list_and_at_no_address(browser: Open, task: str) -> None:
    olga = browser("olga")
    assert "Anspruch prüfen" not in olga.get("/aufgaben").text
    assert olga.get(task).status_code == 404
    assert olga.post(task, GOOD).status_code == 404


def test_a_task_of_another_role_may_not_be_opened(browser: Open, task: str) -> None:
    response = browser("tabea").get(task)
    assert response.status_code == 403
    assert "Keine Berechtigung" in response.text


def test_a_completed_task_leads_to_its_case(irma: Browser, task: str, fall_nr: str) -> None:
    irma.get(task)
    response = irma.post(task, GOOD)
    assert (response.status_code, response.location) == (303, f"/faelle/{fall_nr}")
    assert "«Anspruch prüfen» ist abgeschlossen." in irma.get(response.location).text


def test_what_was_typed_stays_and_each_message_leads_to_its_field(irma: Browser, task: str) -> None:
    irma.get(task)
    response = irma.post(task, GOOD | {"ab": "31.2.2026", "betrag": "viel"})
    assert response.status_code == 422
    assert "<title>Fehler: Anspruch prüfen" in response.text
    targets = re.findall(r'href="#(f-[^"]+)"', response.text)
    assert targets == ["f-ab", "f-betrag"]
    assert all(f'id="{target}"' in response.text for target in targets)
    assert 'value="31.2.2026"' in response.text
    assert 'value="viel"' in response.text


def test_the_same_form_sent_twice_reads_a_clear_page_the_second_time(irma: Browser, task: str) -> None:
    irma.get(task)
    irma.post(task, GOOD)
    again = irma.post(task, GOOD | {"begruendung": "Mühsam getippt"})
    assert again.status_code == 409
    assert "nicht mehr offen" in again.text
    assert "Es wurde nichts gespeichert." in again.text
    assert "Mühsam getippt" in again.text


def test_of_two_people_who_take_the_same_task_the_second_reads_who_has_it(browser: Open, irma: Browser, task: str) -> None:
    ivo = browser("ivo")
    ivo.get(task)
    irma.get(task)
    irma.post(f"{task}/uebernehmen", {})
    response = ivo.post(task, GOOD)
    assert response.status_code == 409
    assert "Irma Imfeld" in response.text


def test_whoever_gives_a_task_back_lets_others_have_it(browser: Open, irma: Browser, task: str) -> None:
    irma.get(task)
    irma.post(f"{task}/uebernehmen", {})
    irma.get(task)
    irma.post(f"{task}/freigeben", {})
    assert browser("ivo").get(task).status_code == 200


def test_a_draft_is_there_again_for_its_author_only(browser: Open, irma: Browser, task: str) -> None:
    irma.get(task)
    response = irma.post(task, {"entscheid": "ja", "ab": "demnächst", "_aktion": "entwurf", "_revision": "0"})
    assert response.status_code == 303
    page = irma.get(task).text
    assert "Entwurf gespeichert um 08:00" in page
    assert 'value="demnächst"' in page
    assert "demnächst" not in browser("ivo").get(task).text


def test_an_older_window_does_not_overwrite_a_newer_draft(irma: Browser, task: str) -> None:
    irma.get(task)
    draft = {"entscheid": "ja", "_aktion": "entwurf", "_revision": "0"}
    irma.post(task, draft | {"ab": "1.1.2026"})
    irma.get(task)
    irma.post(task, draft | {"ab": "2.2.2026", "_revision": irma.hidden("_revision")})
    response = irma.post(task, draft | {"ab": "3.3.2026", "_revision": "1"})
    assert response.status_code == 409
    assert "3.3.2026" in response.text
    assert 'value="02.02.2026"' in irma.get(task).text or 'value="2.2.2026"' in irma.page


def test_an_answer_that_brings_up_another_field_is_asked_back_before_anything_is_saved(irma: Browser, task: str) -> None:
    irma.get(task)
    shown = irma.hidden("_gezeigt")
    assert "begruendung" not in shown
    response = irma.post(task, GOOD | {"entscheid": "nein", "_gezeigt": shown})
    assert response.status_code == 200
    assert "weiteren Feldern: Begründung" in response.text
    assert irma.post(task, GOOD | {"entscheid": "nein", "_gezeigt": irma.hidden("_gezeigt")}).status_code == 303


def test_text_of_a_form_is_formatted_but_never_obeyed(irma: Browser, task: str) -> None:
    page = irma.get(task).text
    assert "<strong>Fett</strong>" in page
    assert "<script>alert" not in page


def test_a_read_only_value_is_shown_and_cannot_be_sent(irma: Browser, task: str, fall_nr: str) -> None:
    page = irma.get(task).text
    assert fall_nr in page
    assert 'name="fall_nr"' not in page


def test_a_session_that_ended_meanwhile_loses_nothing_that_was_typed(irma: Browser, task: str, database: Database) -> None:
    irma.get(task)
    mine = irma.hidden("_fuer")
    with database.begin(system()) as session:
        session.get_one(Konto, "irma").session_epoch += 1
    response = irma.post(task, GOOD | {"ab": "Mühsam getippt", "_fuer": mine})
    assert response.status_code == 401
    assert "Ihre Eingaben sind noch da" in response.text
    back = irma.post("/anmelden", {"login": "irma", "passwort": PASSWORD, "_ziel": task, "mit._fuer": mine, "mit.ab": "Mühsam getippt"})
    assert "Mühsam getippt" in back.text
    form = irma.post(task, {"ab": "Mühsam getippt", "_fuer": mine, "_aktion": "zeigen"})
    assert form.status_code == 200
    assert 'value="Mühsam getippt"' in form.text


def test_what_one_person_typed_is_not_shown_to_the_next_one_at_the_same_machine(irma: Browser, task: str) -> None:
    irma.get(task)
    mine = irma.hidden("_fuer")
    irma.post("/abmelden", {})
    irma.get("/anmelden")
    response = irma.post("/anmelden", {"login": "ivo", "passwort": PASSWORD, "_ziel": task, "mit._fuer": mine, "mit.ab": "Geheim"})
    assert response.status_code == 303


def test_a_form_older_than_the_session_shows_the_typed_values_again(irma: Browser, task: str) -> None:
    irma.get(task)
    response = irma.post(task, GOOD | {"ab": "Mühsam getippt"}, token="veraltet")
    assert response.status_code == 400
    assert "Mühsam getippt" in response.text
    assert "Es wurde nichts gespeichert" in response.text
