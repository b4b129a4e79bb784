"""The application on a real database, with browsers in which people of two regions sit."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from engine import commands
from engine.model.access import system
from engine.store.konten import create_konto, grant
from engine.store.seed import load_regions
from engine.store.session import Database
from engine.store.tables import Aufgabe
from tests.bundles import AnyName
from tests.datenbank import prepared
from tests.web import drawings
from webui.app import create_app
from webui.config import Config

PASSWORD = "ein-langes-passwort"
PEOPLE = {
    "irma": ("Irma Imfeld", "intake", "SDOL"),
    "ivo": ("Ivo Isler", "intake", "SDOL"),
    "olga": ("Olga Ott", "intake", "SRO"),
    "tabea": ("Tabea Tschudi", "teamleitung", "SDOL"),
    "petra": ("Petra Pfister", "prozess", "*"),
}
ANMELDUNG = {"personen.0.name": "Muster", "personen.0.vorname": "Anna", "personen.0.rolle_ue": "antragstellend"}


class Browser:
    """Somebody's browser: gets pages, sends forms with the token of the page before."""

    def __init__(self, client: FlaskClient):
        self.client = client
        self.page = ""

    def get(self, path: str) -> TestResponse:
        return self._kept(self.client.get(path))

    def post(self, path: str, data: Mapping[str, Any], *, token: str | None = None) -> TestResponse:
        if token is None:
            token = self.hidden("csrf_token")
        return self._kept(self.client.post(path, data={**data, "csrf_token": token}))

    def hidden(self, name: str) -> str:
        """A hidden field of the page shown."""
        found = re.search(rf'name="{name}" value="([^"]*)"', self.page)
        return found[1] if found else ""

    def login(self, login: str, password: str = PASSWORD) -> TestResponse:
        self.get("/anmelden")
        return self.post("/anmelden", {"login": login, "passwort": password})

    def _kept(self, response: TestResponse) -> TestResponse:
        if response.mimetype == "text/html" and response.status_code not in (302, 303):
            self.page = response.text
        return response


@pytest.fixture
def released(database: Database) -> None:
    """Regions, and the test's diagrams as the first release; tests about the real ones have their own."""
    prepared(database, release)


@pytest.fixture
def app(database: Database, released: None, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The application with the test's diagram released and its people known."""
    # Hashing is slow on purpose; here it would only make the tests slow.
    monkeypatch.setattr("engine.store.konten._hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    prepared(database, _add_people)
    monkeypatch.setattr("webui.app.read_manifest", AnyName)
    return create_app(database, Config(secret_key="test", is_plain_http=True, has_rate_limit=False))


def release(database: Database) -> None:
    with database.begin(system()) as session:
        load_regions(session)
        commands.deploy(session, drawings.ALL)
        commands.release(session, "Test")


def _add_people(database: Database) -> None:
    with database.begin(system()) as session:
        for login, (name, rolle, region) in PEOPLE.items():
            create_konto(session, login, name, PASSWORD)
            grant(session, login, rolle, region)


@pytest.fixture
def browser(app: Flask) -> Callable[..., Browser]:
    """``browser("irma")``: a fresh browser in which she is logged in; without a name nobody is."""

    def open_browser(login: str | None = None) -> Browser:
        opened = Browser(app.test_client())
        if login:
            assert opened.login(login).status_code == 303
        return opened

    return open_browser


@pytest.fixture
def irma(browser: Callable[..., Browser]) -> Browser:
    return browser("irma")


@pytest.fixture
def fall_nr(irma: Browser) -> str:
    """A case that Irma opened in the region SDOL."""
    irma.get("/faelle/neu")
    response = irma.post("/faelle/neu", ANMELDUNG | {"_aktion": "eroeffnen", "_region": "SDOL", "_anfrage": irma.hidden("_anfrage")})
    assert response.status_code == 303, response.text
    return str(response.location).rpartition("/")[2]


@pytest.fixture
def task(fall_nr: str, database: Database) -> str:
    """The address of that case's open task."""
    with database.read(system()) as session:
        return f"/aufgaben/{session.scalars(select(Aufgabe.key)).one()}"
