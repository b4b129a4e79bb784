"""The canton of the handover tests, and browsers in which its people sit."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from argon2 import PasswordHasher
from flask import Flask

from engine.model.access import system
from engine.store.konten import create_konto, grant
from engine.store.session import Database
from tests.bundles import AnyName
from tests.datenbank import prepared
from tests.uebergabe.conftest import Canton, canton
from tests.web.conftest import PASSWORD, Browser
from webui.app import create_app
from webui.config import Config

__all__ = ["canton"]

PEOPLE = {"lena": ("leitung", "SDOL"), "adi": ("administration", "SDOL"), "fritz": ("fallfuehrung", "SDOL"), "olaf": ("leitung", "SRO")}


@pytest.fixture
def app(canton: Canton, monkeypatch: pytest.MonkeyPatch) -> Flask:
    # Hashing is slow on purpose; here it would only make the tests slow.
    monkeypatch.setattr("engine.store.konten._hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    prepared(canton.database, _add_people)
    monkeypatch.setattr("webui.app.read_manifest", AnyName)
    return create_app(canton.database, Config(secret_key="test", is_plain_http=True, has_rate_limit=False))


def _add_people(database: Database) -> None:
    with database.begin(system()) as session:
        for login, (rolle, region) in PEOPLE.items():
            create_konto(session, login, login.capitalize(), PASSWORD)
            grant(session, login, rolle, region)


@pytest.fixture
def browser(app: Flask) -> Callable[[str], Browser]:
    def open_browser(login: str) -> Browser:
        opened = Browser(app.test_client())
        assert opened.login(login).status_code == 303
        return opened

    return open_browser
