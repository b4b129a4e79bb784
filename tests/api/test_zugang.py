"""Who gets in, and how far."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from engine.commands import zugang
from engine.model.access import Access, system
from engine.model.clock import FixedClock
from engine.store.konten import disable
from engine.store.session import Database
from engine.store.tables import Dienstkonto, Zugangstoken
from tests.api.conftest import Program

Make = Callable[..., Program]
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # the same statements on each


def test_the_topology_is_public_and_says_8_9(program: Make) -> None:
    assert program().ask("GET", "/topology")["gatewayVersion"] == "8.9.0"


@pytest.mark.parametrize(
    "authorization",
    [
        pytest.param(None, id="without an authorization"),
        pytest.param("Basic " + b64encode(b"petra:ein-langes-passwort").decode(), id="with the account's password"),
        pytest.param("Basic " + b64encode(b"petra:fft_\0_x").decode(), id="with a zero byte"),
        pytest.param("Basic %%%", id="with something unreadable"),
        pytest.param("Bearer abc.def.ghi", id="with a token nobody issued"),
        pytest.param("Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJkaWVuc3QifQ.", id="with a token nobody signed"),
    ],
)
def test_one_does_not_get_in(app: Flask, authorization: str | None) -> None:
    response = Program(app.test_client(), authorization).send("POST", "/user-tasks/search", {})
    assert (response.status_code, response.mimetype) == (401, "application/problem+json")
    assert response.json["title"] == "Unauthorized"
    assert "Zugänge" in response.json["detail"]
    assert "Set-Cookie" not in response.headers


def test_a_token_is_of_one_person_only(app: Flask, token: Callable[[str], str]) -> None:
    wrong = b64encode(f"irma:{token('petra')}".encode()).decode()
    assert Program(app.test_client(), f"Basic {wrong}").send("POST", "/user-tasks/search", {}).status_code == 401


def test_a_token_ends_with_its_day_its_recall_or_its_account(program: Make, database: Database, clock: FixedClock) -> None:
    first, second, third = program("irma"), program("fritz"), program("tabea")
    with database.begin(Access("fritz")) as session:
        (found,) = session.query(Zugangstoken).filter_by(login="fritz")
        zugang.revoke_token(session, found.id)
    with database.begin(system()) as session:
        disable(session, "tabea")
    clock.at += timedelta(days=89)
    assert [one.send("POST", "/user-tasks/search", {}).status_code for one in (first, second, third)] == [200, 401, 401]
    clock.at += timedelta(days=2)
    assert first.send("POST", "/user-tasks/search", {}).status_code == 401


def test_the_secret_of_a_token_is_not_stored(program: Make, database: Database, token: Callable[[str], str]) -> None:
    secret = token("irma").rpartition("_")[2]
    with database.read(system()) as session:
        assert all(secret not in (row.secret_hash, row.kennung) for row in session.query(Zugangstoken))


def test_a_service_account_is_limited_to_its_scopes(dienst: Make) -> None:
    reads = dienst({"SDOL": ["fallfuehrung"]}, ("lesen",))
    assert reads.send("POST", "/user-tasks/search", {}).status_code == 200
    refused = reads.send("POST", "/user-tasks/1/completion", {})
    assert (refused.status_code, refused.json["title"]) == (403, "Forbidden")
    assert "Bereich «aufgaben»" in refused.json["detail"]


def test_a_service_account_taken_back_is_out_at_once(dienst: Make, database: Database) -> None:
    program = dienst({"SDOL": ["fallfuehrung"]})
    with database.begin(system()) as session:
        zugang.revoke_dienst(session, session.query(Dienstkonto).one().client_id)
    assert program.send("POST", "/user-tasks/search", {}).status_code == 401


def test_an_access_token_ends_after_an_hour(dienst: Make, clock: FixedClock) -> None:
    program = dienst({"SDOL": ["fallfuehrung"]})
    clock.at += timedelta(hours=1, minutes=1)
    assert program.send("POST", "/user-tasks/search", {}).status_code == 401


def test_a_service_account_sends_only_so_much_in_a_minute(app: Flask, dienst: Make) -> None:
    app.config["RATELIMIT_ENABLED"] = True
    program = dienst({"SDOL": ["fallfuehrung"]}, requests_per_minute=3)
    statuses = [program.send("POST", "/jobs/search", {}).status_code for _ in range(5)]
    assert statuses == [200, 200, 200, 429, 429]


def test_who_guesses_is_stopped(app: Flask) -> None:
    app.config["RATELIMIT_ENABLED"] = True
    program = Program(app.test_client(), "Bearer nichts")
    assert [program.send("GET", "/incidents/1").status_code for _ in range(61)][-2:] == [401, 429]


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials", "client_id": "dienst-x", "client_secret": "falsch"}, "invalid_client"),
        ({"grant_type": "client_credentials"}, "invalid_client"),
    ],
)
def test_no_access_token_without_the_right_secret(app: Flask, form: dict[str, str], error: str) -> None:
    response = app.test_client().post("/oauth/token", data=form)
    assert (response.status_code in (400, 401), response.json["error"]) == (True, error)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_unknown_addresses_and_methods_are_problems_too(petra: Program, method: str) -> None:
    for path in ("/gibt-es-nicht", "/topology/", "/topology"):
        response = petra.send(method, path)
        assert response.mimetype == ("application/problem+json" if response.status_code >= 400 else "application/json")
