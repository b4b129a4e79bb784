"""What people at their desks do: sign in, fill in what a page asks for, move the demo clock."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page

from engine.demo.people import PASSWORD

AXE = (Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
# The machine's own steps between two people's are the scheduler's, which looks once a second: so many looks, half a second apart.
PATIENCE = 60
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What a page asks, in the order of the page: one entry for each control, one for each group of radio buttons.
CONTROLS = """
form => [...form.querySelectorAll('input:not([type=hidden]), select, textarea')].filter(c => !c.disabled && !c.readOnly && c.offsetParent !== null)
  .map(c => ({name: c.name, kind: c.tagName === 'INPUT' ? c.type : c.tagName.toLowerCase(), decimal: c.inputMode === 'decimal',
    value: c.value, checked: !!c.checked, options: c.tagName === 'SELECT' ? [...c.options].map(o => o.value).filter(v => v) : [],
    label: ((c.labels && c.labels[0]) || {innerText: ''}).innerText,
    hint: (c.getAttribute('aria-describedby') || '').split(' ').map(i => (document.getElementById(i) || {innerText: ''}).innerText).join(' ')}))
"""
# Answers as somebody's hand would, all in one call: with the events that drafts and dependent questions listen to.
ANSWER = """
(form, answers) => { for (const [name, answer] of answers) {
  const all = [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)].filter(c => c.offsetParent !== null && !c.disabled);
  const one = all.find(c => !['radio', 'checkbox'].includes(c.type) || c.value === answer);
  if (!one) continue;
  if (['radio', 'checkbox'].includes(one.type)) { if (!one.checked) one.click(); continue; }
  one.focus(); one.value = answer;
  if (one.value !== answer && one.tagName === 'SELECT') throw new Error(`${name} offers no ${answer}`);
  for (const kind of ['input', 'change']) one.dispatchEvent(new Event(kind, {bubbles: true}));
} }
"""


class Haus:
    """The people of one region, each in a browser window of their own."""

    def __init__(self, open_page: Callable[[], Page]):
        self._open_page = open_page
        self._pages: dict[str, Page] = {}

    def desk(self, login: str) -> Page:
        """The window of that person, signed in."""
        if login not in self._pages:
            self._pages[login] = self._open_page()
            sign_in(self._pages[login], login)
        return self._pages[login]

    def desk_of_nobody(self) -> Page:
        """A window in which nobody is signed in yet; who opens it closes it."""
        return self._open_page()

    def close(self) -> None:
        for page in self._pages.values():
            page.context.close()


def sign_in(page: Page, login: str) -> None:
    enter(page, login)
    page.wait_for_url("**/aufgaben")


def enter(page: Page, login: str) -> None:
    """Sign in, wherever that leads."""
    page.goto("/anmelden")
    page.get_by_label("Anmeldename").fill(login)
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Anmelden").click()
    page.wait_for_load_state()


def settled(page: Page) -> None:
    """The screen as it is has nothing to complain about on a desk and on a narrow telephone; BILDER names a folder for pictures to look at."""
    folder = os.environ.get("BILDER")
    page.wait_for_load_state()  # somebody may just have followed a link
    for width in (1280, 375, 320):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), f"{page.url} is too wide at {width}"
        if width != 375:  # as wide as 320 to every rule of the style sheets
            assert violations(page) == [], page.url
        if folder and width > 320:
            page.screenshot(path=f"{folder}/{re.sub(r'[^a-z0-9]+', '-', page.title().lower())[:40]}-{width}.png", full_page=True)
    page.set_viewport_size({"width": 1280, "height": 900})


def violations(page: Page) -> list[str]:
    """What axe finds on the page: rule and first element of each finding. Not inside of drawings: thousands of shapes, which the table beside says."""
    # Evaluated by the browser's own tools, because the page's policy rightly refuses a foreign script element.
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found: list[dict[str, Any]] = page.evaluate("rules => axe.run({exclude: [['.djs-container svg']]}, {runOnly: rules}).then(r => r.violations)", RULES)
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]


def fill(page: Page, answers: Mapping[str, Any]) -> None:
    """Answer every mandatory question of the form on the page: as ``answers`` say by field name, otherwise anything acceptable."""
    form = page.locator("form.ff-formular")
    done: set[str] = set()
    while new := [c for c in _controls(form) if c["name"] not in done]:
        # One look for many questions; an answer may show others, which the next look finds, or hide one of these.
        wanted = {c["name"]: _answer(form, c, [one for one in new if one["name"] == c["name"]], answers) for c in reversed(new)}
        form.evaluate(ANSWER, [[name, answer] for name, answer in reversed(wanted.items()) if answer is not None])
        done |= {c["name"] for c in new}


def _controls(form: Locator) -> list[dict[str, Any]]:
    form.evaluate("form => form.querySelectorAll('details').forEach(folded => { folded.open = true })")
    found: list[dict[str, Any]] = form.evaluate(CONTROLS)
    return found


def _answer(form: Locator, control: dict[str, Any], same: list[dict[str, Any]], answers: Mapping[str, Any]) -> str | None:
    """The value to choose or type; None leaves the question as it is. ``same`` are all controls of the question's name."""
    name, kind = control["name"], control["kind"]
    wanted = answers.get(name, answers.get(name.rsplit(".", 1)[-1]))
    if kind == "radio":
        values = [c["value"] for c in same]
        if wanted is None:
            return None if any(c["checked"] for c in same) else str(values[0])
        return next((str(v) for v in values if v.lower() == str(wanted).lower()), str(values[0]))
    if kind == "checkbox":
        return str(same[0]["value"]) if wanted else None
    if wanted is not None:
        return str(wanted)
    if control["value"] or "freiwillig" in control["label"]:
        return None
    return str(control["options"][0]) if kind == "select" else _text(form, control) if kind in ("text", "textarea") else None


def _text(form: Locator, control: dict[str, Any]) -> str:
    if "Zum Beispiel 31.8" in control["hint"]:
        return today(form.page)
    return "1" if control["decimal"] else "Besprochen und so vereinbart, im Einverständnis mit der Person."


def today(page: Page) -> str:
    """The day the demo clock shows, as one types it."""
    shown = page.get_by_text("Demo-Uhr:").first.inner_text()
    found = re.search(r"(\d+)\. (\w+) (\d{4})", shown)
    assert found, shown
    months = ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"]
    return f"{found[1]}.{months.index(found[2]) + 1}.{found[3]}"


def submit(page: Page, button: str, answers: Mapping[str, Any]) -> None:
    """Fill in and submit until the page is left: the server may show fields that follow from the answers."""
    address = page.url
    for _ in range(4):
        fill(page, answers)
        page.get_by_role("button", name=button).last.click()
        page.wait_for_load_state()
        if page.url != address or page.locator("form.ff-formular").count() == 0:
            return
    raise AssertionError(f"{page.title()} would not be submitted: {page.locator('main').inner_text()[:2000]}")
