"""A day at the desk: what is typed is kept, two windows meet, the file of a case can be read and added to."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.haus import sign_in, submit, violations
from tests.e2e.vorrat import Vorrat

pytestmark = pytest.mark.e2e

@pytest.fixture
def case(page: Page, vorrat: Vorrat) -> str:
    """The address of a case that the Intake just opened."""
    sign_in(page, "intake.sdol")
    return f"/faelle/{vorrat.case()}"


def test_two_windows_meet_and_nothing_typed_is_lost(page: Page, case: str) -> None:
    page.goto(case)
    page.locator("main a[href*='/aufgaben/']").first.click()
    page.wait_for_load_state()
    task = page.url
    other = page.context.new_page()
    other.goto(task)
    words = "zustaendig_begruendung"
    answer = '[name="zustaendig"][value="nein"]'
    page.check(answer)
    # The reason is asked for as soon as the answer calls for it; the first window has its draft before the second begins.
    page.fill(f'[name="{words}"]', "Aus dem ersten Fenster")
    expect(page.locator("[data-entwurf-stand]")).to_contain_text("Entwurf gespeichert um")
    other.check(answer)
    other.fill(f'[name="{words}"]', "Aus dem zweiten Fenster")
    expect(other.locator("[data-entwurf-problem]")).to_contain_text("in einem anderen Fenster")
    other.get_by_role("button", name="Beide Fassungen ansehen").click()
    expect(other.get_by_role("alert")).to_be_focused()
    expect(other.locator("main")).to_contain_text("Aus dem ersten Fenster")
    expect(other.locator("main")).to_contain_text("Aus dem zweiten Fenster")
    for width in (320, 1280):
        other.set_viewport_size({"width": width, "height": 900})
        assert violations(other) == []
        assert other.evaluate("document.documentElement.scrollWidth") <= width
    other.locator('input[value="andere"]').first.check()
    other.get_by_role("button", name="Weiter mit dieser Auswahl").click()
    assert other.input_value(f'[name="{words}"]') == "Aus dem ersten Fenster"
    submit(other, "Aufgabe abschliessen", {})
    expect(other.get_by_role("alert").first).to_contain_text("ist abgeschlossen")
    page.get_by_role("button", name="Aufgabe abschliessen").last.click()
    expect(page.locator("main")).to_contain_text("nicht mehr offen")


def test_whoever_types_without_a_connection_sees_it_where_they_type(page: Page, case: str) -> None:
    page.goto(case)
    page.locator("main a[href*='/aufgaben/']").first.click()
    page.set_viewport_size({"width": 1280, "height": 500})
    page.route("**/entwurf", lambda route: route.abort())
    page.check('[name="zustaendig"][value="nein"]')
    trouble = page.locator("[data-entwurf-problem]")
    expect(trouble).to_contain_text("keine Verbindung")
    expect(trouble).to_be_in_viewport()
    # There is nothing to compare.
    expect(trouble.get_by_role("button")).to_have_count(0)


def test_whoever_is_about_to_be_logged_out_may_stay(page: Page, case: str) -> None:
    page.clock.install()
    page.goto(case)
    page.clock.fast_forward("09:57:00")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    assert violations(page) == []
    dialog.get_by_role("button", name="Angemeldet bleiben").click()
    expect(dialog).to_be_hidden()
    # Nobody answers: the page says so and offers nothing that would no longer work.
    page.clock.fast_forward("09:57:00")
    page.clock.fast_forward("00:05:00")
    expect(dialog).to_contain_text("ist abgelaufen")
    expect(dialog.get_by_role("button", name="Angemeldet bleiben")).to_be_hidden()


def test_every_tab_of_a_case_can_be_read_on_a_narrow_screen_and_by_everybody(page: Page, case: str, tmp_path: Path) -> None:
    page.goto(f"{case}/journal")
    page.get_by_label("Art").select_option("telefon")
    page.get_by_label("Text").fill("Hat angerufen.")
    page.get_by_role("button", name="Eintragen").click()
    for name in ("notiz.txt", "Mietvertrag_mit_einem_langen_Namen_ohne_Luecke(Seite1).txt"):
        file = tmp_path / name
        file.write_text("Grüezi")
        page.goto(f"{case}/dokumente")
        page.get_by_label("Datei").set_input_files(file)
        page.get_by_role("button", name="Hochladen").click()
        expect(page.locator("main")).to_contain_text("In Quarantäne")
    for tab in ("", "/verlauf", "/diagramm", "/dokumente", "/journal", "/papiere/einladung", "/papiere/auskunft"):
        page.goto(case + tab)
        for width in (320, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            assert violations(page) == [], (tab, width)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (tab, width)
    page.get_by_role("link", name=re.compile("Verlauf")).click()
    expect(page.locator("main")).to_contain_text("Journal: Telefon")
