"""One case through many hands in a real browser: allotted by a choice of colleagues, kept as a draft, passed to somebody by name while the
form is still open, completed, handed over to another region with the approval of the Teamleitung."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.haus import Haus, submit, today, violations
from tests.e2e.test_hauptweg import ENTSCHEIDE, TEAM, _task, open_case
from tests.e2e.test_uebergabe import accept_package, release_package

pytestmark = [pytest.mark.e2e, pytest.mark.soak]

ZIEL = "Eine Stelle mit halbem Pensum bis im Sommer."


def work_until(haus: Haus, fall_nr: str, name: str, team: tuple[str, ...] = TEAM) -> tuple[Page, str]:
    """Everybody does what is open until somebody's next task is called so; gives that person's desk and the task's address."""
    while True:
        found = next(((page, task) for page in map(haus.desk, team) if (task := _task(page, fall_nr))), None)
        assert found is not None, f"nobody has «{name}»"
        page, (address, called) = found
        if called.startswith(name):
            return page, address
        page.goto(address)
        submit(page, "Aufgabe abschliessen", ENTSCHEIDE)


def _clean(page: Page) -> None:
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert violations(page) == [], (page.url, width)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (page.url, width)


def test_a_case_goes_through_many_hands_and_nothing_typed_is_lost(haus: Haus) -> None:
    fall_nr = open_case(haus.desk("intake.sdol"))
    lead, address = work_until(haus, fall_nr, "Fall zuteilen")
    lead.goto(address)
    choice = lead.get_by_label("Fallführung", exact=True)
    expect(choice.locator("option", has_text="Franca Fuchs")).to_have_count(1)
    assert re.search(r"Franca Fuchs – (keine Fälle|\d+ F)", choice.inner_text())
    _clean(lead)
    submit(lead, "Aufgabe abschliessen", {"fallfuehrung": "fallfuehrung2.sdol"})

    franca, fabio = haus.desk("fallfuehrung2.sdol"), haus.desk("fallfuehrung.sdol")
    answer = fabio.goto(f"/faelle/{fall_nr}")
    assert answer is not None
    assert answer.status == 404, "a case of a colleague"
    others = tuple(login for login in TEAM if login != "fallfuehrung.sdol")
    franca, address = work_until(haus, fall_nr, "Ziele vereinbaren", (*others, "fallfuehrung2.sdol"))

    # Taken over and kept as a draft by keyboard alone.
    franca.goto(address)
    franca.get_by_role("button", name="Aufgabe übernehmen").press("Enter")
    expect(franca.get_by_text("mir", exact=True)).to_be_visible()
    goal = franca.get_by_label("Gesamtziel")
    goal.focus()
    franca.keyboard.type(ZIEL)
    franca.get_by_role("button", name="Entwurf speichern").press("Enter")
    expect(franca.get_by_text("Das ist Ihr Entwurf")).to_be_visible()
    assert franca.get_by_label("Gesamtziel").input_value() == ZIEL

    # An error brings the focus to its summary, from where one gets to the field.
    franca.get_by_role("button", name="Aufgabe abschliessen").last.press("Enter")
    expect(franca).to_have_title(re.compile("^Fehler:"))
    assert franca.evaluate("document.activeElement.classList.contains('govuk-error-summary')")
    assert franca.get_by_label("Gesamtziel").input_value() == ZIEL
    _clean(franca)

    # Passed to Fabio by name in another window; what was typed in the first is shown, not lost.
    other = franca.context.new_page()
    other.goto(address)
    other.get_by_role("link", name="Zuteilen, zurückstellen").click()
    other.get_by_label("Fabio Furrer").check()
    _clean(other)
    other.get_by_role("button", name="Zuteilen", exact=True).click()
    expect(other.get_by_text("Fabio Furrer zugeteilt")).to_be_visible()
    franca.get_by_role("button", name="Aufgabe abschliessen").last.click()
    expect(franca.locator("main")).to_contain_text("bearbeitet inzwischen Fabio Furrer")
    expect(franca.locator("main")).to_contain_text(ZIEL)
    _clean(franca)

    # Now the case is his to look into, and the task his to do.
    fabio.goto(f"/aufgaben?suche={fall_nr}")
    fabio.get_by_role("link", name=re.compile("Ziele vereinbaren")).click()
    submit(fabio, "Aufgabe abschliessen", {**ENTSCHEIDE, "gesamtziel": ZIEL})
    fabio.goto(f"/faelle/{fall_nr}")
    expect(fabio.locator("main")).to_contain_text(ZIEL)

    # The household moves to Olten: the package is put together, approved, and accepted there.
    franca.goto(f"/faelle/{fall_nr}/umzug")
    franca.get_by_label("in eine Gemeinde des Kantons Solothurn").check()
    expect(franca.locator('[name="neue_gemeinde_bfs"]')).to_be_visible()
    _clean(franca)
    submit(franca, "Umzug erfassen", {"wohin": "kanton", "neue_gemeinde_bfs": "2581", "per": today(franca)})
    release_package(haus, fall_nr, packer="fallfuehrung2.sdol")
    lead = haus.desk("teamleitung.sdol")
    lead.goto(f"/faelle/{fall_nr}/papiere/uebergabe")
    lead.get_by_label("Bei den Dokumenten des Falls ablegen").uncheck()
    with lead.expect_download() as paper:
        lead.get_by_role("button", name=re.compile("PDF")).first.click()
    assert paper.value.suggested_filename.endswith(".pdf")
    accept_package(haus, fall_nr)
    new = haus.desk("teamleitung.sro")
    expect(new.locator("main")).to_contain_text("Oberer Leberberg")
    expect(new.locator("main")).to_contain_text(ZIEL)
    new.goto("/aufgaben?suche=" + fall_nr)
    expect(new.locator("main")).not_to_contain_text("Zuständigkeit prüfen", timeout=1)
