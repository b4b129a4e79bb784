"""An evaluator's day: a log of other software from file to film, an edited diagram, and one case by permission; all of it by keyboard, too."""

from __future__ import annotations

import json
import re
from html import escape
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from playwright.sync_api import Browser, Page, expect

from engine.demo.people import PASSWORD
from tests.e2e.haus import sign_in, violations
from tests.e2e.vorrat import Vorrat
from tests.replay.build import drawn, sub

pytestmark = pytest.mark.e2e

FALL = Path(__file__).resolve().parents[2] / "bpmn" / "fall.bpmn"
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
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


def test_an_edited_diagram_is_weighed_before_it_goes_live(eva: Page, vorrat: Vorrat, tmp_path: Path) -> None:
    vorrat.case()
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


def test_two_films_stand_at_the_same_height_whatever_words_take_another_line(eva: Page, browser: Browser, served: str, vorrat: Vorrat) -> None:
    numbers = [vorrat.case(), vorrat.case()]
    for nr in numbers:
        _ask(eva, nr)
    leitung = browser.new_context(base_url=served, locale="de-CH", reduced_motion="reduce").new_page()
    sign_in(leitung, "leitung.sdol")
    for _ in numbers:
        leitung.goto("/einsicht")
        leitung.get_by_role("button", name="Bewilligen").first.click()
    leitung.context.close()
    eva.set_viewport_size({"width": 1280, "height": 900})
    eva.goto("/auswertung/film")
    eva.get_by_role("link", name=f"Ablauf {numbers[0]}").click()
    eva.get_by_label("Daneben zeigen").select_option(label=next(text for text in eva.get_by_label("Daneben zeigen").locator("option").all_inner_texts() if numbers[1] in text))
    eva.get_by_role("button", name="Nebeneinander").click()
    expect(eva.locator("[data-film][data-bereit]")).to_have_count(2)
    eva.evaluate("() => { document.querySelector('.ff-film h2').textContent += ' mit einem Namen, der so lang ist, dass er gewiss auf eine dritte Zeile umbricht'; }")
    for part in ("dl", ".ff-diagramm", "[data-film-leiste]", "[data-film-text]", "h3", "ol"):
        left, right = eva.locator(f".ff-film > {part}, .ff-film > div > {part}").evaluate_all("all => all.map(one => one.getBoundingClientRect().top)")
        assert left == pytest.approx(right), part
    eva.set_viewport_size({"width": 375, "height": 900})
    assert eva.evaluate("() => document.documentElement.scrollWidth") <= 375
    assert violations(eva) == []


def test_the_history_of_a_region_is_taken_away_by_permission(eva: Page, browser: Browser, served: str, vorrat: Vorrat, tmp_path: Path) -> None:
    vorrat.case()
    eva.get_by_role("link", name="Verlauf ausführen").click()
    expect(eva.get_by_text("Zurzeit gilt für Sie keine Bewilligung")).to_be_visible()
    assert violations(eva) == []
    eva.get_by_role("link", name="Bewilligung beantragen").click()
    eva.get_by_label("Sozialregion").select_option("SDOL")
    eva.get_by_label("Begründung").fill("Vergleich der Wartezeiten der Pilotregionen, für den Schlussbericht.")
    assert violations(eva) == []
    eva.get_by_role("button", name="Beantragen").click()
    expect(eva.get_by_text("liegt bei der Leitung")).to_be_visible()
    leitung = browser.new_context(base_url=served, locale="de-CH", reduced_motion="reduce").new_page()
    sign_in(leitung, "leitung.sdol")
    leitung.goto("/einsicht")
    leitung.get_by_role("button", name=re.compile("Bewilligen.*Ausfuhr des Verlaufs")).click()
    eva.goto("/auswertung/ausfuhr")
    expect(eva.get_by_role("checkbox")).to_have_count(1)
    assert violations(eva) == []
    eva.get_by_label("CSV").check()
    eva.get_by_role("button", name="Ausführen").click()
    expect(eva.get_by_role("link", name="herunterladen")).to_be_visible(timeout=60_000)  # by the scheduler, when there are many
    assert violations(eva) == []
    with eva.expect_download() as loading:
        eva.get_by_role("link", name="herunterladen").click()
    loading.value.save_as(tmp_path / "verlauf.csv")
    content = (tmp_path / "verlauf.csv").read_text(encoding="utf-8")
    assert "zustaendigkeit_pruefen" in content or "altersschritt_berechnen" in content
    assert "Enzian" not in content
    eva.get_by_role("button", name="Jetzt vernichten").click()
    expect(eva.get_by_text("Die Datei ist vernichtet.")).to_be_visible()
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
    flow: dict[str, Any] = {"series": [{"type": "sankey", "data": [{"name": "vorher"}, {"name": "nachher"}], "links": [{"source": "vorher", "target": "nachher", "value": 7}]}]}
    with_chart(eva, "Wechsel", flow)
    expect(eva.get_by_label("Wechsel").locator("svg text")).to_have_text(["vorher", "nachher"])


