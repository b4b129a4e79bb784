"""Accesses for programs: made and taken back on a screen."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from engine.model.access import system
from engine.store.konten import create_konto, grant
from engine.store.session import Database
from tests.web.conftest import PASSWORD, Browser

Open = Callable[..., Browser]
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
DIENST = {"name": "Fachapplikation", "rollen": "intake@SDOL\nfallfuehrung@SDOL", "bereiche": ["lesen", "starten"], "tage": "90", "anfragen": "600"}


@pytest.fixture
def vera(browser: Open, database: Database) -> Browser:
    with database.begin(system()) as session:
        create_konto(session, "vera", "Vera Vogt", PASSWORD)
        grant(session, "vera", "betrieb", "*")
    return browser("vera")


def secret(page: str) -> str:
    found = re.search(r'id="neu-geheimnis">([^<]+)<', page)
    return found[1] if found else ""


def test_a_token_is_shown_once_works_and_is_taken_back(irma: Browser, app: Flask) -> None:
    irma.get("/zugaenge")
    token = secret(irma.post("/zugaenge/tokens", {"name": "Modeler", "tage": "30"}).text)
    assert token.startswith("fft_")
    assert token not in irma.get("/zugaenge").text

    def works() -> int:
        return app.test_client().post("/v2/user-tasks/search", auth=("irma", token)).status_code

    assert works() == 200
    id = re.search(r"/zugaenge/tokens/(\d+)/", irma.page)
    assert id
    assert irma.post(f"/zugaenge/tokens/{id[1]}/zurueckziehen", {}).status_code == 303
    assert works() == 401
    assert "Sie haben kein Token" in irma.get("/zugaenge").text


@pytest.mark.parametrize("typed", [{"name": "", "tage": "30"}, {"name": "x" * 81, "tage": "30"}, {"name": "Modeler", "tage": "9999"}, {}])
def test_a_token_needs_a_name_and_an_end(irma: Browser, typed: dict[str, str]) -> None:
    irma.get("/zugaenge")
    response = irma.post("/zugaenge/tokens", typed)
    assert (response.status_code, "nichts gespeichert" in response.text, secret(response.text)) == (422, True, "")


def test_nobody_takes_back_the_token_of_others(irma: Browser, browser: Open) -> None:
    irma.get("/zugaenge")
    irma.post("/zugaenge/tokens", {"name": "Modeler", "tage": "30"})
    id = re.search(r"/zugaenge/tokens/(\d+)/", irma.page)
    ivo = browser("ivo")
    ivo.get("/zugaenge")
    assert id
    assert ivo.post(f"/zugaenge/tokens/{id[1]}/zurueckziehen", {}).status_code == 404


def test_the_betrieb_sets_up_a_service_account_and_takes_it_back(vera: Browser, app: Flask) -> None:
    vera.get("/zugaenge")
    page = vera.post("/zugaenge/dienstkonten", DIENST).text
    client_id = re.search(r'id="neu-benutzer">([^<]+)<', page)
    assert client_id
    form = {"grant_type": "client_credentials", "client_id": client_id[1], "client_secret": secret(page)}
    assert app.test_client().post("/oauth/token", data=form).status_code == 200
    vera.get("/zugaenge")
    assert vera.post(f"/zugaenge/dienstkonten/{client_id[1]}/zurueckziehen", {}).status_code == 303
    assert app.test_client().post("/oauth/token", data=form).status_code == 401
    assert "zurückgezogen am" in vera.get("/zugaenge").text


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        pytest.param({"rollen": "prozess\nintake@SDOL"}, "nicht beides", id="roles that reach cases and diagrams"),
        pytest.param({"rollen": "intake@GIBTSNICHT"}, "gibt es nicht", id="an unknown region"),
        pytest.param({"rollen": "koenig@SDOL"}, "Die Rolle", id="an unknown role"),
        pytest.param({"rollen": ""}, "mindestens eine Rolle", id="no role"),
        pytest.param({"bereiche": []}, "mindestens einen Bereich", id="no scope"),
        pytest.param({"anfragen": "viele"}, "Anfragen je Minute", id="no number"),
    ],
)
def test_a_service_account_must_make_sense(vera: Browser, wrong: dict[str, object], says: str) -> None:
    vera.get("/zugaenge")
    response = vera.post("/zugaenge/dienstkonten", DIENST | wrong)
    assert (response.status_code, says in response.text, "Fachapplikation" in response.text) == (422, True, True)


def test_others_see_no_service_accounts_and_make_none(irma: Browser) -> None:
    assert "Dienstkonten" not in irma.get("/zugaenge").text
    assert irma.post("/zugaenge/dienstkonten", DIENST).status_code == 403
