"""The command line on real databases: in this process through click, or as the installed command."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence

import pytest
from click.testing import CliRunner, Result

from engine.cli import main
from engine.store.session import Database

Run = Callable[..., Result]


@pytest.fixture
def run() -> Run:
    """``run("user", "list", url=…, stdin=…)``: the command's result, in this process."""

    def run_command(*args: str, url: str = "", stdin: str = "") -> Result:
        return CliRunner(env={"DATABASE_URL": url or None}).invoke(main, list(args), input=stdin)

    return run_command


@pytest.fixture
def url(database: Database) -> str:
    """The address of an empty, migrated database, once of each kind."""
    return database.url.render_as_string(hide_password=False)


@pytest.fixture
def process() -> Callable[..., subprocess.CompletedProcess[str]]:
    """The command in a process of its own."""

    def start(args: Sequence[str], *, url: str = "", stdin: str = "") -> subprocess.CompletedProcess[str]:
        env = {**os.environ, "DATABASE_URL": url}
        return subprocess.run([sys.executable, "-m", "engine.cli", *args], input=stdin, capture_output=True, text=True, env=env, timeout=60)

    return start
