"""One's own account and those the Betrieb keeps, over HTTP."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pyotp
import pytest
from flask import Flask
from sqlalchemy import func, select

from engine.model.access import system
from engine.model.clock import FixedClock
from engine.store.konten import create_konto, grant
from engine.store.session import Database
from engine.store.tables import Konto, Sitzungsende, Zugriff, Zweitfaktor
from tests.web.conftest import PASSWORD, Browser

Open = Callable[..., Browser]


@pytest.fixture
def beat(app: Flask, browser: Open, database: Database) -> Browser:
    with database.begin(system()) as session:
        create_konto(session, "beat", "Beat Bucher", PASSWORD)
        grant(session, "beat", "betrieb", "*")
    return browser("beat")


def _code(database: Database, login: str = "irma") -> str:
    with database.read(system()) as session:
        return pyotp.TOTP(session.get_one(Zweitfaktor, login).geheimnis).at(session.now)


def _set_up(irma: Browser, database: Database, clock: FixedClock) -> list[str]:
    irma.get("/konto")
    irma.post("/konto/code", {})
    irma.get("/konto/code")
    page = irma.post("/konto/code/bestaetigen", {"code": _code(database)}).text
    clock.at += timedelta(minutes=2)
    return re.findall(r"<code>([a-z0-9-]{17})</code>", page)


def test_with_a_second_factor_the_password_alone_opens_nothing(
    irma: Browser, browser: Open, database: Database, clock: FixedClock
) -> None:
    codes = _set_up(irma, database, clock)
    assert len(codes) == 10
    assert irma.get("/konto").status_code == 200
    other = browser()
    assert "Code eingeben" in other.login("irma").text
    assert other.get("/aufgaben").location.startswith("/anmelden")
    other.login("irma")
    assert other.post("/anmelden/code", {"code": "000000"}).status_code == 422
    code = _code(database)
    assert other.post("/anmelden/code", {"code": code}).status_code == 303
    assert other.get("/aufgaben").status_code == 200
    replay = browser()
    replay.login("irma")
    assert replay.post("/anmelden/code", {"code": code}).status_code == 422
    assert replay.post("/anmelden/code", {"code": codes[0]}).status_code == 303


def test_the_code_alone_opens_nothing_either_and_not_for_long(irma: Browser, browser: Open, database: Database, clock: FixedClock) -> None:
    _set_up(irma, database, clock)
    other = browser()
    other.get("/anmelden")
    assert other.post("/anmelden/code", {"code": _code(database)}).status_code == 400
    other.login("irma")
    clock.at += timedelta(minutes=11)
    assert other.post("/anmelden/code", {"code": _code(database)}).status_code == 400


def test_the_secret_is_not_shown_again_once_it_counts(irma: Browser, database: Database, clock: FixedClock) -> None:
    irma.get("/konto")
    irma.post("/konto/code", {})
    picture = irma.get("/konto/code.svg")
    assert picture.mimetype == "image/svg+xml"
    assert picture.headers["Cache-Control"] == "no-store"
    _set_up(irma, database, clock)
    assert irma.get("/konto/code.svg").status_code == 404
    assert irma.get("/konto/code").status_code == 404


def test_the_second_factor_goes_only_with_a_code(irma: Browser, database: Database, clock: FixedClock) -> None:
    _set_up(irma, database, clock)
    irma.get("/konto")
    assert irma.post("/konto/code/entfernen", {"code_weg": "000000"}).status_code == 422
    assert irma.post("/konto/code/entfernen", {"code_weg": _code(database)}).status_code == 303
    with database.read(system()) as session:
        assert session.get(Zweitfaktor, "irma") is None


def test_what_was_typed_before_the_session_ended_survives_both_steps_of_the_login(
    irma: Browser, browser: Open, database: Database, clock: FixedClock, task: str
) -> None:
    _set_up(irma, database, clock)
    irma.get(task)
    typed = {"begruendung": "viel Text", "_aktion": "abschliessen", "_fuer": irma.hidden("_fuer")}
    other = browser()
    other.get("/anmelden")
    page = other.post(task, typed)
    assert page.status_code == 401
    other.post("/anmelden", {"login": "irma", "passwort": PASSWORD, "_ziel": task, **{f"mit.{name}": value for name, value in typed.items()}})
    assert "viel Text" in other.page
    page = other.post("/anmelden/code", {"code": _code(database), "_ziel": task, **{f"mit.{name}": value for name, value in typed.items()}})
    assert "Ihre Eingaben sind noch da" in page.text
    assert "viel Text" in page.text


def test_a_new_password_ends_all_other_sessions_and_keeps_this_one(irma: Browser, browser: Open) -> None:
    elsewhere = browser("irma")
    irma.get("/konto")
    new = "ein-ganz-neues-passwort"
    assert irma.post("/konto/passwort", {"alt": "falsch", "neu": new, "nochmals": new}).status_code == 422
    assert irma.post("/konto/passwort", {"alt": PASSWORD, "neu": new, "nochmals": "anders"}).status_code == 422
    assert irma.post("/konto/passwort", {"alt": PASSWORD, "neu": "kurz", "nochmals": "kurz"}).status_code == 422
    assert irma.post("/konto/passwort", {"alt": PASSWORD, "neu": new, "nochmals": new}).status_code == 303
    assert irma.get("/konto").status_code == 200
    assert elsewhere.get("/konto").status_code == 302
    assert browser().login("irma", new).status_code == 303


def test_signing_out_ends_a_copy_of_the_cookie_too_but_no_other_session(
    app: Flask, irma: Browser, browser: Open, clock: FixedClock, database: Database
) -> None:
    elsewhere, thief = browser("irma"), browser()
    irma.get("/konto")
    stolen = irma.client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert stolen is not None
    thief.client.set_cookie(app.config["SESSION_COOKIE_NAME"], stolen.value)
    assert thief.get("/konto").status_code == 200
    assert irma.post("/abmelden", {}).status_code == 303
    assert thief.get("/konto").status_code == 302
    assert elsewhere.get("/konto").status_code == 200
    clock.at += timedelta(hours=11)
    again = browser("irma")
    again.get("/konto")
    again.post("/abmelden", {})
    with database.read(system()) as session:
        assert session.scalar(select(func.count()).select_from(Sitzungsende)) == 1


def test_signing_out_everywhere_ends_every_session(irma: Browser, browser: Open) -> None:
    elsewhere = browser("irma")
    irma.get("/konto")
    assert irma.post("/konto/abmelden", {}).status_code == 303
    assert elsewhere.get("/aufgaben").status_code == 302
    assert irma.get("/aufgaben").status_code == 302


def test_the_betrieb_keeps_accounts_and_roles(beat: Browser, browser: Open, database: Database) -> None:
    beat.get("/konten")
    page = beat.post("/konten", {"login": "N.Neu", "name": "Nora Neu"})
    password = re.search(r"<code>([^<]+)</code>", page.text)
    assert password
    nora = browser()
    assert nora.login("n.neu", password[1]).status_code == 303
    assert nora.get("/faelle").status_code == 403
    beat.get("/konten/n.neu")
    assert beat.post("/konten/n.neu/rollen", {"rolle": "intake", "region": "*"}).status_code == 422
    assert beat.post("/konten/n.neu/rollen", {"rolle": "intake", "region": "SDOL"}).status_code == 303
    assert nora.get("/faelle").status_code == 200
    assert beat.post("/konten/n.neu/rollen/nehmen", {"rolle": "intake", "region": "SDOL"}).status_code == 303
    assert nora.get("/faelle").status_code == 403
    assert beat.post("/konten/n.neu/sperren", {}).status_code == 303
    assert nora.get("/konto").status_code == 302
    with database.read(system()) as session:
        assert session.scalars(select(Zugriff.was).where(Zugriff.art == "konto", Zugriff.konto == "beat").order_by(Zugriff.id)).all() == [
            "angelegt: n.neu",
            "Rolle gegeben: n.neu, intake@SDOL",
            "Rolle genommen: n.neu, intake@SDOL",
            "gesperrt: n.neu",
        ]


@pytest.mark.parametrize("action", ["rollen", "rollen/nehmen", "passwort", "sperren", "freigeben", "code"])
def test_nobody_of_the_betrieb_changes_their_own_account(beat: Browser, action: str) -> None:
    beat.get("/konten/beat")
    assert beat.post(f"/konten/beat/{action}", {"rolle": "leitung", "region": "SDOL"}).status_code == 403


def test_an_account_is_not_made_twice_and_the_page_says_why(beat: Browser, database: Database) -> None:
    beat.get("/konten")
    response = beat.post("/konten", {"login": "irma", "name": "Andere"})
    assert response.status_code == 422
    assert "gibt es schon" in response.text
    with database.read(system()) as session:
        assert session.get_one(Konto, "irma").name == "Irma Imfeld"
