"""Logging in, being locked out, being logged out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from engine.model.access import system
from engine.model.clock import FixedClock
from engine.store.session import Database
from engine.store.tables import Konto
from tests.web.conftest import PASSWORD, Browser

Open = Callable[..., Browser]


def test_whoever_logs_in_comes_to_the_tasks(browser: Open) -> None:
    response = browser().login("irma")
    assert (response.status_code, response.location) == (303, "/aufgaben")


def test_after_the_login_one_gets_to_the_page_one_had_asked_for(browser: Open) -> None:
    somebody = browser()
    asked = somebody.get("/faelle?sicht=alle")
    somebody.get(asked.location)
    response = somebody.post("/anmelden", {"login": "irma", "passwort": PASSWORD, "_ziel": somebody.hidden("_ziel")})
    assert response.location == "/faelle?sicht=alle"


@pytest.mark.parametrize("target", ["https://example.org/", "//example.org", "/\\example.org", "javascript:alert(1)"])
def test_the_login_leads_to_no_other_site(browser: Open, target: str) -> None:
    somebody = browser()
    somebody.get("/anmelden")
    assert somebody.post("/anmelden", {"login": "irma", "passwort": PASSWORD, "_ziel": target}).location == "/aufgaben"


@pytest.mark.parametrize(("login", "password"), [("irma", "falsch"), ("niemand", PASSWORD), ("", "")], ids=["password", "login", "nothing"])
def test_a_refused_login_says_the_same_whatever_was_wrong(browser: Open, login: str, password: str) -> None:
    response = browser().login(login, password)
    assert response.status_code == 422
    assert "Anmeldename oder Passwort stimmt nicht" in response.text
    assert "<title>Fehler: Anmelden" in response.text
    assert password not in response.text or password == ""


def test_five_wrong_passwords_lock_the_account_for_a_quarter_of_an_hour(browser: Open, clock: FixedClock) -> None:
    somebody = browser()
    for _ in range(5):
        somebody.login("irma", "falsch")
    assert somebody.login("irma").status_code == 422
    clock.at += timedelta(minutes=16)
    assert somebody.login("irma").status_code == 303


def test_the_session_of_before_does_not_live_on_after_the_login(browser: Open) -> None:
    somebody = browser()
    somebody.get("/anmelden")
    before = somebody.hidden("csrf_token")
    somebody.login("irma")
    assert somebody.post("/abmelden", {}, token=before).status_code == 400


def test_ending_the_sessions_of_an_account_logs_it_out_everywhere(irma: Browser, database: Database) -> None:
    with database.begin(system()) as session:
        session.get_one(Konto, "irma").session_epoch += 1
    assert irma.get("/aufgaben").status_code == 302


def test_whoever_logs_out_sees_no_page_any_more(irma: Browser) -> None:
    irma.get("/aufgaben")
    assert irma.post("/abmelden", {}).status_code == 303
    assert irma.get("/aufgaben").location.startswith("/anmelden")


def test_the_demo_logins_are_shown_in_demo_mode_only(browser: Open) -> None:
    assert browser().get("/").location == "/anmelden"
