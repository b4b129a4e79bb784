"""The page of parameters: who sees which values, and who sets them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine.model.access import system
from engine.store.konten import create_konto, grant
from engine.store.session import Database
from tests.web.conftest import PASSWORD, Browser

Open = Callable[..., Browser]
SB = "/parameter/sb_intervall.stabilisieren"
KA = "/parameter/ka_frist"


@pytest.fixture
def people(app: Any, database: Database) -> None:
    with database.begin(system()) as session:
        for login, name, rolle, regionen in (
            ("lea", "Lea Leu", "leitung", ("SDOL",)),
            ("zoe", "Zoe Zingg", "leitung", ("SDOL", "SRO")),
            ("ute", "Ute Uhr", "umsetzung", ("*",)),
        ):
            create_konto(session, login, name, PASSWORD)
            for region in regionen:
                grant(session, login, rolle, region)


pytestmark = pytest.mark.usefixtures("people")


def send(browser: Browser, path: str, **fields: str) -> Any:
    browser.get(path)
    action = fields.pop("aktion", "festlegen")
    return browser.post(path, {"gueltig_von": "2.3.2026", "grund": "Beschluss", "_aktion": action} | fields)


def test_the_list_shows_every_topic_and_what_is_not_verified(browser: Open) -> None:
    page = browser("petra").get("/parameter").text
    for text in ("Kurzassessment", "30 Tage", "Intensive Fallführung", "35 Fälle je VZÄ", "ungeprüft", "gilt überall"):
        assert text in page
    assert page.count('<strong class="govuk-tag govuk-tag--yellow">ungeprüft</strong>') == 4


@pytest.mark.parametrize(("login", "sees"), [("lea", True), ("ute", True), ("petra", True), ("tabea", True), ("irma", False), ("olga", False)])
def test_only_roles_that_may_read_find_the_page(browser: Open, login: str, sees: bool) -> None:
    person = browser(login)
    assert person.get("/parameter").status_code == person.get(KA).status_code == (200 if sees else 403)
    assert ('href="/parameter"' in person.get("/parameter").text) is sees


def test_a_parameter_that_does_not_exist_is_not_found(browser: Open) -> None:
    assert browser("petra").get("/parameter/gibt_es_nicht").status_code == 404


def test_the_leitung_shortens_an_interval_of_its_region(browser: Open) -> None:
    lea = browser("lea")
    assert send(lea, SB, wert="6 Monate").status_code == 303
    page = lea.get(SB).text
    assert "6 Monate" in page
    assert "Lea Leu" in page
    assert "Beschluss" in page
    assert "<strong>6 Monate</strong>" in lea.get("/parameter").text
    assert "Soziale Dienste Oberer Leberberg: <strong>6 Monate</strong>" in browser("ute").get("/parameter").text


def test_a_region_s_value_is_not_shown_to_another_region(browser: Open, database: Database) -> None:
    with database.begin(system()) as session:
        grant(session, "olga", "leitung", "SRO")
    send(browser("lea"), SB, wert="6 Monate", grund="Nur bei uns")
    olga = browser("olga")
    assert "6 Monate" not in olga.get(SB).text
    assert "Nur bei uns" not in olga.get(SB).text


def test_a_lengthened_interval_is_refused_at_its_field_and_stays_typed(browser: Open) -> None:
    lea = browser("lea")
    response = send(lea, SB, wert="2 Jahre", gueltig_bis="irgendwann")
    assert response.status_code == 422
    response = send(lea, SB, wert="2 Jahre")
    assert response.status_code == 422
    assert "Eine Region darf hier nur verkürzen" in response.text
    assert 'href="#wert"' in response.text
    assert 'value="2 Jahre"' in response.text
    assert "Noch nie geändert" in lea.get(SB).text


def test_what_is_the_canton_s_has_no_form_for_a_region_and_no_way_around_it(browser: Open) -> None:
    lea = browser("lea")
    assert "Wert festlegen" not in lea.get(KA).text
    assert send(lea, KA, wert="1 Tag").status_code == 403
    assert send(lea, SB, wert="1 Monat", gilt_fuer="SRO").status_code == 403
    assert "Noch nie geändert" in lea.get(SB).text
    assert send(browser("petra"), KA, wert="1 Tag").status_code == 403


def test_the_umsetzung_sets_the_canton_s_value_for_later(browser: Open) -> None:
    ute = browser("ute")
    assert send(ute, KA, wert="20 Tage", gueltig_von="1.9.2026").status_code == 303
    assert "ab 01.09.2026: 20 Tage" in ute.get("/parameter").text
    assert "ab 01.09.2026: 20 Tage" in ute.get(KA).text


def test_whoever_leads_two_regions_says_which(browser: Open) -> None:
    zoe = browser("zoe")
    response = send(zoe, SB, wert="6 Monate")
    assert response.status_code == 422
    assert "Wählen Sie, wofür der Wert gilt." in response.text
    assert send(zoe, SB, wert="6 Monate", gilt_fuer="SRO").status_code == 303
    assert send(zoe, SB, wert="6 Monate", gilt_fuer="BBL").status_code == 403


def test_a_value_of_one_s_own_is_taken_back(browser: Open) -> None:
    lea = browser("lea")
    assert "Eigenen Wert zurücknehmen" not in lea.get(SB).text
    send(lea, SB, wert="6 Monate")
    assert "Eigenen Wert zurücknehmen" in lea.get(SB).text
    assert send(lea, SB, aktion="zuruecknehmen").status_code == 303
    assert "wie im Kanton" in lea.get(SB).text


def test_what_was_typed_before_a_new_login_is_shown_again_and_not_saved(browser: Open) -> None:
    lea = browser("lea")
    page = send(lea, SB, wert="6 Monate", aktion="zeigen")
    assert page.status_code == 200
    assert 'value="6 Monate"' in page.text
    assert "Noch nie geändert" in page.text


def test_a_choice_starts_at_what_holds_now(browser: Open) -> None:
    lea = browser("lea")
    assert '<option value="leitung" selected>' in lea.get("/parameter/verfuegung_durch").text
    send(lea, "/parameter/verfuegung_durch", wert="sozialkommission")
    assert '<option value="sozialkommission" selected>' in lea.get("/parameter/verfuegung_durch").text
