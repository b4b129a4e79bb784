"""A process owner takes running cases to a new release: proposal, examination, batches, result; in a real browser before the real scheduler."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from engine import commands
from engine.cases.formkontext import form_context
from engine.commands.starts import in_force
from engine.demo.answers import fill
from engine.demo.households import household
from engine.model.access import system
from engine.model.clock import SystemClock
from engine.queries.freigaben import held_in
from engine.scheduling.demo_clock import DemoClock
from engine.store.session import Database, FallSession
from engine.store.tables import Gemeinde, Instanz, Timer
from tests.e2e.dienst import ROOT, database_in
from tests.e2e.haus import enter, settled

pytestmark = pytest.mark.e2e
REGION, NAME = "SRT", "Sozialregion Thierstein"
# A task that somebody renamed; the proposal has to recognise it. And a deadline that somebody shortened.
OLD, NEW = b"zustaendigkeit_pruefen", b"zustaendigkeit_klaeren"
LONG, SHORT = b"=duration(parameter.intake_warnung)", b"P20D"


@pytest.fixture(scope="module")
def database(served: str, served_folder: Path) -> Iterator[Database]:
    """That of the application: two cases of one region, and a newer release on which none of them runs yet; afterwards as before."""
    assert served
    database = Database(f"sqlite:///{database_in(served_folder)}", clock=SystemClock())
    database.clock = DemoClock(lambda: database)
    with database.begin(system("prozess")) as session:
        before = [row.key for row in held_in(session, in_force(session)[REGION])]
        for number in (1, 2):
            _open(session, number)
        drawn = (ROOT / "bpmn" / "fall.bpmn").read_bytes()
        assert OLD in drawn and LONG in drawn
        commands.deploy(session, {"fall.bpmn": drawn.replace(OLD, NEW).replace(LONG, SHORT)})
        commands.release(session, "Klären statt prüfen")
    yield database
    with database.begin(system("prozess")) as session:
        commands.release(session, "Wie zuvor", keys=before)
    database.close()


def _open(session: FallSession, number: int) -> None:
    form = commands.start_form(session)
    assert form
    commune = session.scalars(select(Gemeinde.bfs_nr).where(Gemeinde.region == REGION, Gemeinde.gueltig_bis.is_(None))).first()
    given = household(Random(number), "SRO", number, session.now.date()) | {"gemeinde_bfs": commune}
    commands.open_case(session, REGION, fill(form, form_context(session, form, REGION), given=given, rng=Random(number), now=session.now))


def _desk(browser: Browser, address: str, login: str, complaints: list[str]) -> Page:
    page = browser.new_context(base_url=address, locale="de-CH", viewport={"width": 1280, "height": 900}).new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if "Content Security Policy" in message.text else None)
    enter(page, login)
    return page


def test_running_cases_go_to_a_new_release_from_the_proposal_to_the_result(database: Database, browser: Browser, served: str) -> None:
    complaints: list[str] = []
    petra, ursula = (_desk(browser, served, login, complaints) for login in ("prozess", "umsetzung"))
    with database.read(system()) as session:
        quelle = session.scalars(select(Instanz.release_id).where(Instanz.region == REGION)).first()
    petra.goto("/werkstatt/umstellungen")
    petra.get_by_label("Von", exact=True).select_option(str(quelle))
    petra.get_by_text("Nur bestimmte Sozialregionen").click()
    petra.get_by_label(NAME).check()
    petra.get_by_label("Wozu").fill("Ein Wort geändert")
    settled(petra)
    petra.get_by_role("button", name="Zuordnung vorschlagen").click()
    address = petra.url
    _map(petra)
    petra.get_by_role("button", name="Fälle prüfen").click()
    expect(petra.get_by_text("geprüft", exact=True)).to_be_visible()
    settled(petra)
    petra.get_by_role("button", name="Zum Starten vorlegen").click()
    expect(petra.get_by_role("button", name="Umstellung starten")).to_have_count(0)
    ursula.goto(address)
    ursula.get_by_label("Höchstens so viele Fälle").fill("1")
    settled(ursula)
    ursula.get_by_role("button", name="Umstellung starten").click()
    expect(ursula.get_by_text("1 umgestellt")).to_be_visible()
    ursula.get_by_role("button", name="Nächsten Stapel starten").click()
    expect(ursula.get_by_text("abgeschlossen", exact=True)).to_be_visible()
    settled(ursula)
    petra.goto("/werkstatt/lage")
    expect(petra.locator("[data-bereit]")).to_be_attached()
    settled(petra)
    for page in (petra, ursula):
        page.context.close()
    assert complaints == []
    assert _days(database, "intake_warnung") == {20}, "the one deadline that was to count anew"
    assert _days(database, "intake_eskalation") == {45}


def _map(page: Page) -> None:
    """The proposal is there; it is changed on the diagrams and in the table, and back. One deadline is to count anew."""
    page.get_by_role("main").get_by_role("link", name="Fall", exact=False).first.click()
    expect(page.locator("[data-zuordnung][data-bereit]")).to_be_attached()
    settled(page)
    choice = page.locator(f"#ziel-{OLD.decode()}")
    assert choice.input_value() == f"nach:{NEW.decode()}"
    choice.select_option("")
    page.locator(f'[data-seite="bisher"] [data-element-id="{OLD.decode()}"]').first.click()
    page.locator(f'[data-seite="neu"] [data-element-id="{NEW.decode()}"]').first.click()
    assert choice.input_value() == f"nach:{NEW.decode()}"
    page.get_by_label("Laufende Fristen von Warnung").select_option("neu")
    page.get_by_role("button", name="Zuordnung speichern").click()


def _days(database: Database, element: str) -> set[int]:
    with database.read(system()) as session:
        found = session.scalars(select(Timer).where(Timer.region == REGION, Timer.element == element)).all()
        return {round((one.due_at - one.started_at).total_seconds() / 86_400) for one in found}
