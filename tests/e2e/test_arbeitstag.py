"""A morning at the desk in a real browser: find, filter, take over, pass on several, stand in for somebody who is away; by keyboard too."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.haus import Haus, submit, today, violations
from tests.e2e.test_hauptweg import open_case

pytestmark = pytest.mark.e2e

PAGES = ("/aufgaben", "/aufgaben?wer=alle&sortierung=zustaendig&richtung=ab", "/faelle?sortierung=name&richtung=ab", "/aufgaben?sicht=wartet", "/aufgaben?wer=alle&schritt=zustaendigkeit_pruefen", "/arbeit/abwesenheit", "/arbeit/mitteilungen", "/leitung", "/leitung/teams")


@pytest.fixture(scope="module")
def cases() -> Iterator[list[str]]:
    """Case numbers, opened by the first test that needs them; all tests of this file share one house."""
    yield []


def two_cases(haus: Haus, cases: list[str]) -> list[str]:
    while len(cases) < 2:
        cases.append(open_case(haus.desk("intake.sdol")))
    return cases


def test_a_morning_from_the_list_to_the_deputy(haus: Haus, cases: list[str]) -> None:
    fall_nr, other = two_cases(haus, cases)
    irma, lead = haus.desk("intake.sdol"), haus.desk("teamleitung.sdol")

    irma.goto("/aufgaben")
    irma.get_by_label("Fallnummer, Name oder Schritt").fill("Ada Enzian")
    irma.get_by_role("button", name="Suchen").click()
    tag = irma.get_by_role("list", name="Gewählte Filter").get_by_role("link")
    expect(tag).to_have_text(re.compile("Suche: Ada Enzian"))
    assert irma.locator('main tbody [name="aufgabe"]').count() >= 2
    tag.click()
    assert "suche" not in irma.url

    # Taking two over at once says for each how it went.
    for number in (fall_nr, other):
        irma.locator("tr", has_text=number).locator('[name="aufgabe"]').first.check()
    irma.get_by_role("button", name="Übernehmen", exact=True).click()
    expect(irma.get_by_role("heading", level=1)).to_have_text("2 von 2 Aufgaben übernommen")
    irma.get_by_role("button", name="Zurück zur Liste").click()

    # Away from today on; the Teamleitung stands in, finds the task in its own list, and the history names both.
    irma.goto("/arbeit/abwesenheit")
    irma.get_by_label("Erster Tag").fill(today(irma))
    irma.get_by_label("Letzter Tag").fill(today(irma))
    irma.get_by_label("Tabea Tschudi").check()
    irma.get_by_role("button", name="Abwesenheit speichern").click()
    expect(irma.get_by_text("Die Abwesenheit ist gespeichert.")).to_be_visible()
    lead.goto(f"/aufgaben?suche={fall_nr}")
    expect(lead.get_by_text("Sie vertreten zurzeit Irma Imfeld")).to_be_visible()
    row = lead.locator("tr", has_text=fall_nr).filter(has_text="vertreten").first
    row.locator("td a").first.click()
    expect(lead.get_by_text("in Stellvertretung von Irma Imfeld")).to_be_visible()
    submit(lead, "Aufgabe abschliessen", {"zustaendig": True})
    lead.goto(f"/faelle/{fall_nr}")
    expect(lead.get_by_text("Tabea Tschudi, in Stellvertretung von Irma Imfeld").first).to_be_visible()
    irma.goto("/arbeit/abwesenheit")
    irma.get_by_role("button", name="Aufheben").click()


def test_the_list_is_worked_by_keyboard_alone(haus: Haus, cases: list[str]) -> None:
    two_cases(haus, cases)
    page = haus.desk("intake.sdol")
    page.goto("/aufgaben")
    page.keyboard.press("Alt+Shift+S")
    expect(page.get_by_label("Fallnummer, Name oder Schritt")).to_be_focused()
    page.keyboard.type("Enzian")
    page.keyboard.press("Enter")
    page.wait_for_url("**suche=Enzian**")
    page.keyboard.press("Alt+Shift+H")
    expect(page.get_by_role("dialog", name="Tastaturkürzel")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.locator('[name="aufgabe"]').first.focus()
    page.keyboard.press("Space")
    expect(page.locator('[name="aufgabe"]').first).to_be_checked()
    page.keyboard.press("Alt+Shift+5")
    page.wait_for_url("**sicht=wartet**")


@pytest.mark.parametrize("width", [320, 1280])
def test_the_pages_of_the_workplace_fit_and_have_no_barriers(haus: Haus, cases: list[str], width: int) -> None:
    two_cases(haus, cases)
    page: Page = haus.desk("teamleitung.sdol")
    page.set_viewport_size({"width": width, "height": 900})
    found = {}
    for address in PAGES:
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
        found |= {address: trouble} if (trouble := violations(page)) else {}
    assert found == {}


def test_what_somebody_else_has_is_passed_on_by_who_leads(haus: Haus, cases: list[str]) -> None:
    two_cases(haus, cases)
    lead = haus.desk("teamleitung.sdol")
    lead.goto("/aufgaben?wer=alle")
    link = lead.locator('main td a[href*="/arbeit/aufgaben/"]').first
    link.click()
    lead.get_by_label("Niemandem: frei").check()
    lead.get_by_role("button", name="Zuteilen", exact=True).click()
    expect(lead.get_by_text(re.compile("wieder für alle der Gruppe frei|zugeteilt"))).to_be_visible()
