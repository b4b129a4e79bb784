"""Signing in at a real OpenID provider, and what happens when somebody meddles with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from engine.model.access import system
from engine.store.fremdkonto import Zuordnung, sign_in
from engine.store.konten import create_konto, disable, grant, verify
from engine.store.seed import load_regions
from engine.store.session import Database
from engine.store.tables import Fremdkonto, Konto
from tests.bundles import AnyName
from tests.konto.anbieter import ROLLEN, SECRET, provider
from webui.app import create_app
from webui.config import Config
from webui.oidc_config import Oidc

APP = "http://localhost"
ZUORDNUNG = Zuordnung.read(ROLLEN)


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with provider(APP) as address:
        yield address


@pytest.fixture
def app(sqlite_database: Database, issuer: str, monkeypatch: pytest.MonkeyPatch) -> Flask:
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")  # no certificate on the loopback
    monkeypatch.setattr("webui.app.read_manifest", AnyName)
    with sqlite_database.begin(system()) as session:
        load_regions(session)
    config = Config(secret_key="test", is_plain_http=True, has_rate_limit=False, oidc=_oidc(issuer))
    return create_app(sqlite_database, config)


def _oidc(issuer: str) -> Oidc:
    return Oidc(issuer, "fallfluss", SECRET, name="Kanton", scope="openid profile groups", zuordnung=ZUORDNUNG)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def _at_provider(client: FlaskClient, who: str) -> str:
    """Go to the provider, sign in and agree there; gives the address it sends the browser back to."""
    browser = requests.Session()
    page = browser.get(client.get("/anmelden/dienst").location, timeout=10)
    for _ in range(6):
        action = re.search(r'action="([^"]+)"', page.text)
        assert action, page.text[:500]
        prompt = re.search(r'name="prompt" value="([^"]+)"', page.text)
        answer = {"prompt": prompt[1] if prompt else "", "login": who, "password": "egal"}
        page = browser.post(urljoin(page.url, unescape(action[1])), data=answer, allow_redirects=False, timeout=10)
        while page.is_redirect:
            target = urljoin(page.url, page.headers["Location"])
            if target.startswith(f"{APP}/"):
                return target
            page = browser.get(target, allow_redirects=False, timeout=10)
    raise AssertionError(page.text[:500])


def _back(client: FlaskClient, address: str) -> TestResponse:
    parts = urlsplit(address)
    return client.get(f"{parts.path}?{parts.query}")


def _signed_in(client: FlaskClient) -> bool:
    return client.get("/konto").status_code == 200


def test_who_signs_in_at_the_provider_is_signed_in_here_with_the_roles_of_its_groups(client: FlaskClient, sqlite_database: Database) -> None:
    assert _back(client, _at_provider(client, "mira")).status_code == 303
    assert "Mira Meister" in client.get("/konto").text
    assert "Passwort ändern" not in client.get("/konto").text
    with sqlite_database.read(system()) as session:
        konto = session.get_one(Konto, "mira.meister")
        assert [(held.rolle, held.region) for held in konto.rollen] == [("intake", "SRO")]


def test_the_second_visit_finds_the_same_account(client: FlaskClient, sqlite_database: Database) -> None:
    for _ in range(2):
        _back(client, _at_provider(client, "mira"))
    with sqlite_database.read(system()) as session:
        assert session.scalars(select(Fremdkonto.subject)).all() == ["mira"]


def test_the_request_carries_state_nonce_and_a_hashed_verifier(client: FlaskClient) -> None:
    query = parse_qs(urlsplit(client.get("/anmelden/dienst").location).query)
    assert query["code_challenge_method"] == ["S256"]
    assert {"state", "nonce", "code_challenge"} <= query.keys()


def test_an_answer_meant_for_another_browser_is_refused(app: Flask, client: FlaskClient) -> None:
    stolen = _at_provider(client, "mira")
    victim = app.test_client()
    victim.get("/anmelden/dienst")
    assert _back(victim, stolen).status_code == 400
    assert not _signed_in(victim)


@pytest.mark.parametrize("meddle", ["state=", "code="])
def test_a_changed_answer_is_refused(client: FlaskClient, meddle: str) -> None:
    assert _back(client, _at_provider(client, "mira").replace(meddle, f"{meddle}x")).status_code == 400
    assert not _signed_in(client)


def test_the_same_answer_does_not_count_twice(client: FlaskClient) -> None:
    answer = _at_provider(client, "mira")
    assert _back(client, answer).status_code == 303
    assert _back(client, answer).status_code == 400


def test_who_has_no_role_here_gets_no_account(client: FlaskClient, sqlite_database: Database) -> None:
    response = _back(client, _at_provider(client, "gast"))
    assert response.status_code == 403
    assert "keine Rolle" in response.text
    with sqlite_database.read(system()) as session:
        assert session.scalars(select(Konto)).all() == []


def test_nobody_gets_a_local_account_by_bearing_its_name_at_the_provider(client: FlaskClient, sqlite_database: Database) -> None:
    with sqlite_database.begin(system()) as session:
        create_konto(session, "irma", "Irma Imfeld", "ein-langes-passwort")
        grant(session, "irma", "leitung", "SDOL")
    _back(client, _at_provider(client, "beat"))
    with sqlite_database.read(system()) as session:
        assert [held.rolle for held in session.get_one(Konto, "irma-2").rollen] == ["betrieb"]
        assert [held.rolle for held in session.get_one(Konto, "irma").rollen] == ["leitung"]


def test_a_disabled_account_stays_out(client: FlaskClient, sqlite_database: Database) -> None:
    _back(client, _at_provider(client, "mira"))
    with sqlite_database.begin(system()) as session:
        disable(session, "mira.meister")
    assert not _signed_in(client)
    assert _back(client, _at_provider(client, "mira")).status_code == 403


def test_an_account_of_the_provider_has_no_password_here(client: FlaskClient, sqlite_database: Database) -> None:
    _back(client, _at_provider(client, "mira"))
    with sqlite_database.begin(system()) as session:
        assert verify(session, "mira.meister", "-") is None


def test_leaving_a_group_takes_the_role_and_the_sessions(database: Database) -> None:
    claims = {"sub": "1", "preferred_username": "a.b", "groups": ["FF Intake Olten", "FF Betrieb"]}
    with database.begin(system()) as session:
        load_regions(session)
        konto = sign_in(session, "https://i", claims, ZUORDNUNG)
        assert konto is not None
        before = konto.session_epoch
        sign_in(session, "https://i", claims | {"groups": ["FF Betrieb"]}, ZUORDNUNG)
        assert ([held.rolle for held in konto.rollen], konto.session_epoch) == (["betrieb"], before + 1)
        assert sign_in(session, "https://i", claims | {"groups": []}, ZUORDNUNG) is None
        assert konto.rollen == []


def test_signing_out_goes_on_to_the_provider(client: FlaskClient) -> None:
    _back(client, _at_provider(client, "mira"))
    found = re.search(r'name="csrf_token" value="([^"]*)"', client.get("/konto").text)
    assert found
    response = client.post("/abmelden", data={"csrf_token": found[1]})
    assert "/session/end?client_id=fallfluss&post_logout_redirect_uri=http%3A%2F%2Flocalhost%2Fanmelden" in response.location
    assert not _signed_in(client)


def test_the_policy_lets_the_form_go_on_to_the_provider_and_nowhere_else(client: FlaskClient, issuer: str) -> None:
    policy = client.get("/anmelden").headers["Content-Security-Policy"]
    assert f"form-action 'self' {issuer};" in policy


def test_a_provider_that_does_not_answer_is_said_and_harms_nothing(sqlite_database: Database, app: Flask) -> None:
    dead = create_app(sqlite_database, Config(secret_key="t", is_plain_http=True, has_rate_limit=False, oidc=_oidc("http://127.0.0.1:9")))
    response = dead.test_client().get("/anmelden/dienst")
    assert response.status_code == 400
    assert "nicht geklappt" in response.text


def test_without_a_provider_its_addresses_do_not_exist(sqlite_database: Database, app: Flask) -> None:
    plain = create_app(sqlite_database, Config(secret_key="t", is_plain_http=True, has_rate_limit=False))
    assert plain.test_client().get("/anmelden/dienst").status_code == 404
    assert "Anmelden mit" not in plain.test_client().get("/anmelden").text


@pytest.mark.parametrize("rollen", [{"rollen": {"x": ["chef@SRO"]}}, {"rollen": ["x"]}])
def test_a_mapping_to_roles_that_do_not_exist_is_refused_at_the_start(rollen: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        Zuordnung.read(rollen)
