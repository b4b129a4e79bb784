"""What holds for every page: rules, headers, errors."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from engine.model.access import system
from engine.store.session import Database
from engine.store.tables import Zugriff
from tests.web.conftest import Browser
from webui.rules import rule_of

Open = Callable[..., Browser]


def test_every_route_has_a_rule(app: Flask) -> None:
    assert [rule.endpoint for rule in app.url_map.iter_rules() if rule_of(app, rule.endpoint) is None] == []


def test_a_route_whose_rule_was_forgotten_is_refused(app: Flask, irma: Browser) -> None:
    app.view_functions["vergessen"] = lambda: "offen"
    app.url_map.add(app.url_rule_class("/vergessen", endpoint="vergessen"))
    assert irma.get("/vergessen").status_code == 403


@pytest.mark.parametrize(
    "path", ["/", "/aufgaben", "/aufgaben/1", "/faelle", "/faelle/2026-00001", "/faelle/neu", "/faelle/x/diagramm/fall.bpmn"]
)
def test_without_a_login_one_gets_to_the_login(browser: Open, path: str) -> None:
    assert browser().get(path).location.startswith("/anmelden")


def test_pages_allow_nothing_from_elsewhere_and_nothing_inline(irma: Browser) -> None:
    response = irma.get("/aufgaben")
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert " style=" not in response.text
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "no-store"


def test_the_cookie_is_kept_from_scripts_and_other_sites(browser: Open) -> None:
    cookie = browser().login("irma").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_every_form_needs_its_token(irma: Browser, task: str) -> None:
    assert irma.post(task, {"_aktion": "abschliessen"}, token="").status_code == 400
    assert irma.post(f"{task}/uebernehmen", {}, token="").status_code == 400


def test_an_unexpected_error_shows_a_number_and_no_trace(app: Flask, irma: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("engine.queries.arbeit.liste", fail)
    response = irma.get("/aufgaben")
    assert response.status_code == 500
    assert response.headers["X-Request-ID"] in response.text
    assert "secret detail" not in response.text


@pytest.mark.parametrize(("method", "path", "status"), [("get", "/gibt-es-nicht", 404), ("get", "/demo/uhr", 405)])
def test_unknown_addresses_get_a_german_page(irma: Browser, method: str, path: str, status: int) -> None:
    response = getattr(irma, method)(path)
    assert response.status_code == status
    assert '<html lang="de-CH"' in response.text


def test_a_button_on_a_page_older_than_the_session_does_nothing(irma: Browser, task: str) -> None:
    irma.get(task)
    response = irma.post(f"{task}/uebernehmen", {}, token="veraltet")
    assert response.status_code == 400
    assert "neu laden" in response.text
    assert "Aufgabe übernehmen" in irma.get(task).text


def test_an_uploaded_diagram_cannot_act_as_a_page(irma: Browser, fall_nr: str) -> None:
    response = irma.get(f"/faelle/{fall_nr}/diagramm/fall.bpmn")
    assert response.data.startswith(b"<?xml")
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_process_owners_begin_at_the_parameters(browser: Open) -> None:
    assert browser().login("petra").location == "/parameter"


def test_asking_for_what_is_not_ones_own_is_recorded(browser: Open, fall_nr: str, database: Database) -> None:
    browser("olga").get(f"/faelle/{fall_nr}")
    with database.read(system()) as session:
        assert (
            session.scalars(select(Zugriff.was).where(Zugriff.konto == "olga", Zugriff.art == "abgelehnt")).one()
            == f"404 /faelle/{fall_nr}"
        )


def test_outside_demo_mode_there_is_no_demo_clock(irma: Browser) -> None:
    page = irma.get("/aufgaben").text
    assert "Demo-Uhr" not in page
    assert irma.post("/demo/uhr", {"sprung": "tag"}).status_code == 404