def with_chart(page: Page, name: str, given: dict[str, Any]) -> None:
    """The page of figures with one more chart, of figures that a demonstration has too few cases for."""
    box = f'<div class="ff-schaubild" role="img" aria-label="{name}" data-schaubild="{escape(json.dumps(given))}"></div></main>'
    text = page.request.get("/auswertung/kennzahlen").text()
    page.route("**/auswertung/kennzahlen", lambda route: route.fulfill(content_type="text/html", body=text.replace("</main>", box)))
    page.goto("/auswertung/kennzahlen")


def test_one_of_many_curves_comes_to_the_front_by_keyboard(eva: Page) -> None:
    curves = [{"name": f"Region {number}", "gesamt": False, "punkte": [[0, 1], [5, 0.9 - number / 20]]} for number in range(13)]
    with_chart(eva, "Kurven", {"kurven": {"x": "Monate", "werte": [*curves, {"name": "Kanton", "gesamt": True, "punkte": [[0, 1], [5, 0.5]]}]}})
    chart, names = eva.get_by_label("Kurven", exact=True), eva.get_by_label("Kurve hervorheben").last
    expect(names.get_by_role("button")).to_have_count(14)
    swatches = names.locator("path").evaluate_all("all => all.map(one => one.getAttribute('stroke') + one.getAttribute('stroke-dasharray') + one.getAttribute('stroke-width'))")
    assert len(set(swatches)) == 14
    assert violations(eva) == []
    seventh = names.get_by_role("button", name="Region 7")
    seventh.focus()
    eva.keyboard.press("Enter")
    expect(seventh).to_have_attribute("aria-pressed", "true")
    eva.keyboard.press("Tab")
    eva.keyboard.press("Shift+Tab")
    expect(chart.locator("path[stroke='#c9cdcf'][fill='none'], path[stroke='#c9cdcf']:not([fill])")).to_have_count(12)
    eva.keyboard.press("Enter")
    expect(seventh).to_have_attribute("aria-pressed", "false")


@pytest.mark.parametrize("width", [1280, 375])
def test_names_of_bars_do_not_lie_on_each_other(eva: Page, width: int) -> None:
    eva.set_viewport_size({"width": width, "height": 900})
    names = ["Sozialregion Biberist Bucheggberg Lohn-Ammannsegg", "Sozialregion Mittlerer und Unterer Leberberg", "Sozialregion/Sozialdienst Wasseramt", "Total"]
    with_chart(eva, "Balken", {"balken": {"wort": "Anteil", "werte": [{"name": name, "value": 12.5, "gesamt": name == "Total"} for name in names]}})
    chart = eva.get_by_label("Balken", exact=True)
    expect(chart.locator("svg text", has_text="12.5 %")).to_have_count(4)
    boxes = chart.locator("svg text").evaluate_all(
        "all => all.filter(one => !/%|Anteil/.test(one.textContent)).map(one => { const at = one.getBoundingClientRect(); return [at.top, at.bottom, at.left]; }).sort((a, b) => a[0] - b[0])"
    )
    edge = chart.evaluate("one => one.getBoundingClientRect().left")
    assert len(boxes) >= 4
    assert all(above[1] <= below[0] + 1 for above, below in pairwise(boxes))
    assert all(left >= edge for *_, left in boxes)


