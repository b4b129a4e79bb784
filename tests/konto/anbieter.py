"""Starts the provider of ``anbieter.mjs`` for the length of a test."""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SECRET = "ein-geheimnis-fuer-den-test-von-fallfluss"
ROLLEN = {"claim": "groups", "rollen": {"FF Intake Olten": ["intake@SRO"], "FF Betrieb": ["betrieb"]}}


@contextmanager
def provider(*redirects: str) -> Iterator[str]:
    """The issuer's address; ``redirects`` are the addresses of the applications that may use it."""
    node = shutil.which("node")
    if node is None or not (HERE.parent / "clients" / "node_modules" / "oidc-provider").exists():
        pytest.skip("NO PROVIDER: `make clients` installs it")
    port = free_port()
    process = subprocess.Popen([node, str(HERE / "anbieter.mjs"), str(port), *redirects], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip() == "ready":
                break
        else:
            raise AssertionError("the provider did not start")
        yield f"http://localhost:{port}"
    finally:
        process.terminate()
        process.wait(10)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
