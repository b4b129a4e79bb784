"""Makes the pictures of the README: ``make bilder`` while ``make run`` is running. Small on purpose."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.e2e.conftest import BROWSERS, executable
from tests.e2e.haus import sign_in

TARGET = Path(__file__).resolve().parents[2] / "docs" / "bilder"


def main(address: str) -> None:
    """Take all pictures from the demonstration served at ``address``."""
    found = executable()
    if found is None:
        sys.exit(f"Kein Browser gefunden ({', '.join(BROWSERS)}).")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"] if os.getuid() == 0 else [])
        page = browser.new_page(base_url=address, locale="de-CH", viewport={"width": 1240, "height": 820})
        sign_in(page, "fallfuehrung.sdol")
        _shoot(page, "aufgaben")
        _shoot_case(page)
        _shoot_form(page)
        browser.close()


def _shoot_case(page: Page) -> None:
    page.goto("/faelle")
    row = page.locator("main tbody tr", has_text="Standortbestimmung").first
    row.locator("a").first.click()
    page.wait_for_load_state("networkidle")
    page.locator("h2", has_text="Was ansteht").scroll_into_view_if_needed()
    page.set_viewport_size({"width": 1240, "height": 1400})
    _shoot(page, "fall")
    page.set_viewport_size({"width": 1240, "height": 820})


def _shoot_form(page: Page) -> None:
    page.goto("/aufgaben")
    page.locator("main a[href*='/aufgaben/']", has_text=re.compile("Standort|Ziele|Ablösung")).first.click()
    _shoot(page, "aufgabe")


def _shoot(page: Page, name: str) -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=TARGET / f"{name}.png")


if __name__ == "__main__":
    main(sys.argv[1])
