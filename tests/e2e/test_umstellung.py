"""A process owner takes running cases to a new release: proposal, examination, batches, result; in a real browser before the real scheduler."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from engine.demo.people import PASSWORD
from tests.e2e.conftest import ROOT, _answering, _free_port
from tests.e2e.haus import violations

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]
# A task that somebody renamed; the proposal has to recognise it.
OLD, NEW = "zustaendigkeit_pruefen", "zustaendigkeit_klaeren"


@pytest.fixture(scope="module")
def factory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The application with a few cases, and a newer release on which none of them runs yet."""
    folder = tmp_path_factory.mktemp("umstellung")
    database = folder / "demo.db"
    env = {**os.environ, "DATABASE_URL": f"sqlite:///{database}", "SECRET_KEY": "only for this test", "PYTHONPATH": str(ROOT)}
    drawn = folder / "bpmn"
    shutil.copytree(ROOT / "bpmn", drawn)
    (drawn / "fall.bpmn").write_text((drawn / "fall.bpmn").read_text().replace(OLD, NEW))
    for command in (["demo", "load", "--cases", "3"], ["deploy", str(drawn)], ["release", "--note", "Klären statt prüfen"]):
        subprocess.run([sys.executable, "-m", "engine.cli", *command], env=env, cwd=folder, check=True, timeout=180, capture_output=True)
    assert _running(database) > 0, "nothing runs: the test would prove nothing"
    port, log = _free_port(), folder / "log"
    with log.open("w") as out:
        server = subprocess.Popen([sys.executable, "-m", "engine.cli", "serve", "--demo", "--port", str(port)], env=env, cwd=folder, stdout=out, stderr=out)
    try:
        yield _answering(f"http://127.0.0.1:{port}", server, log)
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(30) == 0, log.read_text()


def _running(database: Path) -> int:
    with sqlite3.connect(database) as connection:
        return int(connection.execute("SELECT count(*) FROM instanz WHERE zustand = 'active'").fetchone()[0])


def _desk(browser: Browser, address: str, login: str) -> Page:
    page = browser.new_context(base_url=address, locale="de-CH", viewport={"width": 1280, "height": 900}).new_page()
    page.goto("/anmelden")
    page.get_by_label("Anmeldename").fill(login)
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Anmelden").click()
    page.wait_for_load_state()
    return page


def _settled(page: Page) -> None:
    """The screen as it is, on a desk and on a telephone, has nothing to complain about."""
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 900})
        assert violations(page) == [], page.url
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), f"{page.url} is too wide at {width}"
    if folder := os.environ.get("BILDER"):  # to be looked at
        for width in (1280, 375):
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=f"{folder}/{re.sub(r'[^a-z0-9]+', '-', page.url.lower())[-40:]}-{width}.png", full_page=True)
    page.set_viewport_size({"width": 1280, "height": 900})


def test_running_cases_go_to_a_new_release_from_the_proposal_to_the_result(browser: Browser, factory: str) -> None:
    petra, ursula = _desk(browser, factory, "prozess"), _desk(browser, factory, "umsetzung")
    complaints: list[str] = []
    for page in (petra, ursula):
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text) if "Content Security Policy" in message.text else None)
    petra.goto("/werkstatt/umstellungen")
    petra.get_by_label("Von", exact=True).select_option(index=1)
    petra.get_by_label("Wozu").fill("Ein Wort geändert")
    _settled(petra)
    petra.get_by_role("button", name="Zuordnung vorschlagen").click()
    address = petra.url
    _map(petra)
    petra.get_by_role("button", name="Fälle prüfen").click()
    expect(petra.get_by_text("geprüft", exact=True)).to_be_visible(timeout=20_000)
    _settled(petra)
    petra.get_by_role("button", name="Zum Starten vorlegen").click()
    expect(petra.get_by_role("button", name="Umstellung starten")).to_have_count(0)
    ursula.goto(address)
    ursula.get_by_label("Höchstens so viele Fälle").fill("1")
    _settled(ursula)
    ursula.get_by_role("button", name="Umstellung starten").click()
    expect(ursula.get_by_text("1 umgestellt")).to_be_visible(timeout=20_000)
    if ursula.get_by_role("button", name="Nächsten Stapel starten").is_visible(timeout=3_000):
        ursula.get_by_role("button", name="Nächsten Stapel starten").click()
    expect(ursula.get_by_text("abgeschlossen", exact=True)).to_be_visible(timeout=20_000)
    _settled(ursula)
    assert complaints == []
    petra.goto("/werkstatt/lage")
    expect(petra.locator("[data-bereit]")).to_be_attached()
    _settled(petra)
    for page in (petra, ursula):
        page.context.close()


def _map(page: Page) -> None:
    """The proposal is there; it is changed on the diagrams and in the table, and back."""
    page.locator("main .ff-liste a").first.click()
    expect(page.locator("[data-zuordnung][data-bereit]")).to_be_attached(timeout=20_000)
    _settled(page)
    choice = page.locator(f"#ziel-{OLD}")
    assert choice.input_value() == f"nach:{NEW}"
    choice.select_option("")
    page.locator(f'[data-seite="bisher"] [data-element-id="{OLD}"]').first.click()
    page.locator(f'[data-seite="neu"] [data-element-id="{NEW}"]').first.click()
    assert choice.input_value() == f"nach:{NEW}"
    page.get_by_role("button", name="Zuordnung speichern").click()
