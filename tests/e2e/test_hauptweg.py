"""The main path in a real browser: a family is registered, accompanied, detached, and its case closed six months later."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.haus import PATIENCE, Haus, fill, sign_in, submit, today, violations

# One server for all of these: one worker runs them.
pytestmark = pytest.mark.e2e

TEAM = ("intake.sdol", "administration.sdol", "teamleitung.sdol", "fallfuehrung.sdol", "leitung.sdol")
HAUSHALT = {
    "personen.0.name": "Enzian",
    "personen.0.vorname": "Ada",
    "personen.0.geburtsdatum": "4.5.1988",
    "personen.0.rolle_ue": "antragstellend",
    "personen.0.ahvn13": "756.9217.0769.85",
    "personen.1.name": "Enzian",
    "personen.1.vorname": "Ben",
    "personen.1.geburtsdatum": "12.11.1986",
    "personen.1.rolle_ue": "partner",
    "gemeinde_bfs": "2546",
    "adresse": "Musterweg 1, 2540 Grenchen",
}
ENTSCHEIDE = {
    "zustaendig": True,
    "unterlagen_vollstaendig": True,
    "anspruch": "ja",
    "erwerbsfaehigkeit": "voll",
    "horizont": "offen",
    "entscheid": "VERAENDERN",
    "unterschrift": "ja",
    "sb_entscheid": "weiter",
    "nachbegleitung": "nein",
    "keine_pendenzen": True,
}


def open_case(page: Page) -> str:
    """Register the household by the form, one person added; gives the case's number."""
    page.goto("/faelle/neu")
    page.get_by_role("button", name="Weiteren Eintrag hinzufügen").click()
    expect(page.locator('[name="personen.1.name"]')).to_be_visible()
    submit(page, "Fall eröffnen", HAUSHALT)
    found = re.search(r"/faelle/([\d-]+)$", page.url)
    assert found, page.locator("main").inner_text()
    return found[1]


def work_off(haus: Haus, fall_nr: str, decisions: dict[str, object]) -> list[str]:
    """Everybody does what is open for that case, until nobody has anything left; gives the tasks' names."""
    done: list[str] = []
    while round_ := [name for page in map(haus.desk, TEAM) for name in _work_off_here(page, fall_nr, decisions)]:
        done += round_
    return done


def _work_off_here(page: Page, fall_nr: str, decisions: dict[str, object]) -> Iterator[str]:
    """Whoever sits at this desk does all that is theirs before somebody else looks."""
    while (link := _task(page, fall_nr)) is not None:
        page.goto(link[0])
        if page.get_by_role("button", name="Aufgabe übernehmen").count():
            page.get_by_role("button", name="Aufgabe übernehmen").click()
        submit(page, "Aufgabe abschliessen", decisions)
        yield link[1]


def _task(page: Page, fall_nr: str) -> tuple[str, str] | None:
    """Address and name of the first task in this person's list, read without showing it: other tests look at the list."""
    answer = page.request.get(f"/aufgaben?suche={fall_nr}")
    assert answer.ok, answer.status
    found = re.search(r'href="(/aufgaben/\d+)">([^<]+)<', answer.text())
    return (found[1], html.unescape(found[2])) if found else None


def reaches(page: Page, fall_nr: str, phase: str) -> None:
    """The case is in that phase, at the latest when the scheduler has done the machine's steps after the last task."""
    shown = page.locator("dt", has_text="Phase").locator("xpath=following-sibling::dd").first
    for _ in range(PATIENCE):
        page.goto(f"/faelle/{fall_nr}")
        if shown.inner_text() == phase:
            return
        page.wait_for_timeout(500)
    raise AssertionError(f"{fall_nr} is in {shown.inner_text()}, not in {phase}")


def jump(page: Page, button: str) -> None:
    page.goto("/aufgaben")
    page.get_by_role("button", name=button).click()
    expect(page.get_by_text("Die Demo-Uhr steht auf")).to_be_visible(timeout=60_000)