@pytest.mark.parametrize("most", [7.5, 40.1, 51.7, 75.7])
def test_the_axis_of_bars_says_where_it_begins_on_a_telephone(eva: Page, most: float) -> None:
    eva.set_viewport_size({"width": 375, "height": 900})
    with_chart(eva, "Balken", {"balken": {"wort": "Anteil", "werte": [{"name": name, "value": value, "gesamt": False} for name, value in (("Erwerb", most), ("Wegzug", 3.9))]}})
    axis = eva.get_by_label("Balken", exact=True).locator("svg text")
    expect(axis.filter(has_text=re.compile(r"^0 %$"))).to_have_count(1)
    # Where it begins, in its middle and at its end.
    expect(axis.filter(has_text=re.compile(r"^\d+ %$"))).to_have_count(3)


def laid_out(page: Page, folder: Path, log: str, model: bytes) -> None:
    """The result of a log on a diagram that does not say where its elements lie."""
    (folder / "log.csv").write_text(log, encoding="utf-8")
    (folder / "ohne.bpmn").write_bytes(model)
    page.goto("/auswertung/protokolle")
    page.set_input_files("#datei", str(folder / "log.csv"))
    page.get_by_role("button", name="Hochladen").click()
    page.get_by_role("button", name="Einlesen").click()
    page.set_input_files("#modell", str(folder / "ohne.bpmn"))
    page.get_by_role("button", name="Nachspielen").click()
    page.wait_for_selector("[data-bild][data-bereit]")


def test_a_closed_sub_process_carries_the_sum_of_what_deviates_inside(eva: Page, tmp_path: Path) -> None:
    log = "".join(f"{case}k,a\n{case}k,b\n{case}l,a\n{case}l,c\n{case}l,b\n" for case in range(400))
    laid_out(eva, tmp_path, f"case_id,activity\n{log}", drawn("s > a > u > b > e", sub("u", "s2 > c > d > e2")))
    numbers = eva.locator(".djs-overlays[data-container-id=u] .ff-zahl")
    expect(numbers).to_have_text("1'200")
    assert numbers.get_attribute("title") == "darin d: übersprungen: 800; darin c: übersprungen: 400"
    expect(eva.locator(".djs-element.ff-stufe-4[data-element-id=u]")).to_be_attached()


def test_a_very_wide_diagram_begins_legibly_where_most_deviates(eva: Page, tmp_path: Path) -> None:
    steps = [f"t{number}" for number in range(20)]
    laid_out(eva, tmp_path, "case_id,activity\n" + "".join(f"1,{step}\n" for step in steps[:-1]), drawn(f"s > {' > '.join(steps)} > e"))
    assert eva.locator(".djs-container .viewport").evaluate("one => one.getCTM().a") >= 0.4
    number = eva.locator(".djs-overlays[data-container-id=t19] .ff-zahl").bounding_box()
    frame = eva.locator("[data-leinwand]").bounding_box()
    assert number and frame and frame["x"] < number["x"] < frame["x"] + frame["width"]


def numbered(page: Page, folder: Path, of: str) -> None:
    """The real diagram with a long number on each element of these kinds, as the pages of many cases have them."""
    laid_out(page, folder, LOG, FALL.read_bytes())
    ids = [one.get("id") for one in etree.parse(FALL).iter(*(f"{BPMN}{name}" for name in of.split()))]
    marks = escape(json.dumps({id_: {"text": "10.0 Tage", "titel": "Dauer", "rang": 1} for id_ in ids}))
    text = re.sub(r'data-marken="[^"]*"', lambda _: f'data-marken="{marks}"', page.request.get(page.url).text(), count=1)
    page.route(page.url, lambda route: route.fulfill(content_type="text/html", body=text))
    page.reload()
    page.wait_for_selector("[data-bild][data-bereit]")


