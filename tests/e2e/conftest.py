"""The real application, as somebody starts it, and a real browser before it."""

from __future__ import annotations

import os
import shutil
import subprocess
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests import gemeinsam
from tests.e2e.dienst import COMMAND, database_in, environment, served_from
from tests.e2e.haus import Haus
from tests.e2e.vorrat import Vorrat

# Other tests run beside these; a page that comes late is no fault.
expect.set_options()
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def served_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the database of ``served`` is."""
    return tmp_path_factory.mktemp("served")


@pytest.fixture(scope="session")
def served(served_folder: Path) -> Iterator[str]:
    """The address of `fallfluss serve --demo` on a fresh database with demo people and without cases."""
    shutil.copyfile(gemeinsam.made_once("demo.db", _fill_demo), database_in(served_folder))
    with served_from(served_folder, options=("--demo",)) as address:
        yield address


def _fill_demo(file: Path) -> None:
    command = [*COMMAND, "demo", "load", "--cases", "0"]
    subprocess.run(command, env=environment(file), cwd=file.parent, check=True, timeout=180, capture_output=True)


@pytest.fixture(scope="session")
def vorrat(served_folder: Path, served: str) -> Iterator[Vorrat]:
    """Cases where a test wants them, without clicking the way there."""
    vorrat = Vorrat(f"sqlite:///{database_in(served_folder)}")
    yield vorrat
    vorrat.close()


# Not for the whole session: while Playwright is open, an event loop runs in this thread, and the embedded interpreter of later tests
# refuses to work beside one.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = executable()
    if found is None:
        message = "NO BROWSER: the browser tests did not run. Install chromium, or name one in CHROMIUM."
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        warnings.warn(message, stacklevel=1)
        pytest.skip(message)
    with sync_playwright() as playwright:
        # Chromium refuses its sandbox to root, which is who runs tests in a container.
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"] if os.getuid() == 0 else [])
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, served: str) -> Iterator[Page]:
    """A fresh browser window, nobody signed in. A script error or a refused resource fails the test."""
    context = browser.new_context(base_url=served, locale="de-CH", timezone_id="Europe/Zurich")
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if "Content Security Policy" in message.text else None)
    yield page
    context.close()
    assert complaints == []


@pytest.fixture
def haus(browser: Browser, served: str) -> Iterator[Haus]:
    """Everybody of one region at their desks."""
    context_of: Callable[[], Page] = lambda: browser.new_context(base_url=served, locale="de-CH").new_page()  # noqa: E731
    haus = Haus(context_of)
    yield haus
    haus.close()


def executable() -> str | None:
    """The browser named in ``CHROMIUM``, or the machine's."""
    return os.environ.get("CHROMIUM") or next((found for name in BROWSERS if (found := shutil.which(name))), None)
