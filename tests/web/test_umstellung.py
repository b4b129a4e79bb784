"""The screens of a migration and of interventions: who sees what, and what comes of each button."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from engine import commands
from engine.model.access import system
from engine.scheduling.due import run_due
from engine.store.konten import create_konto, grant
from engine.store.session import Database
from engine.store.tables import Aufgabe, Eingriff, Fall, Incident, Instanz, Verlauf
from tests.web import drawings
from tests.web.conftest import PASSWORD, Browser

Open = Callable[..., Browser]
NEW = drawings.FALL.replace(b'"pruefen"', b'"ansehen"').replace(b"pruefen_warten", b"ansehen_warten").replace(b"start_pruefen", b"start_ansehen")
PEOPLE = {"ursula": ("umsetzung", "*"), "leo": ("leitung", "SDOL"), "lara": ("leitung", "SRO")}


@pytest.fixture
def two_releases(app: object, database: Database, fall_nr: str) -> str:
    """A case on the first release, and a second one with a renamed task."""
    with database.begin(system()) as session:
        commands.deploy(session, {**drawings.ALL, "fall.bpmn": NEW})
        commands.release(session, "Zweite")
        for login, (rolle, region) in PEOPLE.items():
            create_konto(session, login, login.capitalize(), PASSWORD)
            grant(session, login, rolle, region)
    return fall_nr


def plan(petra: Browser) -> str:
    petra.get("/werkstatt/umstellungen")
    return str(petra.post("/werkstatt/umstellungen", {"quelle": "1", "ziel": "2", "note": "Neues Wort", "regionen": "SDOL"}).location)


def step(browser: Browser, address: str, action: str, **more: str) -> int:
    browser.get(address)
    return browser.post(f"{address}/schritt", {"_aktion": action, **more}).status_code


def test_a_plan_goes_from_the_proposal_to_the_result_without_naming_a_case(two_releases: str, browser: Open, database: Database) -> None:
    petra, ursula = browser("petra"), browser("ursula")
    address = plan(petra)
    mapping = petra.get(f"{address}/zuordnung").text
    assert 'value="nach:ansehen" selected' in mapping and "erkannt am Namen" in mapping
    assert step(petra, address, "pruefen") == 303
    run_due(database)
    page = petra.get(address).text
    assert two_releases not in page and "Muster" not in page and "U1-1" in page
    assert step(petra, address, "starten") == 403
    assert step(petra, address, "vorlegen") == 303
    assert step(ursula, address, "starten", stapel="5") == 303
    run_due(database)
    assert "1 umgestellt" in ursula.get(address).text
    assert two_releases in browser("leo").get(address).text
    assert two_releases not in browser("lara").get(address).text
    with database.read(system()) as session:
        assert session.scalars(select(Instanz.release_id)).one() == 2
    history = browser("leo").get(f"/faelle/{two_releases}/verlauf").text
    assert "Von Freigabe 1 auf Freigabe 2" in history and "ansehen" not in history, "steps are called as the diagrams call them"
    assert re.search("Vorher.*Anspruch prüfen.*Nachher.*Anspruch prüfen", history, re.DOTALL)


def test_a_move_is_chosen_in_the_table_and_needs_its_reason(two_releases: str, browser: Open, database: Database) -> None:
    petra = browser("petra")
    address = plan(petra)
    petra.get(f"{address}/zuordnung")
    refused = petra.post(f"{address}/zuordnung", {"prozess": "fall", "ziel.pruefen": "verlegt:ansehen", "grund.pruefen": ""})
    assert refused.status_code == 422 and "Begründen Sie" in refused.text
    assert petra.post(f"{address}/zuordnung", {"prozess": "fall", "ziel.pruefen": ""}).status_code == 303
    step(petra, address, "pruefen")
    run_due(database)
    page = petra.get(address).text
    assert "kein Gegenstück" in page and "Zuordnen, verlegen oder entfallen lassen" in page


def test_the_situation_shows_counts_to_process_owners_and_names_nobody(two_releases: str, browser: Open) -> None:
    page = browser("petra").get("/werkstatt/lage?prozess=fall&freigabe=1").text
    assert "Anspruch prüfen" in page and two_releases not in page and "Muster" not in page
    assert "Sozialregion Olten" not in browser("leo").get("/werkstatt/lage").text


def test_a_value_is_corrected_with_a_reason_and_of_its_own_type(two_releases: str, browser: Open, database: Database) -> None:
    leo, address = browser("leo"), f"/werkstatt/eingriffe/faelle/{two_releases}"
    nummer = _nummer(database)
    leo.get(address)
    form = {"_aktion": "berichtigen", "instanz": nummer, "name": "region", "wert": "SDOL neu", "grund": "Falsch erfasst am Schalter"}
    assert leo.post(address, form | {"grund": "kurz"}).status_code == 422
    for nothing in ("42", "[NaN]", "[1e400]", '["\\u0000"]', "[" * 5000):
        refused = leo.post(address, form | {"name": "personen", "wert": nothing})
        assert refused.status_code == 422 and "Das passt nicht zu «personen»" in refused.text
    assert leo.post(address, form).status_code == 303
    with database.read(system()) as session:
        last = session.scalars(select(Verlauf).order_by(Verlauf.id.desc())).first()
        assert last is not None and (last.command, last.name) == ("set_variables", "Falsch erfasst am Schalter")
        assert [change[1:4] for change in last.changes] == [["region", "SDOL", "SDOL neu"]]
    assert leo.post(address, form | {"name": "personen", "wert": '[{"name": "Muster", "vorname": "Hanna"}]'}).status_code == 303
    assert re.search("Vorname: Anna.*→.*Vorname: Hanna", leo.get(f"/faelle/{two_releases}/verlauf").text, re.DOTALL)


def test_moving_a_step_takes_two_people_and_one_of_them_leads(two_releases: str, browser: Open, database: Database) -> None:
    leo, tabea, address = browser("leo"), browser("tabea"), f"/werkstatt/eingriffe/faelle/{two_releases}"
    with database.read(system()) as session:
        key = session.scalars(select(Aufgabe.key)).one()
    tabea.get(address)
    move = {"_aktion": "verlegen", "stelle": f"{key}:warten", "grund": "Die Prüfung ist schon anderswo geschehen"}
    assert tabea.post(address, move | {"grund": ""}).status_code == 422
    assert tabea.post(address, move).status_code == 303
    assert tabea.post("/werkstatt/eingriffe/1/entscheid", {"_aktion": "bewilligen"}).status_code == 403
    assert browser("lara").get(address).status_code == 404
    leo.get("/werkstatt/eingriffe")
    assert leo.post("/werkstatt/eingriffe/1/entscheid", {"_aktion": "bewilligen"}).status_code == 303
    with database.read(system()) as session:
        assert session.scalars(select(Aufgabe.zustand)).one() == "CANCELED"
        assert session.scalars(select(Eingriff.ist_bewilligt)).one() is True
    assert "Schritt verlegt" in leo.get(f"/faelle/{two_releases}/verlauf").text


def test_cancelling_takes_two_people(two_releases: str, browser: Open, database: Database) -> None:
    leo, tabea, address = browser("leo"), browser("tabea"), f"/werkstatt/eingriffe/faelle/{two_releases}"
    leo.get(address)
    assert leo.post(address, {"_aktion": "abbrechen", "instanz": _nummer(database), "grund": "Doppelt eröffneter Fall"}).status_code == 303
    with database.read(system()) as session:
        assert session.scalars(select(Instanz.zustand)).one() == "active"
    tabea.get("/werkstatt/eingriffe")
    assert tabea.post("/werkstatt/eingriffe/1/entscheid", {"_aktion": "bewilligen"}).status_code == 303
    with database.read(system()) as session:
        assert session.scalars(select(Instanz.zustand)).one() == "terminated"
    assert "Der Fall ist abgebrochen." in leo.get(f"/faelle/{two_releases}").text


def test_incidents_are_repeated_together(two_releases: str, browser: Open, database: Database, irma: Browser) -> None:
    leo = browser("leo")
    with database.read(system()) as session:
        key, fall_id = session.execute(select(Aufgabe.key, Aufgabe.fall_id)).one()
    with database.begin(system()) as session:
        commands.complete_task(session, key, {"entscheid": "ja", "ab": "2026-03-02"})
    with database.begin(system()) as session:
        commands.correlate(session, "unterlagen.vollstaendig", session.get_one(Fall, fall_id).fall_nr)
    page = leo.get("/werkstatt/lage").text
    assert "CONDITION_ERROR" in page and "CONDITION_ERROR" in browser("petra").get("/werkstatt/lage").text
    listed = leo.get("/werkstatt/lage/stoerungen").text
    found = listed.partition('name="key" value="')[2].partition('"')[0]
    assert leo.post("/werkstatt/lage/stoerungen", {"key": found}).status_code == 303
    assert "0 von 1 behoben" in leo.get("/werkstatt/lage/stoerungen").text
    with database.begin(system()) as session:
        commands.set_variables(session, session.scalars(select(Instanz)).one().key, {"betrag": 5})
    leo.post("/werkstatt/lage/stoerungen", {"key": found})
    assert "1 von 1 behoben" in leo.get("/werkstatt/lage/stoerungen").text
    assert "Störung behandelt bei «Hoch?»" in leo.get(f"/faelle/{two_releases}/verlauf").text


def test_operators_repeat_what_is_stuck_everywhere_and_see_no_case(two_releases: str, browser: Open, database: Database) -> None:
    with database.begin(system()) as session:
        create_konto(session, "beat", "Beat", PASSWORD)
        grant(session, "beat", "betrieb", "*")
        key, fall_id = session.execute(select(Aufgabe.key, Aufgabe.fall_id)).one()
        commands.complete_task(session, key, {"entscheid": "ja", "ab": "2026-03-02"})
    with database.begin(system()) as session:
        commands.correlate(session, "unterlagen.vollstaendig", session.get_one(Fall, fall_id).fall_nr)
        stuck = session.scalars(select(Incident)).one()
    beat, cause = browser("beat"), {"prozess": stuck.process, "element": stuck.element, "art": stuck.kind}
    page = beat.get("/werkstatt/lage").text
    assert "CONDITION_ERROR" in page and "Alle wiederholen" in page
    assert two_releases not in page and stuck.message not in page
    assert beat.post("/betrieb/stoerungen", cause).status_code == 303
    assert "0 von 1 behoben" in beat.get("/werkstatt/lage").text
    with database.begin(system()) as session:
        commands.set_variables(session, session.scalars(select(Instanz)).one().key, {"betrag": 5})
    beat.post("/betrieb/stoerungen", cause)
    assert "1 von 1 behoben" in beat.get("/werkstatt/lage").text
    with database.read(system()) as session:
        assert session.scalars(select(Verlauf.by).where(Verlauf.command == "resolve_incident")).all() == ["beat", "beat"]
    for who in ("leo", "ursula"):
        assert browser(who).post("/betrieb/stoerungen", cause).status_code == 403


def _nummer(database: Database) -> str:
    with database.read(system()) as session:
        return str(session.scalars(select(Instanz.nummer)).one())
