"""An evaluator's day: a log of other software from file to film, an edited diagram, and one case by permission; all of it by keyboard, too."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from engine.demo.people import PASSWORD
from tests.e2e.haus import sign_in, violations
from tests.e2e.vorrat import Vorrat

pytestmark = pytest.mark.e2e

FALL = Path(__file__).resolve().parents[2] / "bpmn" / "fall.bpmn"
LOG = "Fall;Aktivität;Zeitpunkt\n" + "".join(
    f"{case};Kurzassessment durchführen;0{day}.09.2026 08:00\n{case};{second};0{day + 1}.09.2026 10:00\n"
    for case, day, second in (("a", 1, "Visum erteilen"), ("b", 2, "Kaffee trinken"))
)


@pytest.fixture
def eva(page: Page) -> Page:
    """The evaluator's window."""
    page.goto("/anmelden")
    page.get_by_label("Anmeldename").fill("evaluation")
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Anmelden").click()
    page.wait_for_url("**/auswertung")
    return page


def playing(page: Page) -> None:
    page.wait_for_selector("[data-film][data-bereit]")
    expect(page.get_by_role("button", name="Abspielen")).to_be_visible()


def test_a_foreign_log_is_mapped_replayed_and_played(eva: Page, tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(LOG, encoding="utf-8")
    eva.get_by_role("link", name="Fremde Protokolle").click()
    eva.set_input_files("#datei", str(tmp_path / "log.csv"))
    eva.get_by_role("button", name="Hochladen").click()
    expect(eva.get_by_label("Aktivität", exact=True)).to_have_value("Aktivität")
    assert violations(eva) == []
    eva.get_by_role("button", name="Einlesen").click()
    eva.get_by_label("Abgelegte Fassung").select_option(label="Kurzassessment und Segment, Fassung 1")
    eva.get_by_role("button", name="Nachspielen").click()
    expect(eva.get_by_text("Unbekannte Aktivitäten: Kaffee trinken (1 Fall)")).to_be_visible()
    eva.wait_for_selector("[data-bild][data-bereit]")
    assert eva.locator(".ff-zahl").count() > 0
    assert violations(eva) == []
    eva.get_by_role("link", name="Beispiel abspielen").first.click()
    playing(eva)
    for _ in range(2):
        eva.keyboard.press("Tab")  # into the page; the shortcut works wherever the focus is within the film
    eva.get_by_role("button", name="Schritt vor").focus()
    eva.keyboard.press("Enter")
    eva.keyboard.press("Alt+ArrowRight")
    assert eva.locator("[data-film-bild][aria-current=step]").count() == 1
    slider = eva.get_by_label("Zeit", exact=True)
    slider.focus()
    eva.keyboard.press("End")
    expect(eva.locator("[data-film-bild]").last).to_have_attribute("aria-current", "step")
    assert (slider.get_attribute("aria-valuetext") or "").startswith("Tag 1")
    assert violations(eva) == []


def test_an_edited_diagram_is_weighed_before_it_goes_live(eva: Page, tmp_path: Path) -> None:
    edited = tmp_path / "fall.bpmn"
    edited.write_bytes(FALL.read_bytes().replace(b"zustaendigkeit_pruefen", b"zustaendigkeit_neu"))
    eva.get_by_role("link", name="Vor der Freigabe").click()
    assert violations(eva) == []
    eva.get_by_label("Geändertes BPMN-Diagramm").set_input_files(str(edited))
    eva.get_by_role("button", name="Nachspielen").click()
    expect(eva.get_by_role("heading", name="Woran es liegt")).to_be_visible()
    eva.wait_for_selector("[data-bild][data-bereit]")
    assert violations(eva) == []


def test_one_case_is_played_by_permission(eva: Page, browser: Browser, served: str, vorrat: Vorrat) -> None:
    nr = vorrat.case()
    _ask(eva, nr)
    leitung = browser.new_context(base_url=served, locale="de-CH", reduced_motion="reduce").new_page()
    sign_in(leitung, "leitung.sdol")
    leitung.goto("/einsicht")
    leitung.get_by_role("button", name="Bewilligen").first.click()
    eva.goto("/auswertung/film")
    eva.get_by_role("link", name=f"Ablauf {nr}").click()
    playing(eva)
    assert violations(eva) == []
    eva.get_by_role("button", name="Schritt vor").click()
    expect(eva.locator(".ff-zahl--marke").first).to_be_visible()
    eva.get_by_role("button", name="Abspielen").click()
    expect(eva.locator("[data-film-bild]").last).to_have_attribute("aria-current", "step")
    leitung.context.close()


def _ask(page: Page, nr: str) -> None:
    page.goto("/einsicht")
    page.get_by_label("Sozialregion").select_option("SDOL")
    page.get_by_label("Fallnummer oder Kennung").fill(nr)
    page.get_by_label("Begründung").fill("Warum dieser Fall anders verlief, für den Schlussbericht.")
    page.get_by_role("button", name="Beantragen").click()
    expect(page.get_by_text("liegt bei der Leitung")).to_be_visible()




def test_a_flow_from_segment_to_segment_is_drawn(eva: Page) -> None:
    """The charts' own file with options like the pages': a demonstration has too few changes of segment for a diagram of them."""
    flow = {"series": [{"type": "sankey", "data": [{"name": "vorher"}, {"name": "nachher"}], "links": [{"source": "vorher", "target": "nachher", "value": 7}]}]}
    box = f'<div class="ff-schaubild" role="img" aria-label="Wechsel" data-schaubild="{escape(json.dumps(flow))}"></div></main>'
    page = eva.request.get("/auswertung/kennzahlen").text()
    eva.route("**/auswertung/kennzahlen", lambda route: route.fulfill(content_type="text/html", body=page.replace("</main>", box)))
    eva.goto("/auswertung/kennzahlen")
    expect(eva.get_by_label("Wechsel").locator("svg text")).to_have_text(["vorher", "nachher"])
