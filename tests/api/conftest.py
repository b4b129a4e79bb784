"""The interface on a real database: programs of people with tokens, and of service accounts; every answer is checked against its description."""

from __future__ import annotations

import io
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from engine import commands
from engine.commands import zugang
from engine.model.access import Access, system
from engine.model.clock import SystemClock
from engine.store.konten import create_konto, grant
from engine.store.session import Database
from tests.bundles import AnyName
from tests.commands import drawings
from tests.commands.conftest import release
from tests.datenbank import prepared
from webui.api.operation import CHECK_ANSWERS
from webui.app import create_app
from webui.config import Config

PEOPLE = {
    "petra": ("prozess", "*"),
    "irma": ("intake", "SDOL"),
    "fritz": ("fallfuehrung", "SDOL"),
    "adi": ("administration", "SDOL"),
    "tabea": ("teamleitung", "SDOL"),
    "lea": ("leitung", "SDOL"),
    "olga": ("fallfuehrung", "SRO"),
    "vera": ("betrieb", "*"),
}
ANMELDUNG = {"grund": "Arbeitslosigkeit", "personen": [{"name": "Muster", "vorname": "Anna", "rolle_ue": "antragstellend"}]}
# The same diagram with another name for its task.
SECOND = drawings.ANTRAG.replace(b"Antrag pr\xc3\xbcfen", b"Antrag genau pr\xc3\xbcfen")
ALL_SCOPES = ("lesen", "starten", "aufgaben", "jobs", "meldungen", "betrieb", "ablegen", "probelauf")


class Program:
    """Somebody's program: sends JSON with an authorization, gives the answer's JSON."""

    def __init__(self, client: FlaskClient, authorization: str | None):
        self.client = client
        self.headers = {"Authorization": authorization} if authorization else {}

    def send(self, method: str, path: str, body: Any = None, **kwargs: Any) -> TestResponse:
        more = {"json": body} if body is not None else kwargs
        return self.client.open(f"/v2{path}", method=method, headers=self.headers, **more)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        response = self.send(method, path, body)
        assert response.status_code in (200, 204), response.text
        return response.json if response.data else None

    def find(self, what: str, **filters: Any) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.ask("POST", f"/{what}/search", {"filter": filters})["items"]
        return items

    def deploy(self, files: Mapping[str, bytes]) -> TestResponse:
        data = {"resources": [(io.BytesIO(content), name) for name, content in files.items()], "tenantId": "<default>"}
        return self.client.post("/v2/deployments", data=data, headers=self.headers)

    def start(self, process: str = "antrag", **more: Any) -> str:
        answer = self.ask("POST", "/process-instances", {"processDefinitionId": process, **more})
        return str(answer["processInstanceKey"])


@pytest.fixture
def app(database: Database, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The application with two regions, the small diagrams released, and one person for each role that matters here."""
    monkeypatch.setattr("engine.store.konten._hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    prepared(database, _fill)
    monkeypatch.setattr("webui.app.read_manifest", AnyName)
    made = create_app(database, Config(secret_key="test", is_plain_http=True, has_rate_limit=False))
    made.config[CHECK_ANSWERS] = True
    return made


def _fill(database: Database) -> None:
    release(database)
    with database.begin(system()) as session:
        for login, (rolle, region) in PEOPLE.items():
            create_konto(session, login, login.title(), "ein-langes-passwort")
            grant(session, login, rolle, region)


@pytest.fixture
def token(database: Database, app: Flask) -> Callable[[str], str]:
    """``token("petra")``: a fresh token of hers."""

    def make(login: str) -> str:
        with database.begin(Access(login)) as session:
            return zugang.create_token(session, "Modeler", 90)

    return make


@pytest.fixture
def program(app: Flask, token: Callable[[str], str]) -> Callable[..., Program]:
    """``program("petra")``: a program with her token; without a name one without any."""

    def make(login: str | None = None) -> Program:
        text = b64encode(f"{login}:{token(login)}".encode()).decode() if login else ""
        return Program(app.test_client(), f"Basic {text}" if login else None)

    return make


@pytest.fixture
def dienst(app: Flask, database: Database) -> Callable[..., Program]:
    """``dienst({"SDOL": ["fallfuehrung"]})``: a service account with an access token."""

    def make(rollen: Mapping[str, list[str]], scopes: tuple[str, ...] = ALL_SCOPES, **more: Any) -> Program:
        with database.begin(system()) as session:
            client_id, secret = zugang.create_dienst(session, "Fachapplikation", rollen, scopes, days=30, **more)
        client = app.test_client()
        form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
        issued = client.post("/oauth/token", data=form)
        assert issued.status_code == 200, issued.text
        return Program(client, f"Bearer {issued.json['access_token']}")

    return make


@pytest.fixture
def petra(program: Callable[..., Program]) -> Program:
    """A process owner's modeler."""
    return program("petra")


@pytest.fixture
def case(app: Flask, database: Database) -> int:
    """The key of a real case in SDOL."""
    with database.begin(Access("irma", {"SDOL": frozenset({"intake"})})) as session:
        return commands.open_case(session, "SDOL", ANMELDUNG, process="antrag").instanz_key


@pytest.fixture
def address(app: Flask, database: Database) -> Iterator[str]:
    """A server on a port of this machine, with the real time: clients look at when a token ends."""
    database.clock = SystemClock()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
