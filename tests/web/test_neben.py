"""What is started beside a case, the vPe-Stelle's own tasks, and the introduction of the regions on the screen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from engine import commands
from engine.model.access import Access, system
from engine.store.konten import create_konto, grant
from engine.store.session import Database
from engine.store.tables import Aufgabe, Instanz
from tests.diagrams.drawn import files
from tests.web.conftest import PASSWORD, Browser


@pytest.fixture
def people(app: Flask, database: Database) -> None:
    """The real diagrams, and accounts of the vPe-Stelle and the Koordinationsstelle."""
    with database.begin(system()) as session:
        commands.deploy(session, {name: content for kind in ("*.bpmn", "*.dmn", "*.form") for name, content in files(kind).items()})
        commands.release(session, "Nebenwege")
        for login, rolle in (("vera", "vpe_stelle"), ("koni", "koordination"), ("lea", "leitung"), ("finn", "fallfuehrung")):
            create_konto(session, login, login.title(), PASSWORD)
            grant(session, login, rolle, "*" if rolle == "koordination" else "SDOL")


@pytest.fixture
def fall(people: None, database: Database) -> str:
    """A case at its first task."""
    person = {"name": "Muster", "vorname": "Anna", "geburtsdatum": "12.4.1990", "geschlecht": "2", "rolle_ue": "antragstellend"}
    raw = {"personen": [person], "gemeinde_bfs": "2546", "adresse": "Weg 1", "anmeldegrund": "arbeitslosigkeit", "information_pflichten_am": "2.3.2026"}
    with database.begin(Access("finn", {"SDOL": frozenset({"intake"})})) as session:
        return commands.open_case(session, "SDOL", raw).fall_nr


def instances(database: Database, process: str) -> int:
    with database.read(system()) as session:
        return len(session.scalars(select(Instanz).where(Instanz.process == process)).all())


def test_a_vpe_begins_from_the_page_of_the_case_once(fall: str, browser: Callable[..., Browser], database: Database) -> None:
    finn = browser("finn")
    assert f"/faelle/{fall}/neben/vpe" in finn.get(f"/faelle/{fall}").text
    finn.get(f"/faelle/{fall}/neben/vpe")
    sent = {"_aktion": "beginnen", "_anfrage": finn.hidden("_anfrage")}
    for _ in range(2):
        assert finn.post(f"/faelle/{fall}/neben/vpe", sent).status_code == 303
    assert instances(database, "vpe") == 1


def test_a_question_to_a_partner_names_what_is_missing(fall: str, browser: Callable[..., Browser], database: Database) -> None:
    finn = browser("finn")
    finn.get(f"/faelle/{fall}/neben/partneranfrage")
    answer = finn.post(f"/faelle/{fall}/neben/partneranfrage", {"_aktion": "beginnen", "_anfrage": finn.hidden("_anfrage"), "partner": "rav"})
    assert (answer.status_code, instances(database, "partneranfrage")) in ((422, 0), (200, 0))


@pytest.mark.parametrize("process", [pytest.param("fall", id="the case itself"), pytest.param("uebernahme", id="the other region's"), pytest.param("gibt_es_nicht", id="no such")])
def test_nothing_else_begins_beside_a_case(fall: str, browser: Callable[..., Browser], process: str) -> None:
    assert browser("finn").get(f"/faelle/{fall}/neben/{process}").status_code == 404


def test_the_vpe_stelle_sees_only_its_orders(fall: str, browser: Callable[..., Browser], database: Database) -> None:
    vera = browser("vera")
    assert vera.get("/aufgaben").status_code == 200
    assert "Muster" not in vera.page
    with database.read(system()) as session:
        key = session.scalars(select(Aufgabe.key)).first()
    assert [vera.get(path).status_code for path in ("/faelle", f"/faelle/{fall}", f"/faelle/{fall}/neben/vpe")] == [403, 403, 403]
    assert vera.get(f"/aufgaben/{key}").status_code in (403, 404)


def test_the_introduction_shows_all_regions_and_the_rounding(people: None, browser: Callable[..., Browser]) -> None:
    page = browser("koni").get("/einfuehrung")
    assert (page.status_code, page.text.count("nicht begonnen")) == (200, 13)
    assert "6'981'200" in page.text.replace("&#39;", "'")
    assert "eine Rundung" in page.text
    assert browser("finn").get("/einfuehrung").status_code == 403
