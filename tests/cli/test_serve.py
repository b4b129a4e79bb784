"""Starting the application. What it serves is in tests/e2e."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

Process = Callable[..., subprocess.CompletedProcess[str]]


def test_a_port_in_use_is_said_before_anything_else_happens(process: Process, tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        result = process(["serve", "--demo", "--port", str(port)], url=f"sqlite:///{tmp_path / 'new.db'}")
    assert result.returncode == 1
    assert result.stderr.startswith("Fehler: ")
    assert f"make run PORT={port + 1}" in result.stderr
    assert not (tmp_path / "new.db").exists()


def test_without_tables_serve_says_what_to_do(process: Process, tmp_path: Path) -> None:
    result = process(["serve", "--port", str(free_port())], url=f"sqlite:///{tmp_path / 'new.db'}")
    assert result.returncode == 1
    assert "Zuerst: fallfluss migrate" in result.stderr


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
