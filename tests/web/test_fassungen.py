"""Two windows, two people, an older page: both versions side by side, and nothing typed is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from engine.model.access import system
from engine.store.session import Database
from engine.store.tables import Entwurf, Fall, Journaleintrag
from tests.web.conftest import ANMELDUNG, Browser

Open = Callable[..., Browser]
GOOD = {"entscheid": "nein", "ab": "31.8.2026", "begruendung": "Getippt von Irma", "_aktion": "abschliessen"}


def hidden(browser: Browser) -> dict[str, str]:
    """What a page says about itself when it is sent."""
    return {name: browser.hidden(name) for name in ("_revision", "_fenster", "_stand")}


def keep(browser: Browser, task: str, page: dict[str, str], values: dict[str, str]) -> tuple[int, dict[str, object]]:
    """What the page's script does while somebody types."""
    response = browser.post(f"{task}/entwurf", values | page)
    found = response.json or {}
    if response.status_code == 200:
        page["_revision"] = str(found["revision"])
    return response.status_code, found


def test_a_page_keeps_its_draft_again_and_again(irma: Browser, task: str) -> None:
    irma.get(task)
    page = hidden(irma)
    assert keep(irma, task, page, {"entscheid": "nein", "begruendung": "Er"}) == (200, {"revision": 1, "um": "08:00"})
    assert keep(irma, task, page, {"entscheid": "nein", "begruendung": "Erste"})[0] == 200
    assert "Erste" in irma.get(task).text


def test_an_answer_that_got_lost_does_not_make_a_page_its_own_rival(irma: Browser, task: str) -> None:
    irma.get(task)
    page = hidden(irma)
    keep(irma, task, page, {"begruendung": "Erste"})
    assert keep(irma, task, page | {"_revision": "0"}, {"begruendung": "Erste Fassung"})[0] == 200


def test_a_second_window_sees_both_versions_and_chooses_field_by_field(irma: Browser, task: str) -> None:
    irma.get(task)
    first = hidden(irma)
    irma.get(task)
    second = hidden(irma)
    keep(irma, task, first, {"entscheid": "nein", "begruendung": "Aus dem ersten", "betrag": "10"})
    assert keep(irma, task, second, {"begruendung": "Aus dem zweiten"})[0] == 409
    typed = {"entscheid": "nein", "begruendung": "Aus dem zweiten", "betrag": "20"}
    response = irma.post(task, typed | second | {"_aktion": "entwurf"})
    assert response.status_code == 409
    assert all(text in response.text for text in ("Aus dem ersten", "Aus dem zweiten", "Begründung", "Betrag", "anderen Fenster"))
    chosen = typed | hidden(irma) | {"_andere": irma.hidden("_andere"), "_wahl.begruendung": "andere", "_wahl.betrag": "meine", "_aktion": "waehlen"}
    page = irma.post(task, chosen).text
    assert "Aus dem ersten" in page
    assert 'value="20"' in page


def test_whoever_sends_an_older_window_is_asked_first(irma: Browser, task: str, fall_nr: str) -> None:
    irma.get(task)
    older = hidden(irma)
    irma.get(task)
    keep(irma, task, hidden(irma), {"entscheid": "ja", "begruendung": "Neuer"})
    assert irma.post(task, GOOD | older).status_code == 409
    assert "Anspruch prüfen" in irma.get(f"/faelle/{fall_nr}").text


def test_somebody_else_was_faster_and_the_typed_text_can_go_into_the_journal(browser: Open, irma: Browser, task: str, fall_nr: str, database: Database) -> None:
    ivo = browser("ivo")
    ivo.get(task)
    page = hidden(ivo)
    keep(ivo, task, page, {"entscheid": "nein", "begruendung": "Von Ivo, lang überlegt"})
    irma.get(task)
    irma.post(task, GOOD)
    response = ivo.post(task, GOOD | page | {"begruendung": "Von Ivo, lang überlegt"})
    assert response.status_code == 409
    assert all(text in response.text for text in ("Irma Imfeld", "nicht mehr offen", "Von Ivo, lang überlegt", "Getippt von Irma"))
    assert "nicht abgeschickt" in ivo.get(f"/faelle/{fall_nr}").text
    assert "Von Ivo, lang überlegt" in ivo.get(task).text
    assert ivo.post(task, GOOD | {"begruendung": "Von Ivo, lang überlegt", "_aktion": "notiz"}).status_code == 303
    with database.read(system()) as session:
        assert "Von Ivo, lang überlegt" in session.scalars(select(Journaleintrag.text)).one()
        assert session.scalars(select(Entwurf)).all() == []


def test_back_after_submit_shows_what_was_sent(irma: Browser, task: str) -> None:
    irma.get(task)
    irma.post(task, GOOD)
    response = irma.get(task)
    assert response.status_code == 409
    assert "Sie selbst haben sie am 02.03.2026, 08:00 abgeschlossen" in response.text
    assert "Getippt von Irma" in response.text


def test_a_form_that_the_case_has_overtaken_says_so(irma: Browser, task: str) -> None:
    irma.get(task)
    response = irma.post(task, GOOD | hidden(irma) | {"_stand": "0" * 64})
    assert response.status_code == 409
    assert "im Fall etwas geändert" in response.text
    assert "Getippt von Irma" in response.text


def test_a_draft_is_thrown_away_only_by_its_author(browser: Open, irma: Browser, task: str) -> None:
    irma.get(task)
    irma.post(task, {"begruendung": "Mein Entwurf", "entscheid": "nein", "_aktion": "entwurf"} | hidden(irma))
    ivo = browser("ivo")
    ivo.get(task)
    ivo.post(task, {"_aktion": "verwerfen"})
    assert "Mein Entwurf" in irma.get(task).text
    irma.post(task, {"_aktion": "verwerfen"})
    assert "Mein Entwurf" not in irma.get(task).text


def test_opening_a_case_twice_in_the_same_instant_opens_one(app: Flask, browser: Open, database: Database) -> None:
    windows = [browser("irma"), browser("irma")]
    answers: list[tuple[int, str]] = []
    windows[0].get("/faelle/neu")
    same = windows[0].hidden("_anfrage")
    windows[1].get("/faelle/neu")
    together = threading.Barrier(2)

    def click(window: Browser) -> None:
        together.wait()
        response = window.post("/faelle/neu", ANMELDUNG | {"_aktion": "eroeffnen", "_region": "SDOL", "_anfrage": same})
        answers.append((response.status_code, str(response.location)))

    threads = [threading.Thread(target=click, args=(window,)) for window in windows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(answers) == 2 and len(set(answers)) == 1 and answers[0][0] == 303
    with database.read(system()) as session:
        assert session.scalar(select(func.count(Fall.id))) == 1


@pytest.mark.parametrize("login", [pytest.param("irma", id="logged in"), pytest.param(None, id="logged out")])
def test_a_session_is_prolonged_only_while_it_lasts(browser: Open, login: str | None) -> None:
    response = browser(login).client.get("/sitzung/wach")
    assert response.status_code == (204 if login else 302)
    assert ("fallfluss=" in response.headers.get("Set-Cookie", "")) or not login