def test_a_family_goes_from_anmeldung_to_abschluss(haus: Haus) -> None:
    intake = haus.desk("intake.sdol")
    fall_nr = open_case(intake)
    reaches(intake, fall_nr, "Intake")

    done = work_off(haus, fall_nr, ENTSCHEIDE)
    assert sum(name.startswith("Kurzassessment") for name in done) == 2, "one for each person"
    assert sum(name.startswith("Segment") for name in done) == 2
    assert any(name.startswith("Ziele") for name in done)
    reaches(intake, fall_nr, "Standortbestimmung")

    jump(intake, "6 Monate")
    assert any(name.startswith("Standort") for name in work_off(haus, fall_nr, ENTSCHEIDE)), "the first Standortbestimmung"
    reaches(intake, fall_nr, "Standortbestimmung")  # again and again

    jump(intake, "6 Monate")
    done = work_off(haus, fall_nr, {**ENTSCHEIDE, "sb_entscheid": "abloesung"})
    assert [name.split()[0] for name in done][-2:] == ["Ablösung", "Abschlussgespräch"]
    reaches(intake, fall_nr, "Nachbegleitung")

    jump(intake, "1 Monat")
    assert work_off(haus, fall_nr, ENTSCHEIDE) == [], "six calendar months have to pass"
    jump(intake, "6 Monate")
    reaches(intake, fall_nr, "Abschluss")
    assert len(work_off(haus, fall_nr, ENTSCHEIDE)) == 1
    reaches(intake, fall_nr, "Abgeschlossen")
    expect(intake.locator("main")).to_contain_text("Ende im Diagramm: «Fall abgeschlossen»")
    assert intake.locator("main").get_by_text("Enzian").count() > 0


def test_a_double_click_opens_one_case(haus: Haus) -> None:
    page = haus.desk("intake.sro")
    page.goto("/faelle/neu")
    fill(page, {**HAUSHALT, "personen.0.name": "Doppel", "gemeinde_bfs": "2581"})
    page.get_by_role("button", name="Fall eröffnen").last.dblclick()
    page.wait_for_url(re.compile(r"/faelle/\d"))
    page.goto("/faelle?suche=Doppel")
    assert page.locator("main tbody tr").count() == 1


def test_a_case_of_another_region_does_not_exist(haus: Haus) -> None:
    fall_nr = open_case(haus.desk("intake.sdol"))
    stranger = haus.desk("fallfuehrung.sro")
    answer = stranger.goto(f"/faelle/{fall_nr}")
    assert answer is not None
    assert answer.status == 404
    unknown = stranger.goto("/faelle/1999-00001")
    assert unknown is not None
    assert unknown.status == 404


def test_every_kind_of_page_is_clean_for_axe(haus: Haus, page: Page) -> None:
    found = {}
    for address in ("/", "/anmelden"):
        page.goto(address)
        found[address] = violations(page)
    desk = haus.desk("intake.sdol")
    fall_nr = open_case(desk)
    task = _task(desk, fall_nr)
    assert task is not None
    for address in ("/aufgaben", "/faelle", "/faelle/neu", f"/faelle/{fall_nr}", task[0], "/faelle/nirgends"):
        desk.goto(address)
        found[address] = violations(desk)
    desk.goto("/faelle/neu")
    desk.get_by_role("button", name="Fall eröffnen").last.click()
    expect(desk).to_have_title(re.compile("^Fehler:"))
    found["/faelle/neu with errors"] = violations(desk)
    assert {address: rules for address, rules in found.items() if rules} == {}


@pytest.mark.parametrize("address", ["/aufgaben", "/faelle", "/faelle/neu"])
def test_a_narrow_screen_needs_no_sideways_scrolling(haus: Haus, address: str) -> None:
    page = haus.desk("intake.sdol")
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_one_can_sign_in_by_keyboard_alone(page: Page) -> None:
    page.goto("/anmelden")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#inhalt", "the first stop is the way past the menu"
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "login":
            break
    page.keyboard.type("intake.sdol")
    page.keyboard.press("Tab")
    page.keyboard.type("fallfluss-demo")
    page.keyboard.press("Enter")
    page.wait_for_url("**/aufgaben")


def test_after_an_error_the_focus_is_on_the_summary_and_each_entry_leads_to_its_field(haus: Haus) -> None:
    page = haus.desk("intake.sdol")
    page.goto("/faelle/neu")
    page.get_by_role("button", name="Fall eröffnen").last.click()
    expect(page).to_have_title(re.compile("^Fehler:"))
    assert page.evaluate("document.activeElement.classList.contains('govuk-error-summary')")
    page.locator(".govuk-error-summary a").first.click()
    assert page.evaluate("document.activeElement.name") == "personen.0.name"


def test_the_demo_clock_shows_the_day_it_was_moved_to(page: Page) -> None:
    sign_in(page, "fallfuehrung.sro")
    before = today(page)
    jump(page, "1 Monat")
    assert today(page) != before
