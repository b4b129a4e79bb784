"""A process owner deploys, compares and proposes; somebody else approves; the region uses it. In a real browser."""

from __future__ import annotations

import base64
import io
import re
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.haus import Haus, enter, settled

pytestmark = pytest.mark.e2e
BPMN = Path(__file__).resolve().parents[2] / "bpmn"


def _token(page: Page) -> str:
    page.goto("/zugaenge")
    page.get_by_label("Name des neuen Tokens").fill("Modeler")
    page.get_by_role("button", name="Token anlegen").click()
    return page.locator("#neu-geheimnis").inner_text().strip()


def _deploy(address: str, token: str, file: str, content: bytes) -> None:
    """As the Modeler does."""
    body = io.BytesIO()
    body.write(f'--x\r\nContent-Disposition: form-data; name="resources"; filename="{file}"\r\n\r\n'.encode() + content + b"\r\n--x--\r\n")
    head = {"Content-Type": "multipart/form-data; boundary=x", "Authorization": "Basic " + base64.b64encode(f"prozess:{token}".encode()).decode()}
    urllib.request.urlopen(urllib.request.Request(f"{address}/v2/deployments", body.getvalue(), head), timeout=60).close()


def test_a_change_is_compared_proposed_and_approved_by_two_people(haus: Haus, served: str) -> None:
    petra, ursula = haus.desk_of_nobody(), haus.desk_of_nobody()
    for page, login in ((petra, "prozess"), (ursula, "umsetzung")):
        enter(page, login)
    changed = (BPMN / "kurzassessment.bpmn").read_bytes().replace(b'name="Visum erteilen"', b'name="Visum geben"')
    _deploy(served, _token(petra), "kurzassessment.bpmn", changed)

    petra.get_by_role("link", name="Werkstatt").click()
    petra.get_by_role("link", name="Freigaben", exact=True).click()
    expect(petra.locator("h1")).to_have_text("Freigaben")
    settled(petra)
    petra.get_by_role("link", name="Freigabe vorschlagen").click()
    petra.get_by_role("link", name="«Kurzassessment und Segment» Fassung").click()
    expect(petra.locator("[data-vergleich][data-bereit]")).to_be_visible()
    for seite in ("vorher", "nachher"):
        expect(petra.locator(f'[data-seite="{seite}"] .ff-v-geaendert')).to_have_count(1)
    petra.get_by_role("button", name="Ganzes Diagramm").click()
    petra.get_by_role("button", name="Visum erteilen → Visum geben").click()
    boxes = [petra.locator(f'[data-seite="{seite}"] .ff-v-hier').bounding_box() for seite in ("vorher", "nachher")]
    assert boxes[0] and boxes[1] and abs(boxes[0]["y"] - boxes[1]["y"]) < 2, "both sides show the same place"
    settled(petra)
    petra.go_back()
    petra.get_by_label("Was ändert sich, und warum?").fill("«Visum geben» sagen die Leute.")
    petra.get_by_label("Sozialregion Olten").check()
    settled(petra)
    petra.get_by_role("button", name="Freigabe vorschlagen").click()
    expect(petra.get_by_text("Den eigenen Vorschlag gibt niemand selbst frei")).to_be_visible()
    settled(petra)

    ursula.get_by_role("link", name="Werkstatt").click()
    ursula.get_by_role("link", name="Freigaben", exact=True).click()
    ursula.get_by_role("link", name="«Visum geben» sagen die Leute.").click()
    ursula.get_by_role("link", name="Alles auf einer Seite vergleichen").click()
    expect(ursula.get_by_text("Name von «Visum geben»: Visum erteilen → Visum geben")).to_be_visible()
    settled(ursula)
    ursula.go_back()
    settled(ursula)
    ursula.get_by_role("button", name="Freigabe erteilen").click()
    expect(ursula.get_by_text("gilt ab sofort für neue Fälle")).to_be_visible()
    ursula.get_by_role("link", name="Freigaben", exact=True).first.click()
    here, elsewhere = (ursula.get_by_role("row", name=f"Sozialregion {name}").inner_text() for name in ("Olten", "Dorneck"))
    number = re.compile(r"Freigabe \d+ (?=seit|von Anfang)")
    assert "nur hier" in here and number.findall(here) != number.findall(elsewhere)
    for page in (petra, ursula):
        page.context.close()
