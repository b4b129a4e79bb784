"""A partner's program: real HTTP to a real server, with a personal token or a service account's."""

from __future__ import annotations

import json
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Any

from argon2 import PasswordHasher
from pytest import MonkeyPatch
from werkzeug.serving import make_server

from engine.commands import zugang
from engine.model.access import Access, system
from engine.store.konten import create_konto, grant
from engine.store.session import Database
from tests.bundles import AnyName
from webui.api.operation import CHECK_ANSWERS
from webui.app import create_app
from webui.config import Config

Answer = tuple[int, dict[str, Any]]


class Partner:
    """Sends JSON with its authorization, gives status and answer."""

    def __init__(self, port: int, authorization: str):
        self.port, self.authorization = port, authorization

    def send(self, name: str, correlation: str = "", *, region: str = "SDOL", grundlage: str = "SG § 17", message_id: str | None = None, **variables: Any) -> Answer:
        body = {"name": name, "correlationKey": correlation, "grundlage": grundlage, "variables": variables, "messageId": message_id}
        return self.ask("POST", f"/api/regionen/{region}/partnermeldungen", body)

    def requests(self, region: str = "SDOL") -> Answer:
        return self.ask("GET", f"/api/regionen/{region}/partneranfragen")

    def ask(self, method: str, path: str, body: Any = None) -> Answer:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {"Authorization": self.authorization, "Content-Type": "application/json"}
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        response = connection.getresponse()
        found = response.status, json.loads(response.read() or b"{}")
        connection.close()
        return found


@contextmanager
def served(database: Database, patch: MonkeyPatch) -> Iterator[int]:
    """The application on a port of its own; answers are checked against their description."""
    patch.setattr("engine.store.konten._hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    patch.setattr("webui.app.read_manifest", AnyName)
    app = create_app(database, Config(secret_key="test", is_plain_http=True, has_rate_limit=False))
    app.config[CHECK_ANSWERS] = True
    server = make_server("127.0.0.1", 0, app)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()


def with_token(database: Database, port: int, login: str, rolle: str, region: str) -> Partner:
    """An account with that role, and a program with its token."""
    with database.begin(system()) as session:
        create_konto(session, login, login.title(), "ein-langes-passwort")
        grant(session, login, rolle, region)
    with database.begin(Access(login)) as session:
        token = zugang.create_token(session, "Partner", 90)
    return Partner(port, "Basic " + b64encode(f"{login}:{token}".encode()).decode())
