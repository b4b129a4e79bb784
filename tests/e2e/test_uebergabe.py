"""A handover in a real browser: a case comes in as a Bestandsfall, its household moves, and it goes on in the other region from the package
alone."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.haus import PATIENCE, Haus, submit, today
from tests.e2e.test_hauptweg import _task

pytestmark = pytest.mark.e2e

HEAD = "fachapplikation_nr;region;gemeinde_bfs;eroeffnet_am;naechste_sb;name;vorname;geburtsdatum;geschlecht;rolle_ue;segment"
OLTEN = "2581"
HINWEIS = "Frau Zieher erreicht man am Morgen."


def import_case(page: Page, name: str) -> str:
    """A running case as the Fachapplikation hands it over, looked at and confirmed; gives its number."""
    day, month, year = map(int, today(page).split("."))
    review = date(year, month, day) + timedelta(days=120)
    line = f"{name};SDOL;2546;1.5.2024;{review:%d.%m.%Y};{name};Zita;3.4.1985;w;antragstellend;VERAENDERN"
    page.goto("/bestand")
    page.get_by_label("CSV-Datei").set_input_files({"name": "bestand.csv", "mimeType": "text/csv", "buffer": f"{HEAD}\n{line}".encode()})
    page.get_by_role("button", name="Datei prüfen").click()
    expect(page.locator("main")).to_contain_text(f"Zita {name} (Verändern)")
    page.get_by_role("button", name="1 Fall importieren").click()
    page.goto(f"/faelle?suche={name}")
    found = re.search(r"\d{4}-\d{5}", page.locator("main tbody a").first.get_attribute("href") or "")
    assert found
    return found[0]


def waiting(page: Page, nr: str, name: str) -> str:
    """The address of that task as soon as the machine has come so far."""
    for _ in range(PATIENCE):
        if (task := _task(page, nr)) is not None and task[1].startswith(name):
            return task[0]
        page.wait_for_timeout(500)
    raise AssertionError(f"nobody has «{name}» for {nr}: {page.locator('main').inner_text()[:500]}")


def release_package(haus: Haus, fall_nr: str, *, packer: str) -> None:
    """Choose what the new region is to know, and release it."""
    ours, lead = haus.desk(packer), haus.desk("teamleitung.sdol")
    ours.goto(waiting(ours, fall_nr, "Übergabepaket zusammenstellen"))
    submit(ours, "Aufgabe abschliessen", {"paket_inhalt": True, "hinweise": HINWEIS})
    lead.goto(waiting(lead, fall_nr, "Paket freigeben"))
    expect(lead.locator("main")).to_contain_text("nach Olten")
    submit(lead, "Aufgabe abschliessen", {"freigabe": "ja"})


def accept_package(haus: Haus, fall_nr: str) -> None:
    """Accept the offer in Olten; until the new region has the case."""
    theirs = haus.desk("teamleitung.sro")
    # Until it is carried out, the offer has a number of its own there: the case is not theirs yet.
    theirs.goto(waiting(theirs, f"U-{fall_nr[:4]}", "Übernahme prüfen"))
    expect(theirs.locator("main")).to_contain_text(HINWEIS)
    submit(theirs, "Aufgabe abschliessen", {"annahme": "annehmen"})
    for _ in range(PATIENCE):
        answer = theirs.goto(f"/faelle/{fall_nr}")
        if answer is not None and answer.status == 200:
            return
        theirs.wait_for_timeout(500)
    raise AssertionError(f"{fall_nr} never came to Olten")


def test_a_case_moves_to_another_region_with_its_package_and_nothing_else(haus: Haus) -> None:
    lead = haus.desk("leitung.sdol")
    fall_nr = import_case(lead, "Zieher")
    lead.goto(f"/faelle/{fall_nr}/umzug")
    submit(lead, "Umzug erfassen", {"wohin": "kanton", "neue_gemeinde_bfs": OLTEN, "per": today(lead)})
    release_package(haus, fall_nr, packer="fallfuehrung.sdol")
    accept_package(haus, fall_nr)
    there = haus.desk("teamleitung.sro").locator("main")
    expect(there).to_contain_text("Oberer Leberberg")
    expect(there).to_contain_text("Verändern")
    expect(there).not_to_contain_text("Bestandsfall: Kurzassessment light")
    lead.goto(f"/faelle/{fall_nr}")
    expect(lead.locator("main")).to_contain_text("Übergeben an")
    expect(lead.locator("main")).to_contain_text("Der Fall ist abgeschlossen")
