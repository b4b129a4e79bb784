"""Signing in with a code and at a foreign provider, in a real browser; the screens of accounts, oversight and destruction."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator

import pyotp
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.dienst import served_from
from tests.e2e.haus import enter, settled
from tests.konto.anbieter import ROLLEN, SECRET, free_port, provider

pytestmark = pytest.mark.e2e


def test_a_telephone_becomes_the_second_factor(page: Page) -> None:
    enter(page, "umsetzung")
    page.get_by_role("link", name="Ursula Urech").click()
    settled(page)
    page.get_by_role("button", name="Anmeldung mit Code einrichten").click()
    picture = page.get_by_role("img", name="QR-Code")
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 50
    settled(page)
    telephone = pyotp.TOTP(page.locator("code.ff-schluessel").inner_text().replace(" ", ""))
    page.get_by_label("Code, den die App jetzt zeigt").fill("000000")
    page.get_by_role("button", name="Einrichten").click()
    expect(page.get_by_role("alert")).to_contain_text("Der Code stimmt nicht")
    settled(page)
    page.get_by_label("Code, den die App jetzt zeigt").fill(telephone.now())
    page.get_by_role("button", name="Einrichten").click()
    recovery = page.locator("li code").all_inner_texts()
    assert len(recovery) == 10
    settled(page)
    page.get_by_role("link", name="Ich habe sie aufbewahrt").click()
    page.get_by_role("button", name="Abmelden", exact=True).click()
    enter(page, "umsetzung")
    expect(page.get_by_role("heading", name="Code eingeben")).to_be_visible()
    settled(page)
    # The next code of the telephone: the one that set it up is used up, and the next is accepted half a minute early.
    page.get_by_label("Code").fill(telephone.at(int(time.time()) + 30))
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Ursula Urech")).to_be_visible()
    page.get_by_role("link", name="Ursula Urech").click()
    page.get_by_text("Code entfernen").first.click()
    page.get_by_label("Code aus der App oder Notcode").fill(recovery[0])
    page.get_by_role("button", name="Code entfernen").click()
    expect(page.get_by_text("Die Anmeldung mit Code ist entfernt.")).to_be_visible()


def test_the_betrieb_gives_somebody_an_account(page: Page) -> None:
    enter(page, "betrieb")
    expect(page.get_by_role("heading", name="Konten", exact=True)).to_be_visible()
    settled(page)
    page.get_by_label("Anmeldename", exact=True).fill("n.neu")
    page.get_by_label("Vorname und Name").fill("Nora Neu")
    page.get_by_role("button", name="Anlegen").click()
    settled(page)
    page.get_by_role("link", name="Weiter zum Konto").click()
    page.get_by_label("Rolle").select_option("aufsicht")
    page.get_by_role("button", name="Rolle geben").click()
    expect(page.get_by_text("Die Rolle gilt ab sofort.")).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Konto sperren").click()
    expect(page.get_by_text("überall abgemeldet")).to_be_visible()


@pytest.mark.parametrize(("login", "path"), [("leitung.sdol", "/einsicht"), ("leitung.sdol", "/vernichtung"), ("intake.sdol", "/dubletten")])
def test_the_other_screens_are_accessible(page: Page, login: str, path: str) -> None:
    enter(page, login)
    page.wait_for_url("**/aufgaben")
    page.goto(path)
    settled(page)


@pytest.fixture(scope="module")
def with_provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The application beside a provider that is not ours."""
    folder, port = tmp_path_factory.mktemp("oidc"), free_port()
    address = f"http://127.0.0.1:{port}"
    (folder / "rollen.json").write_text(json.dumps(ROLLEN), encoding="utf-8")
    with provider(address) as issuer:
        settings = {
            "FALLFLUSS_PLAIN_HTTP": "1",
            "FALLFLUSS_OIDC_ISSUER": issuer,
            "FALLFLUSS_OIDC_CLIENT_ID": "fallfluss",
            "FALLFLUSS_OIDC_CLIENT_SECRET": SECRET,
            "FALLFLUSS_OIDC_NAME": "Kantonskonto",
            "FALLFLUSS_OIDC_SCOPE": "openid profile groups",
            "FALLFLUSS_OIDC_ROLLEN": str(folder / "rollen.json"),
            "AUTHLIB_INSECURE_TRANSPORT": "1",
        }
        with served_from(folder, "migrate", port=port, **settings) as found:
            yield found


def test_somebody_signs_in_with_the_account_of_the_canton_and_out_again(page: Page, with_provider: str) -> None:
    page.goto(f"{with_provider}/faelle")
    settled(page)
    page.get_by_role("link", name="Anmelden mit Kantonskonto").click()
    page.locator('[name="login"]').fill("mira")
    page.locator('[name="password"]').fill("egal")
    page.locator("button[type=submit]").click()
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(f"{with_provider}/faelle")
    page.get_by_role("link", name="Mira Meister").click()
    expect(page.get_by_text("Sie melden sich beim Anmeldedienst an")).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Abmelden", exact=True).click()
    # The provider asks, then sends the browser back.
    page.get_by_role("button", name=re.compile("Yes, sign me out", re.IGNORECASE)).click()
    page.wait_for_url(f"{with_provider}/anmelden")
    page.get_by_role("link", name="Anmelden mit Kantonskonto").click()
    expect(page.locator('[name="password"]')).to_be_visible()