@pytest.mark.parametrize("closer", [0, 1, -1], ids=["as it begins", "closer", "smaller"])
def test_numbers_cover_hardly_a_name_or_event_and_never_each_other(eva: Page, tmp_path: Path, closer: int) -> None:
    numbered(eva, tmp_path, "userTask intermediateCatchEvent")
    for _ in range(abs(closer)):
        eva.get_by_role("button", name="Grösser" if closer > 0 else "Kleiner").first.click()
    boxes = "all => all.filter(one => one.checkVisibility({ visibilityProperty: true })).map(one => one.getBoundingClientRect()).filter(one => one.width).map(one => [one.left, one.top, one.right, one.bottom])"
    symbols = ".djs-shape > .djs-visual > :is(circle, polygon):first-child"
    numbers, names, events = (eva.locator(f"[data-bild] >> nth=0 >> {what}").evaluate_all(boxes) for what in (".ff-zahl", ".djs-visual tspan", symbols))
    assert len(numbers) > 40 and len(names) > 100 and len(events) > 100
    assert [pair for pair in combinations(numbers, 2) if overlap(*pair)] == []
    # With a long number on every task and timer not everything has a place of its own.
    assert 50 * sum(any(overlap(number, name) for number in numbers) for name in names) <= len(names)
    # Nor does one touch a name, as far as names can be read well.
    touched = [name for name in names if any(overlap(number, [name[0] - 2, name[1] - 2, name[2] + 2, name[3] + 2]) for number in numbers)]
    assert (100 if closer >= 0 else 30) * len(touched) <= len(names)
    assert 100 * sum(any(covered(event, number) > 0.1 for number in numbers) for event in events) <= len(events)


def overlap(a: list[float], b: list[float]) -> bool:
    """Whether two boxes have more than a rounded pixel in common."""
    return min(a[2], b[2]) - max(a[0], b[0]) > 1 and min(a[3], b[3]) - max(a[1], b[1]) > 1


def test_names_on_a_diagram_end_their_lines_between_words_or_syllables(eva: Page, tmp_path: Path) -> None:
    long = "Verbindlichkeitsüberprüfung und Wiedereinreichung"
    model = FALL.read_bytes().replace("Verbindlichkeit klären".encode(), long.encode())
    laid_out(eva, tmp_path, LOG, model)
    names = {one.get("id"): one.get("name") for one in etree.fromstring(model).iter() if one.get("id") and one.get("name")}
    lines = eva.locator(".djs-container .djs-element:has(> .djs-visual > text)").evaluate_all(
        "all => all.map(one => [one.dataset.elementId.replace(/_label$/, ''), [...one.querySelectorAll(':scope > .djs-visual > text > tspan')].map(line => line.textContent.trim())])"
    )
    drawn_names = [(names[id_], told) for id_, told in lines if id_ in names and any(told)]
    assert len(drawn_names) > 100 and [told for name, told in drawn_names if not in_pieces(name, told)] == []
    parted = [told for name, told in drawn_names if name == long]
    assert parted and all(any(line.endswith("-") for line in told) for told in parted)


def in_pieces(name: str, lines: list[str]) -> bool:
    """Whether these lines say the name, each but the last up to the end of a word, or up to a hyphen that the drawing put into one."""
    pattern = "".join(re.escape(line) + r"(\s+|(?<=-)|$)" if not line.endswith("-") else f"(?:{re.escape(line)}|{re.escape(line[:-1])})" for line in lines)
    return re.fullmatch(pattern, name) is not None


def covered(box: list[float], by: list[float]) -> float:
    """Which part of a box another one covers."""
    width, height = min(box[2], by[2]) - max(box[0], by[0]), min(box[3], by[3]) - max(box[1], by[1])
    return max(0, width) * max(0, height) / ((box[2] - box[0]) * (box[3] - box[1]))


@pytest.mark.parametrize("width", [1280, 375])
def test_numbers_of_every_element_begin_where_the_process_begins(eva: Page, tmp_path: Path, width: int) -> None:
    eva.set_viewport_size({"width": width, "height": 900})
    numbered(eva, tmp_path, "userTask")
    first, frame = (eva.locator(f"[data-bild] >> nth=0 >> {what}").bounding_box() for what in ("[data-container-id=zustaendigkeit_pruefen] .ff-zahl", "[data-leinwand]"))
    assert first and frame and frame["x"] < first["x"] < frame["x"] + frame["width"] and frame["y"] < first["y"] < frame["y"] + frame["height"]


