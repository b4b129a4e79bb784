"""A process owner changes the process in the browser: drawing, being told what is wrong, meeting somebody else, trying, deploying."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from engine.demo.people import PASSWORD
from tests.e2e.haus import violations

pytestmark = pytest.mark.e2e

READY = "[data-werkstatt][data-bereit=ja]"
# The server's first look at a hundred files, with its interpreters still cold.
PATIENCE = 60_000


@pytest.fixture
def draft(page: Page) -> str:
    """The address of a draft that Petra Pfister just began from the current release."""
    page.set_default_timeout(PATIENCE)
    page.goto("/anmelden")
    page.get_by_label("Anmeldename").fill("prozess")
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Anmelden").click()
    page.wait_for_load_state()
    page.goto("/werkstatt")
    page.get_by_label("Was soll sich ändern?").fill("Neue Frist")
    page.get_by_role("button", name="Entwurf beginnen").click()
    page.wait_for_url(re.compile(r"/werkstatt/entwuerfe/\d+$"))
    return page.url


def opened(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_selector(READY)


def checked(page: Page, text: str | re.Pattern[str]) -> None:
    expect(page.locator("[data-ws-zahl]")).to_have_text(text, timeout=PATIENCE)


def saved(page: Page) -> None:
    expect(page.locator("[data-ws-stand]")).to_contain_text("Gespeichert um", timeout=PATIENCE)


def test_a_diagram_is_drawn_checked_mended_and_saved(page: Page, draft: str) -> None:
    opened(page, f"{draft}/dateien/kurzassessment.bpmn")
    checked(page, "Keine Befunde")
    expect(page.locator(".bjs-powered-by")).to_be_visible()
    expect(page.locator("[data-ws-stand]")).to_have_text("Alles gespeichert")
    # A task without anything: nobody may do it, and nothing leads to it.
    made = page.evaluate("""() => {
        const { modeler } = werkstatt, [shapes, modeling, registry] = ['elementFactory', 'modeling', 'elementRegistry'].map((n) => modeler.get(n));
        const pool = registry.filter((e) => e.type === 'bpmn:Participant')[0];
        return modeling.createShape(shapes.createShape({ type: 'bpmn:UserTask' }), { x: pool.x + 900, y: pool.y + 60 }, pool).id;
    }""")
    checked(page, re.compile("[1-9]\\d* Fehler"))
    saved(page)
    expect(page.locator(".ws-fehler-marke").first).to_be_visible()
    page.locator(".ws-befund--error button", has_text=made).first.click()
    assert page.evaluate("werkstatt.modeler.get('selection').get().map((e) => e.id)") == [made]
    expect(page.locator(".bio-properties-panel-header-type")).to_have_text(re.compile("aufgabe", re.IGNORECASE))
    with page.context.expect_page() as rule:
        page.locator(".ws-befund a").first.click()
    expect(rule.value.locator("main")).to_contain_text("So geht es")
    rule.value.close()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Rückgängig").click()
    checked(page, "Keine Befunde")
    page.get_by_role("button", name="Suchen").click()
    page.keyboard.type("Visum")
    expect(page.locator(".djs-search-result").first).to_contain_text("Visum")
    page.keyboard.press("Escape")
    page.wait_for_timeout(1700)
    saved(page)


def test_a_long_name_is_parted_when_it_is_drawn_and_nowhere_else(page: Page, draft: str) -> None:
    opened(page, f"{draft}/dateien/kurzassessment.bpmn")
    name = "Wiedereinreichungsbestätigung"
    task = page.evaluate("""(name) => {
        const [modeling, registry] = ['modeling', 'elementRegistry'].map((one) => werkstatt.modeler.get(one));
        const task = registry.filter((one) => one.type === 'bpmn:UserTask')[0];
        modeling.updateProperties(task, { name });
        return task.id;
    }""", name)  # fmt: skip
    lines = page.locator(f".djs-element[data-element-id={task}] > .djs-visual > text > tspan").all_text_contents()
    assert len(lines) > 1 and all(line.endswith("-") for line in lines[:-1])
    assert "".join(line.removesuffix("-") for line in lines) == name
    assert f'name="{name}"' in page.evaluate("async () => (await werkstatt.modeler.saveXML()).xml")
    page.evaluate("(id) => werkstatt.modeler.get('directEditing').activate(werkstatt.modeler.get('elementRegistry').get(id))", task)
    assert page.locator(".djs-direct-editing-content").inner_text() == name


def test_the_properties_panel_knows_the_variables_of_the_case(page: Page, draft: str) -> None:
    opened(page, f"{draft}/dateien/kurzassessment.bpmn")
    names = page.evaluate("""async () => {
        const { modeler } = werkstatt, task = modeler.get('elementRegistry').filter((e) => e.type === 'bpmn:UserTask')[0];
        const found = await modeler.get('variableResolver').getVariablesForElement(task.businessObject, task);
        const parameter = found.find((v) => v.name === 'parameter');
        return [found.map((v) => v.name), parameter.entries.map((e) => e.name)];
    }""")
    assert {"personen", "fall_nr", "segment"} <= set(names[0])
    assert "ka_frist" in names[1]


def test_a_condition_in_a_form_is_suggested_from_the_variables_of_the_case(page: Page, draft: str) -> None:
    opened(page, f"{draft}/dateien/einladung.form")
    page.evaluate("werkstatt.editor.get('selection').set(werkstatt.editor.get('formFieldRegistry').getAll().find(field => field.key))")
    page.locator(".bio-properties-panel-group-header", has_text="Bedingung").click()
    page.locator(".bio-properties-panel .cm-content:visible").first.click()
    page.keyboard.type("perso")
    expect(page.locator(".cm-tooltip-autocomplete")).to_contain_text("personen")


@pytest.mark.parametrize(("file", "look"), [
    pytest.param("kurzassessment.bpmn", """() => {
        const { modeler } = werkstatt, registry = modeler.get('elementRegistry'), menu = modeler.get('popupMenu'), root = modeler.get('canvas').getRootElement();
        const kinds = [...new Map(registry.filter((e) => e.type !== 'label').map((e) => [e.type, e])).values()];
        for (const one of kinds) { modeler.get('selection').select(one); menu.open(one, 'bpmn-replace', { x: 300, y: 200 }); menu.close(); }
        menu.open(root, 'bpmn-create', { x: 300, y: 200 });
        menu.close();
    }""", id="diagram"),
    pytest.param("segment_kind.dmn", """() => document.querySelector('.hit-policy, .input-cell')?.dispatchEvent(new MouseEvent('click', { bubbles: true }))""", id="table"),
    pytest.param("f30_segment.form", """() => {
        const { editor } = werkstatt;
        for (const field of editor.get('formFieldRegistry').getAll()) editor.get('selection').set(field);
    }""", id="form"),
])
def test_the_editors_speak_german(page: Page, draft: str, file: str, look: str) -> None:
    page.add_init_script("globalThis.ohneWort = new Set()")
    opened(page, f"{draft}/dateien/{file}")
    page.evaluate(look)
    checked(page, "Keine Befunde")
    assert page.evaluate("[...ohneWort]") == []


def test_two_windows_keep_both_versions(page: Page, draft: str) -> None:
    address = f"{draft}/dateien/einladung.form"
    opened(page, address)
    other = page.context.new_page()
    other.set_default_timeout(PATIENCE)
    opened(other, address)
    rename = "text => werkstatt.editor.get('modeling').editFormField(werkstatt.editor._getState().schema, 'exporter', { name: text, version: '1' })"
    page.evaluate(rename, "Erstes Fenster")
    saved(page)
    other.evaluate(rename, "Zweites Fenster")
    expect(other.locator("[data-ws-zweite]")).to_contain_text("als zweite Fassung aufbewahrt")
    expect(other.locator("[data-ws-da]")).to_contain_text("Sie selbst")
    with page.context.expect_page() as both:
        other.get_by_role("link", name="Beide nebeneinander ansehen").click()
    expect(both.value.locator("main")).to_contain_text("Zweites Fenster")
    expect(both.value.locator("main")).to_contain_text("Erstes Fenster")
    both.value.close()
    other.get_by_role("button", name="Meine Fassung übernehmen").click()
    saved(other)
    page.goto(f"{address}/verlauf")
    expect(page.locator(".ff-verlauf li")).to_have_count(4)


def test_a_draft_goes_out_as_a_zip_and_comes_back(page: Page, draft: str, tmp_path: Path) -> None:
    with page.expect_download() as got:
        page.get_by_role("link", name="Als Zip herunterladen").click()
    content = Path(got.value.path()).read_bytes()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {"fall.bpmn", "segmentierung.dmn", "f30_segment.form"} <= set(archive.namelist())
    file = tmp_path / "anwendung.zip"
    file.write_bytes(content)
    page.get_by_label("Zip-Datei oder einzelne Dateien").set_input_files(file)
    page.get_by_role("button", name="Hineinnehmen").click()
    expect(page.locator("main")).to_contain_text("Dateien übernommen")
    expect(page.locator(".ff-identitaet")).to_contain_text("davon 0 geändert oder neu")


def test_tables_forms_and_tokens_can_be_tried(page: Page, draft: str) -> None:
    opened(page, f"{draft}/dateien/segment_kind.dmn")
    checked(page, "Keine Befunde")
    page.goto(f"{draft}/probieren/tabelle/segment_kind.dmn")
    page.get_by_label("segmente_erwachsene, Beispiel 1").fill('["VERAENDERN"]')
    page.get_by_role("button", name="Auswerten").click()
    expect(page.locator(".ws-ergebnis tbody tr").first).to_contain_text("VERAENDERN")
    expect(page.locator(".ws-treffer")).to_have_count(1)
    page.goto(f"{draft}/probieren/formular/f30_segment.form")
    page.get_by_role("button", name="Absenden und prüfen").last.click()
    expect(page.get_by_role("alert").first).to_contain_text("Bitte noch ergänzen")
    page.goto(f"{draft}/probieren/marken/kurzassessment.bpmn")
    page.wait_for_selector("[data-ws-marken][data-bereit=ja]")
    expect(page.locator(".bts-toggle-mode")).to_contain_text("Ausprobieren")


def test_a_draft_is_deployed_and_a_trial_run_follows_it(page: Page, draft: str) -> None:
    page.get_by_role("button", name="Ablegen").click()
    expect(page.locator("h1")).to_have_text("Abgelegt")
    page.goto(f"{draft}/probieren")
    page.get_by_label("Prozess").select_option("fall")
    page.get_by_role("button", name="Probelauf beginnen").click()
    expect(page.locator("h1")).to_contain_text("Probelauf")
    expect(page.get_by_role("button", name="Probelauf starten").last).to_be_visible()


def test_the_pages_can_be_read_by_everybody(page: Page, draft: str) -> None:
    for path in ("/werkstatt", draft, f"{draft}/probieren", f"{draft}/probieren/tabelle/intervall.dmn", "/werkstatt/regeln/timer", f"{draft}/befunde"):
        page.goto(path)
        for width in (320, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            assert violations(page) == [], (path, width)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
