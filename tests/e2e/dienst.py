"""The application as its own process, as somebody installs it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "engine.cli"]


@contextmanager
def served_from(folder: Path, *first: str, options: tuple[str, ...] = (), port: int = 0, **env: str) -> Iterator[str]:
    """Run the command ``first``, if any, then serve the database in ``folder``; gives the address. Ends as an installation does."""
    settings = {**environment(database_in(folder)), **env}
    if first:
        subprocess.run([*COMMAND, *first], env=settings, cwd=folder, check=True, timeout=180, capture_output=True)
    port, log = port or free_port(), folder / "log"
    with log.open("w") as out:
        server = subprocess.Popen([*COMMAND, "serve", "--port", str(port), *options], env=settings, cwd=folder, stdout=out, stderr=out)
    try:
        yield _answering(f"http://127.0.0.1:{port}", server, log)
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(30) == 0, log.read_text()


def environment(database: Path) -> dict[str, str]:
    """Of a process that works on this SQLite file."""
    return {**os.environ, "DATABASE_URL": f"sqlite:///{database}", "SECRET_KEY": "only for this test", "PYTHONPATH": str(ROOT)}


def database_in(folder: Path) -> Path:
    return folder / "demo.db"


def free_port() -> int:
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