def test_the_parts_of_the_evaluation_stand_in_one_line_of_a_usual_screen(eva: Page) -> None:
    tops = eva.locator("nav[aria-label=Auswertung] a").evaluate_all("all => all.map(one => one.getBoundingClientRect().top)")
    assert len(tops) == 8 and len(set(tops)) == 1


def test_a_diagram_without_a_layout_is_laid_out_and_the_page_says_so(eva: Page, tmp_path: Path) -> None:
    laid_out(eva, tmp_path, "case_id,activity\n1,a\n1,b\n2,a\n2,c\n", drawn("s > a > x; x > b > e; x > c > e"))
    expect(eva.get_by_text("Diese Anordnung hat das Programm gemacht")).to_be_visible()
    places = eva.locator(".djs-shape").evaluate_all("all => all.map(one => one.getAttribute('transform'))")
    assert len(places) >= 6 and len(set(places)) == len(places)
    assert eva.locator(".djs-connection").count() == 6
    assert violations(eva) == []
    eva.get_by_role("link", name="Beispiel abspielen").first.click()
    playing(eva)
    eva.get_by_role("button", name="Schritt vor").click()
    expect(eva.locator(".ff-punkt:not([display])").first).to_be_attached()
    expect(eva.locator(".ff-punkt:not([display])")).to_have_count(0)


