"""Opening a case, its page, events and what failed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

from sqlalchemy import func, select

from engine.commands.aufbewahrung import propose
from engine.model.access import system
from engine.model.clock import FixedClock
from engine.store.session import Database
from engine.store.tables import Fall, Startentwurf, Zugriff
from tests.web.conftest import ANMELDUNG, Browser
from tests.web.test_aufgaben import GOOD

Open = Callable[..., Browser]


def test_a_case_of_another_region_looks_as_if_it_did_not_exist(browser: Open, fall_nr: str) -> None:
    olga = browser("olga")
    assert fall_nr not in olga.get("/faelle").text
    foreign, missing = olga.get(f"/faelle/{fall_nr}"), olga.get("/faelle/2026-99999")
    assert foreign.status_code == missing.status_code == 404
    # The token against forged requests holds the second in which its page was made.
    pages = [re.sub(r'name="csrf_token" value="[^"]+"', "", page.text) for page in (foreign, missing)]
    assert pages[0].replace(fall_nr, "") == pages[1].replace("2026-99999", "")
    assert olga.get(f"/faelle/{fall_nr}/diagramm/fall.bpmn").status_code == 404


def test_roles_without_case_data_see_no_cases(browser: Open, fall_nr: str) -> None:
    assert browser("petra").get(f"/faelle/{fall_nr}").status_code == 403
    assert browser("petra").get("/faelle/neu").status_code == 403


def test_the_same_page_sent_twice_opens_one_case(irma: Browser, database: Database) -> None:
    irma.get("/faelle/neu")
    data = ANMELDUNG | {"_aktion": "eroeffnen", "_region": "SDOL", "_anfrage": irma.hidden("_anfrage")}
    first, second = irma.post("/faelle/neu", data), irma.post("/faelle/neu", data)
    assert first.location == second.location
    with database.read(system()) as session:
        assert session.scalar(select(func.count(Fall.id))) == 1


def test_rows_are_added_and_taken_away_without_script(irma: Browser) -> None:
    irma.get("/faelle/neu")
    data = ANMELDUNG | {"_region": "SDOL"}
    more = irma.post("/faelle/neu", data | {"_aktion": "mehr:personen"})
    assert more.status_code == 200
    assert 'name="personen.1.name"' in more.text
    assert 'value="Muster"' in more.text
    fewer = irma.post("/faelle/neu", data | {"personen.1.name": "Zweit", "_aktion": "weniger:personen:0"})
    assert 'name="personen.1.name"' not in fewer.text
    assert 'value="Zweit"' in fewer.text


def test_a_case_without_a_name_is_refused_with_the_place_of_the_mistake(irma: Browser) -> None:
    irma.get("/faelle/neu")
    response = irma.post("/faelle/neu", ANMELDUNG | {"personen.0.vorname": "", "_aktion": "eroeffnen", "_region": "SDOL"})
    assert response.status_code == 422
    assert 'href="#f-personen-0-vorname"' in response.text


def test_a_case_is_opened_in_ones_own_region_only(irma: Browser, database: Database) -> None:
    irma.get("/faelle/neu")
    assert irma.post("/faelle/neu", ANMELDUNG | {"_aktion": "eroeffnen", "_region": "SRO"}).status_code == 403
    with database.read(system()) as session:
        assert session.scalar(select(func.count(Fall.id))) == 0


def test_the_page_says_where_the_case_stands_and_the_diagram_shows_the_same(irma: Browser, fall_nr: str) -> None:
    page = irma.get(f"/faelle/{fall_nr}").text
    assert "Muster, Anna" in page
    assert "Anspruch prüfen" in page
    page = irma.get(f"/faelle/{fall_nr}/diagramm").text
    assert "Version 1 von 1" in page
    found = re.search(r'data-stand="([^"]*)"', page)
    assert found
    stand = json.loads(unescape(found[1]))
    assert stand["aktiv"] == {"pruefen": 1}
    assert stand["genommen"] == ["start_pruefen"]


def test_history_tells_who_did_what_and_what_was_entered(irma: Browser, task: str, fall_nr: str) -> None:
    irma.get(task)
    irma.post(task, GOOD)
    page = irma.get(f"/faelle/{fall_nr}").text
    assert "«Anspruch prüfen» abgeschlossen" in page
    assert "Irma Imfeld" in page
    assert "Gültig ab" in page
    assert "31.08.2026" in page


def test_an_event_the_case_waits_for_is_reported_once(irma: Browser, task: str, fall_nr: str) -> None:
    irma.get(task)
    irma.post(task, GOOD)
    page = irma.get(f"/faelle/{fall_nr}").text
    address = re.search(rf'href="(/faelle/{fall_nr}/ereignis/\d+)"[^>]*>Unterlagen vollständig', page)
    assert address
    irma.get(address[1])
    assert irma.post(address[1], {"_aktion": "melden", "_anfrage": irma.hidden("_anfrage")}).status_code == 303
    page = irma.get(f"/faelle/{fall_nr}").text
    assert "Ereignis gemeldet: Unterlagen vollständig" in page
    assert "unterlagen.vollstaendig" not in page
    assert "Abgeschlossen" in page
    assert irma.post(address[1], {"_aktion": "melden"}).status_code == 404


def test_an_incident_names_its_place_and_only_a_lead_may_retry(browser: Open, irma: Browser, task: str, fall_nr: str) -> None:
    irma.get(task)
    irma.post(task, GOOD | {"betrag": ""})
    page = irma.get(f"/faelle/{fall_nr}").text
    address = re.search(rf'href="(/faelle/{fall_nr}/ereignis/\d+)"', page)
    assert address
    irma.get(address[1])
    irma.post(address[1], {"_aktion": "melden"})
    page = irma.get(f"/faelle/{fall_nr}").text
    assert "Störung bei «Hoch?»" in page
    assert "Nochmals versuchen" not in page
    tabea = browser("tabea")
    retry = re.search(r'action="([^"]*/stoerungen/\d+)"', tabea.get(f"/faelle/{fall_nr}").text)
    assert retry
    assert irma.post(retry[1], {}).status_code == 403
    assert tabea.post(retry[1], {}).status_code == 303
    assert "nochmals fehlgeschlagen" in tabea.get(f"/faelle/{fall_nr}").text


def test_looking_at_a_case_is_recorded(irma: Browser, fall_nr: str, database: Database) -> None:
    irma.get(f"/faelle/{fall_nr}")
    with database.read(system()) as session:
        assert session.scalars(select(Zugriff).where(Zugriff.konto == "irma", Zugriff.art == "gelesen")).first() is not None


def test_a_begun_case_is_kept_for_who_typed_it_until_it_is_opened(browser: Open, database: Database) -> None:
    irma, ivo = browser("irma"), browser("ivo")
    irma.get("/faelle/neu")
    typed = ANMELDUNG | {"personen.0.vorname": "", "_region": "SDOL"}
    assert irma.post("/faelle/neu", typed | {"_aktion": "entwurf"}).status_code == 303
    page = irma.get("/faelle/neu").text
    assert "Das ist Ihr Entwurf" in page
    assert 'value="Muster"' in page
    assert "Muster" not in ivo.get("/faelle/neu").text
    saved = irma.post("/faelle/neu/entwurf", typed | {"personen.0.name": "Später"})
    assert (saved.status_code, set(saved.json)) == (200, {"revision", "um"})
    irma.get("/faelle/neu")
    assert 'value="Später"' in irma.page
    irma.post("/faelle/neu", ANMELDUNG | {"_aktion": "eroeffnen", "_region": "SDOL"})
    assert "Das ist Ihr Entwurf" not in irma.get("/faelle/neu").text
    with database.read(system()) as session:
        assert session.scalars(select(Startentwurf)).all() == []


def test_a_begun_case_can_be_thrown_away_and_does_not_stay_for_ever(browser: Open, database: Database, clock: FixedClock) -> None:
    irma = browser("irma")
    irma.get("/faelle/neu")
    irma.post("/faelle/neu", ANMELDUNG | {"_aktion": "entwurf", "_region": "SDOL"})
    irma.get("/faelle/neu")
    irma.post("/faelle/neu", {"_aktion": "verwerfen", "_region": "SDOL"})
    assert "Das ist Ihr Entwurf" not in irma.get("/faelle/neu").text
    irma.post("/faelle/neu", ANMELDUNG | {"_aktion": "entwurf", "_region": "SDOL"})
    clock.at += timedelta(days=31)
    with database.begin(system()) as session:
        propose(session)
        assert session.scalars(select(Startentwurf)).all() == []
