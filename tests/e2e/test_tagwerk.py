"""What a working day asks of one task: taken and sent by keyboard alone, kept, met by a colleague, approved; and what must not be lost."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from engine.demo.people import PASSWORD
from tests.e2e.haus import Haus, submit, violations
from tests.e2e.vorrat import Vorrat

pytestmark = pytest.mark.e2e

NO, REASON = '[name="zustaendig"][value="nein"]', '[name="zustaendig_begruendung"]'
TYPED = "Die Familie ist im Oktober nach Olten gezogen."
SEND = "Aufgabe abschliessen"


def tab_to(page: Page, what: str) -> None:
    """Press the tabulator until the element has the focus; a person would give up after so many."""
    page.locator("h1").first.wait_for()
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("what => document.activeElement.matches(what)", what):
            return
    raise AssertionError(f"«{what}» is not reached by keyboard on {page.url}")


def clean(page: Page) -> None:
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert violations(page) == [], (page.url, width)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (page.url, width)


def type_no(page: Page) -> None:
    page.check(NO)
    page.locator(REASON).fill(TYPED)


def test_a_task_is_taken_kept_corrected_and_sent_by_keyboard_alone(haus: Haus, vorrat: Vorrat) -> None:
    fall_nr, task = vorrat.task("zustaendigkeit_pruefen")
    page = haus.desk("intake.sdol")
    page.goto(f"/aufgaben?suche={fall_nr}")
    tab_to(page, f'a[href="{task}"]')
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{task}")
    tab_to(page, "form[action$='/uebernehmen'] button")
    page.keyboard.press("Enter")
    expect(page.get_by_text("mir", exact=True)).to_be_visible()
    tab_to(page, '[name="zustaendig"]')
    page.keyboard.press("ArrowDown")
    expect(page.locator(NO)).to_be_checked()
    expect(page.locator(REASON)).to_be_visible()

    # Nothing is written yet where something is asked: the focus goes to the summary, from there to the field.
    tab_to(page, "form.ff-formular .ff-knopfzeile button[value='abschliessen']")
    page.keyboard.press("Enter")
    expect(page).to_have_title(re.compile("^Fehler:"))
    assert page.evaluate("document.activeElement.classList.contains('govuk-error-summary')")
    clean(page)
    tab_to(page, ".govuk-error-summary a")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.name") == "zustaendig_begruendung"
    page.keyboard.type(TYPED)
    tab_to(page, "button[value='entwurf']")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Das ist Ihr Entwurf")).to_be_visible()
    assert page.locator(REASON).input_value() == TYPED
    tab_to(page, "form.ff-formular .ff-knopfzeile button[value='abschliessen']")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").first).to_contain_text("ist abgeschlossen")


def test_a_double_click_and_a_step_back_send_once_and_show_what_was_sent(haus: Haus, vorrat: Vorrat) -> None:
    fall_nr, task = vorrat.task("zustaendigkeit_pruefen")
    page = haus.desk("intake.sdol")
    page.goto(task)
    type_no(page)
    page.get_by_role("button", name=SEND).last.dblclick()
    page.wait_for_url(f"**/faelle/{fall_nr}")
    expect(page.get_by_role("alert").first).to_contain_text("ist abgeschlossen")
    page.go_back()
    expect(page.locator("main")).to_contain_text(re.compile("nicht mehr offen|Begründung"))
    if page.locator("form.ff-formular").count():
        page.get_by_role("button", name=SEND).last.click()
    expect(page.locator("main")).to_contain_text("Diese Aufgabe ist nicht mehr offen: Sie selbst haben sie")
    expect(page.locator("main")).to_contain_text(TYPED)
    clean(page)
    page.goto(f"/faelle/{fall_nr}/verlauf")
    assert page.locator("main").get_by_text("Zuständigkeit prüfen").count() >= 1


def test_what_is_sent_is_not_overtaken_by_a_draft_that_is_still_on_its_way(haus: Haus, vorrat: Vorrat) -> None:
    _, task = vorrat.task("zustaendigkeit_pruefen")
    page = haus.desk("intake.sdol")
    drafts: list[Route] = []
    sent: list[Route] = []
    given_up: list[str] = []
    page.goto(task)
    type_no(page)
    expect(page.locator("[data-entwurf-stand]")).to_contain_text("Entwurf gespeichert um")
    page.route(re.compile(re.escape(task) + "/entwurf$"), lambda route: drafts.append(route))
    page.route(re.compile(re.escape(task) + "$"), lambda route: sent.append(route) if route.request.is_navigation_request() else route.continue_())
    page.on("requestfailed", lambda request: given_up.append(request.url))
    page.locator(REASON).press_sequentially(" Und sonst?")
    _until(page, lambda: bool(drafts))
    page.get_by_role("button", name=SEND).last.click(no_wait_after=True)
    _until(page, lambda: bool(sent) and any(url.endswith("/entwurf") for url in given_up))
    sent[0].continue_()
    expect(page.get_by_role("alert").first).to_contain_text("ist abgeschlossen")


def _until(page: Page, happened: Callable[[], bool]) -> None:
    for _ in range(100):
        if happened():
            return
        page.wait_for_timeout(100)
    raise AssertionError("It did not happen within ten seconds.")


def test_who_is_late_reads_who_was_faster_and_keeps_what_was_typed(haus: Haus, vorrat: Vorrat) -> None:
    fall_nr, task = vorrat.task("ziele_vereinbaren")
    fabio, lead, franca = (haus.desk(f"{login}.sdol") for login in ("fallfuehrung", "teamleitung", "fallfuehrung2"))
    refused = franca.goto(task)
    assert refused is not None
    assert refused.status == 404, "a free task of a colleague's case"
    fabio.goto(task)
    goal = fabio.get_by_label("Gesamtziel")
    goal.fill("Eine Stelle mit halbem Pensum.")
    expect(fabio.locator("[data-entwurf-stand]")).to_contain_text("Entwurf gespeichert um")

    lead.goto(f"/aufgaben?wer=alle&suche={fall_nr}")
    lead.locator('[name="aufgabe"]').first.check()
    lead.get_by_label("Zuteilen an").select_option("fallfuehrung2.sdol")
    lead.get_by_role("button", name="Zuteilen", exact=True).click()
    expect(lead.get_by_role("heading", level=1)).to_have_text("1 von 1 Aufgabe zugeteilt an Franca Fuchs")
    fabio.get_by_role("button", name=SEND).last.click()
    expect(fabio.locator("main")).to_contain_text("bearbeitet inzwischen Franca Fuchs")
    expect(fabio.locator("main")).to_contain_text("Eine Stelle mit halbem Pensum.")
    clean(fabio)

    franca.goto(f"/aufgaben?suche={fall_nr}")
    franca.get_by_role("link", name=re.compile("Ziele vereinbaren")).click()
    submit(franca, SEND, {"gesamtziel": "Ein Praktikum bis im Sommer.", "unterschrift": "ja"})
    expect(franca.get_by_role("alert").first).to_contain_text("ist abgeschlossen")
    fabio.goto(task)
    expect(fabio.locator("main")).to_contain_text("Franca Fuchs hat sie")
    expect(fabio.locator("main")).to_contain_text("Eine Stelle mit halbem Pensum.")


@pytest.mark.soak
def test_a_segment_against_the_rule_needs_the_visum_of_who_leads(haus: Haus, vorrat: Vorrat) -> None:
    fall_nr, task = vorrat.task("visum_erteilen", erwerbsfaehigkeit="keine", horizont="offen", entscheid="ABLOESEN")
    lead = haus.desk("teamleitung.sdol")
    lead.goto("/leitung")
    expect(lead.locator("main")).to_contain_text(fall_nr)
    lead.goto(task)
    expect(lead.locator("main")).to_contain_text("Begründung der Übersteuerung")
    clean(lead)
    submit(lead, SEND, {"visum_entscheid": "erteilt"})
    expect(lead.get_by_role("alert").first).to_contain_text("«Visum erteilen» ist abgeschlossen")
    lead.goto(f"/faelle/{fall_nr}/verlauf")
    expect(lead.locator("main")).to_contain_text("Visum erteilen")


def test_a_session_that_ended_over_a_filled_form_leads_back_into_it(page: Page, vorrat: Vorrat) -> None:
    _, task = vorrat.task("zustaendigkeit_pruefen")

    def log_in() -> None:
        page.get_by_label("Anmeldename").fill("intake.sdol")
        page.get_by_label("Passwort").fill(PASSWORD)
        page.get_by_role("button", name="Anmelden").click()

    page.goto(task)
    log_in()
    page.wait_for_url(f"**{task}")
    # Without the draft that is kept while one types: what is sent alone must be enough.
    page.route("**/entwurf", lambda route: route.abort())
    type_no(page)
    page.context.clear_cookies()
    page.get_by_role("button", name=SEND).last.click()
    expect(page.locator("main")).to_contain_text("abgelaufen")
    clean(page)
    log_in()
    page.locator("main form button").first.click()
    page.wait_for_url(f"**{task}")
    expect(page.locator(NO)).to_be_checked()
    assert page.locator(REASON).input_value() == TYPED
    page.get_by_role("button", name=SEND).last.click()
    expect(page.get_by_role("alert").first).to_contain_text("ist abgeschlossen")


@pytest.mark.soak
def test_what_is_chosen_while_the_server_still_answers_stays(haus: Haus, vorrat: Vorrat) -> None:
    _, task = vorrat.task("kurzassessment_durchfuehren")
    page = haus.desk("intake.sdol")
    page.goto(task)
    deciding = set((page.locator("form.ff-formular").get_attribute("data-bedingt") or "").split())
    names = page.eval_on_selector_all("form.ff-formular input[type=radio]:enabled", "all => [...new Set(all.filter(c => c.offsetParent).map(c => c.name))]")
    first = next(name for name in names if name in deciding)
    second = next(name for name in names if name not in deciding)

    # At once, so that the answer to the first is surely under way when the second is chosen.
    choose = "names => names.forEach(name => document.querySelector(`[name='${name}']`).click())"
    with page.expect_response(lambda answer: answer.url.endswith(task)):
        page.evaluate(choose, [first, second])
    page.wait_for_timeout(1500)
    expect(page.locator(f'[name="{first}"]').first).to_be_checked()
    expect(page.locator(f'[name="{second}"]').first).to_be_checked()


def test_a_move_half_typed_is_there_again(haus: Haus, vorrat: Vorrat) -> None:
    fall_nr = vorrat.case("ziele_vereinbaren")
    page = haus.desk("fallfuehrung.sdol")
    page.goto(f"/faelle/{fall_nr}/umzug")
    page.get_by_label("in eine Gemeinde des Kantons Solothurn").check()
    page.locator('[name="per"]').fill("1.12.2026")
    expect(page.locator("[data-entwurf-stand]")).to_contain_text("Entwurf gespeichert um")
    page.goto(f"/faelle/{fall_nr}")
    page.goto(f"/faelle/{fall_nr}/umzug")
    expect(page.get_by_text("Das ist Ihr Entwurf")).to_be_visible()
    assert page.locator('[name="per"]').input_value() in ("1.12.2026", "01.12.2026")
    clean(page)
    page.get_by_text("Entwurf verwerfen", exact=True).click()
    page.get_by_role("button", name="Ja, Entwurf verwerfen").click()
    assert page.locator('[name="per"]').input_value() == ""