def moving(page: Page, vorrat: Vorrat, tokens: dict[str, int] | None = None, days: float = 90) -> None:
    """The film of many cases with dots on the real diagram; one case is enough for a film, but too few for dots of its own."""
    vorrat.case()
    flows = re.findall(r'<(?:bpmn:)?sequenceFlow id="([^"]+)"', FALL.read_text(encoding="utf-8"))[:3]
    page.goto("/auswertung/faelle")
    film = page.request.get(str(page.locator("[data-film]").get_attribute("data-film"))).json()
    film["ende"] = round(days * 86_400)
    film["tage"] = [*film["tage"][:-1], "am Ende"]
    film["strom"] = {"wege": {"fall": [[flow] for flow in flows]}, "monate": [{"von": 0, "bis": 90 * 86_400, "punkte": {"fall": [[0, 60], [1, 30], [2, 90]]}}]}
    film["bilder"] = [one | {"marken": {"fall": tokens or {}}, "t": film["ende"] * at // len(film["bilder"][1:] or film["bilder"])} for at, one in enumerate(film["bilder"])]
    page.route("**/zeitraffer.json*", lambda route: route.fulfill(json=film))
    page.goto("/auswertung/faelle")
    page.wait_for_selector("[data-film][data-bereit]")


DOTS = ".ff-punkt:not([display])"


def test_many_cases_move_along_the_flows_until_somebody_stops_them(eva: Page, vorrat: Vorrat) -> None:
    moving(eva, vorrat)
    eva.get_by_role("button", name="Schritt vor").focus()
    eva.keyboard.press("Alt+p")
    expect(eva.locator(DOTS).first).to_be_visible()
    first = eva.locator(DOTS).first.get_attribute("transform")
    eva.wait_for_function("([dots, first]) => document.querySelector(dots).getAttribute('transform') !== first", arg=[DOTS, first])
    eva.keyboard.press("Alt+p")
    expect(eva.get_by_role("button", name="Abspielen")).to_be_visible()
    standing = eva.locator(DOTS).evaluate_all("all => all.map(one => one.getAttribute('transform'))")
    assert standing
    eva.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert eva.locator(DOTS).evaluate_all("all => all.map(one => one.getAttribute('transform'))") == standing
    assert violations(eva) == []
    choice = eva.get_by_label("Diagramm", exact=True)
    choice.select_option(index=1)
    expect(eva.locator(DOTS)).to_have_count(0)


@pytest.mark.parametrize("width", [1280, 375])
def test_many_cases_are_played_legibly_and_the_diagram_moves_by_buttons(eva: Page, vorrat: Vorrat, width: int) -> None:
    eva.set_viewport_size({"width": width, "height": 900})
    moving(eva, vorrat, {"anspruch_erfassen": 3, "fall_abschliessen": 8, "altersschritt_erreicht": 30})
    film = eva.locator("[data-film]")
    view, number, frame = film.locator(".djs-container .viewport"), film.locator("[data-container-id=fall_abschliessen] .ff-zahl").bounding_box(), film.locator("[data-leinwand]").bounding_box()
    assert view.evaluate("one => one.getCTM().a") >= 0.4
    assert number and frame and frame["x"] < number["x"] < frame["x"] + frame["width"] and frame["y"] < number["y"] < frame["y"] + frame["height"]
    before = view.evaluate("one => [one.getCTM().e, one.getCTM().f]")
    for name in ("Nach rechts", "Nach unten"):
        film.get_by_role("button", name=name).click()
    after = view.evaluate("one => [one.getCTM().e, one.getCTM().f]")
    assert [a - b for a, b in zip(after, before, strict=True)] == pytest.approx([-150, -150])
    for name in ("Nach links", "Nach oben"):
        film.get_by_role("button", name=name).click()
    assert view.evaluate("one => [one.getCTM().e, one.getCTM().f]") == pytest.approx(before)
    assert violations(eva) == []


def test_two_fingers_move_a_diagram_and_one_scrolls_the_page(eva: Page, browser: Browser, served: str, tmp_path: Path) -> None:
    phone = browser.new_context(base_url=served, locale="de-CH", has_touch=True, is_mobile=True, viewport={"width": 375, "height": 800}, storage_state=eva.context.storage_state()).new_page()
    laid_out(phone, tmp_path, LOG, FALL.read_bytes())
    frame = phone.locator("[data-leinwand]")
    frame.scroll_into_view_if_needed()
    expect(phone.get_by_text("Zwei Finger verschieben")).to_be_visible()
    box = frame.bounding_box()
    assert box
    x, y = box["x"] + 150, box["y"] + 150
    view = phone.locator(".djs-container .viewport")
    before = view.evaluate("one => [one.getCTM().a, one.getCTM().e, one.getCTM().f]")
    touched(phone, [[(x, y), (x + 60, y)], [(x - 30, y - 20), (x + 30, y - 20)]])
    after = view.evaluate("one => [one.getCTM().a, one.getCTM().e, one.getCTM().f]")
    assert [b - a for a, b in zip(before, after, strict=True)] == pytest.approx([0, -30, -20], abs=0.5)
    touched(phone, [[(x, y), (x + 60, y)], [(x - 30, y), (x + 90, y)]])
    assert view.evaluate("one => one.getCTM().a") == pytest.approx(2 * before[0], rel=0.01)
    placed = view.evaluate("one => [one.getCTM().e, one.getCTM().f]")
    touched(phone, [[(x, y)], [(x, y - 40)], [(x, y - 120)]])
    assert view.evaluate("one => [one.getCTM().e, one.getCTM().f]") == placed
    phone.context.close()


def touched(page: Page, fingers: list[list[tuple[float, float]]]) -> None:
    """Fingers on the screen, from place to place, and away."""
    session = page.context.new_cdp_session(page)
    for at, places in enumerate(fingers):
        points = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(places)]
        session.send("Input.dispatchTouchEvent", {"type": "touchMove" if at else "touchStart", "touchPoints": points})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_the_time_lapse_reaches_its_end_by_keyboard_whatever_its_length(eva: Page, vorrat: Vorrat) -> None:
    moving(eva, vorrat, days=1116.9)
    slider = eva.get_by_label("Zeit", exact=True)
    slider.focus()
    eva.keyboard.press("End")
    expect(eva.locator("[data-film-uhr]")).to_have_text("am Ende")
    eva.keyboard.press("ArrowLeft")
    expect(eva.locator("[data-film-uhr]")).not_to_have_text("am Ende")


def test_who_asks_for_little_motion_sees_still_pictures(eva: Page, vorrat: Vorrat) -> None:
    eva.emulate_media(reduced_motion="reduce")
    moving(eva, vorrat)
    slider = eva.get_by_label("Zeit", exact=True)
    slider.focus()
    eva.keyboard.press("PageUp")
    assert eva.locator(DOTS).count() == 0
    eva.emulate_media(reduced_motion="no-preference")
    expect(eva.locator(DOTS).first).to_be_visible()
