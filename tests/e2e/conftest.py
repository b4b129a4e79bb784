"""The real application, as somebody starts it, and a real browser before it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.e2e.haus import Haus
from tests.e2e.vorrat import Vorrat

ROOT = Path(__file__).resolve().parents[2]
COMMAND = (sys.executable, "-m", "engine.cli")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of an installation with demo people and without cases, in a fresh folder."""
    folder = tmp_path_factory.mktemp("served")
    env = {**os.environ, "DATABASE_URL": f"sqlite:///{folder / 'demo.db'}", "SECRET_KEY": "only for this test", "PYTHONPATH": str(ROOT)}
    subprocess.run([*COMMAND, "demo", "load", "--cases", "0"], env=env, cwd=folder, check=True, timeout=120, capture_output=True)
    return env


@pytest.fixture(scope="session")
def served(installation: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of `fallfluss serve --demo` there."""
    folder = tmp_path_factory.mktemp("log")
    port = _free_port()
    log = folder / "log"
    with log.open("w") as out:
        server = subprocess.Popen([*COMMAND, "serve", "--demo", "--port", str(port)], env=installation, cwd=folder, stdout=out, stderr=out)
    try:
        yield _answering(f"http://127.0.0.1:{port}", server, log)
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(30) == 0, log.read_text()


@pytest.fixture(scope="session")
def vorrat(installation: dict[str, str], served: str) -> Iterator[Vorrat]:
    """Cases where a test wants them, without clicking the way there."""
    vorrat = Vorrat(installation["DATABASE_URL"])
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


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answering(url: str, server: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        assert server.poll() is None, log.read_text()
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return url
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"The application did not answer: {log.read_text()}")
