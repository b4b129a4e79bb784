"""What the screens keep from whom: field groups, oversight, destruction, duplicates; and what protects every page."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from engine.commands import cancel_case
from engine.model.access import Access, system
from engine.model.clock import FixedClock
from engine.store import dubletten
from engine.store.konten import create_konto, grant
from engine.store.session import Database
from engine.store.tables import Aufgabe, Fall, Person, Verlauf, Zugriff
from tests.web.conftest import PASSWORD, Browser
from webui.app import create_app
from webui.config import Config

Open = Callable[..., Browser]
GEHEIM = "Anna Muster ist erschöpft"
REASON = "Stichprobe der Revision zum zweiten Quartal"
MORE = {
    "anna": ("administration", "SDOL"),
    "leo": ("leitung", "SDOL"),
    "rita": ("aufsicht", "*"),
    "koni": ("koordination", "*"),
}


@pytest.fixture
def more(app: Flask, database: Database) -> None:
    with database.begin(system()) as session:
        for login, (rolle, region) in MORE.items():
            create_konto(session, login, login.capitalize(), PASSWORD)
            grant(session, login, rolle, region)


@pytest.fixture
def told(irma: Browser, task: str, fall_nr: str, more: None) -> str:
    """A case in whose history something confidential stands."""
    irma.get(task)
    values = {"entscheid": "nein", "begruendung": GEHEIM, "ab.datum": "1.4.2026", "betrag": "50", "_aktion": "abschliessen"}
    response = irma.post(task, values | {"_gezeigt": irma.hidden("_gezeigt")})
    if response.status_code == 200:  # the answer brought up another question
        response = irma.post(task, values | {"_gezeigt": irma.hidden("_gezeigt")})
    assert response.status_code == 303, response.text
    return fall_nr


def test_the_history_shows_the_administration_nothing_of_other_field_groups(browser: Open, irma: Browser, told: str) -> None:
    assert GEHEIM in irma.get(f"/faelle/{told}").text
    page = browser("anna").get(f"/faelle/{told}")
    assert page.status_code == 200
    assert "Muster" in page.text
    assert GEHEIM not in page.text


def test_the_form_shows_and_takes_only_what_the_person_may_see(browser: Open, database: Database, task: str, more: None) -> None:
    with database.begin(system()) as session:  # somebody may be given a task beside their groups
        session.scalars(select(Aufgabe)).one().candidate_users = ["anna"]
    anna = browser("anna")
    page = anna.get(task)
    assert page.status_code == 200
    assert 'name="entscheid"' in page.text
    assert 'name="begruendung"' not in page.text
    assert 'name="betrag"' not in page.text
    anna.post(task, {"_aktion": "abschliessen", "entscheid": "nein", "betrag": "999", "begruendung": "x", "_gezeigt": anna.hidden("_gezeigt")})
    with database.read(system()) as session:
        sent = session.scalars(select(Verlauf.values).where(Verlauf.command == "complete_task")).one()
    assert sent == {"entscheid": "nein"}


def _granted(browser: Open, fall_nr: str, login: str = "rita") -> Browser:
    asker, leo = browser(login), browser("leo")
    asker.get("/einsicht")
    assert asker.post("/einsicht", {"region": "SDOL", "fall_nr": fall_nr, "begruendung": "kurz", "tage": "5"}).status_code == 422
    assert asker.post("/einsicht", {"region": "SDOL", "fall_nr": fall_nr, "begruendung": REASON, "tage": "5"}).status_code == 303
    again = asker.post("/einsicht", {"region": "SDOL", "fall_nr": f" {fall_nr} ", "begruendung": REASON, "tage": "5"})
    assert again.status_code == 422 and "haben Sie schon gestellt" in again.text
    assert asker.get("/einsicht/1").status_code == 404
    assert REASON in leo.get("/einsicht").text
    assert leo.post("/einsicht/1/entscheid", {"_aktion": "bewilligen"}).status_code == 303
    stale = leo.post("/einsicht/1/entscheid", {"_aktion": "verweigern"})
    assert stale.status_code == 303 and "inzwischen schon entschieden" in leo.get(str(stale.location)).text
    return asker


@pytest.mark.parametrize("login", ["rita", "koni"])
def test_who_is_let_in_sees_the_case_without_names_and_only_for_a_while(
    browser: Open, told: str, clock: FixedClock, database: Database, login: str
) -> None:
    asker = _granted(browser, told, login)
    page = asker.get("/einsicht/1")
    assert page.status_code == 200
    assert "Person 1" in page.text
    assert "Muster" not in page.text
    assert "Anna" not in page.text
    assert asker.get(f"/faelle/{told}").status_code == 403
    with database.read(system()) as session:
        assert session.scalars(select(Zugriff.was).where(Zugriff.art == "einsicht")).all() == [f"Einsicht 1, Fall {told}"]
    clock.at += timedelta(days=5)
    asker.login(login)
    assert asker.get("/einsicht/1").status_code == 404


def test_a_case_is_destroyed_in_two_steps_by_two_people(browser: Open, fall_nr: str, more: None, clock: FixedClock, database: Database) -> None:
    with database.begin(Access("leo", {"SDOL": frozenset({"leitung"})})) as session:
        cancel_case(session, session.scalars(select(Fall.id)).one(), "Probe")
    clock.at += timedelta(days=3700)
    anna, leo = browser("anna"), browser("leo")
    assert fall_nr in anna.get("/vernichtung").text
    anna.post(f"/vernichtung/{fall_nr}/antrag", {})
    assert "Zuerst braucht es den Entscheid des Archivs" in anna.get("/vernichtung").text
    anna.post(f"/vernichtung/{fall_nr}/archiv", {"_aktion": "angeboten"})
    assert "Antwort bis" in anna.get("/vernichtung").text
    anna.post(f"/vernichtung/{fall_nr}/archiv", {"_aktion": "entscheid", "archiv": ""})
    assert "Wählen Sie, was das Archiv" in anna.get("/vernichtung").text
    anna.post(f"/vernichtung/{fall_nr}/archiv", {"_aktion": "entscheid", "archiv": "verzichtet", "zeichen": "StASO 12"})
    assert "StASO 12" in anna.get("/vernichtung").text
    anna.post(f"/vernichtung/{fall_nr}/antrag", {})
    assert "Prüfen und vernichten" not in anna.get("/vernichtung").text
    assert "Prüfen und vernichten" in leo.get("/vernichtung").text
    assert "Endgültig vernichten" in leo.get(f"/vernichtung/{fall_nr}").text
    assert leo.post(f"/vernichtung/{fall_nr}", {}).status_code == 303
    page = leo.get("/vernichtung").text
    assert f"Fall {fall_nr}, Soziale Dienste Oberer Leberberg: vernichtet" in page
    assert "Muster" not in page
    assert leo.get(f"/faelle/{fall_nr}").status_code == 404


def test_the_duplicate_check_answers_yes_or_no_and_where(browser: Open, database: Database, fall_nr: str, more: None) -> None:
    number = "756.9217.0769.85"
    with database.begin(system()) as session:
        person = session.scalars(select(Person)).one()
        person.ahvn13, person.ahv_kennzeichen = number, dubletten.kennzeichen(number)
    olga = browser("olga")
    olga.get("/dubletten")
    assert olga.post("/dubletten", {"ahvn13": "756.1"}).status_code == 422
    page = olga.post("/dubletten", {"ahvn13": number}).text
    assert "Oberer Leberberg" in page
    assert "Muster" not in page
    assert number not in page.replace("Zum Beispiel 756.9217.0769.85", "")
    irma = browser("irma")
    irma.get("/dubletten")
    assert "Kein Treffer" in irma.post("/dubletten", {"ahvn13": number}).text


def test_no_page_needs_anything_inline(browser: Open, more: None) -> None:
    leo, nobody = browser("leo"), browser()
    for path in ("/anmelden", "/konto", "/einsicht", "/vernichtung", "/aufgaben", "/faelle", "/parameter", "/gibt-es-nicht"):
        response = (nobody if path == "/anmelden" else leo).get(path)
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert not re.search(r"\sstyle=|\son[a-z]+=|<style|<script(?![^>]*\ssrc=)", response.text), path
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "same-origin"


def test_behind_tls_the_cookie_belongs_to_this_host_alone(app: Flask, database: Database) -> None:
    client = create_app(database, Config(secret_key="test", has_rate_limit=False)).test_client()
    page = client.get("/anmelden", base_url="https://fallfluss.example")
    token = re.search(r'name="csrf_token" value="([^"]*)"', page.text)
    assert token
    data = {"login": "irma", "passwort": PASSWORD, "csrf_token": token[1]}
    response = client.post("/anmelden", data=data, base_url="https://fallfluss.example", headers={"Referer": "https://fallfluss.example/anmelden"})
    assert response.status_code == 303
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("__Host-fallfluss=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")}
    assert "Domain" not in cookie
    assert "max-age" in response.headers["Strict-Transport-Security"]


@pytest.mark.parametrize(("path", "data", "limit"), [("/anmelden", {"login": "x", "passwort": "y"}, 30), ("/anmelden/code", {"code": "1"}, 15)])
def test_who_tries_too_often_is_told_to_wait(app: Flask, database: Database, path: str, data: dict[str, str], limit: int) -> None:
    limited = create_app(database, Config(secret_key="test", is_plain_http=True))
    limited.config["WTF_CSRF_ENABLED"] = False
    client = limited.test_client()
    statuses = [client.post(path, data=data).status_code for _ in range(limit + 1)]
    assert 429 not in statuses[:limit]
    assert statuses[-1] == 429
