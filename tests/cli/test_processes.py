"""The processes of an installation live and die together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

LIVES = "import time, os, sys; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(60)"
SUPERVISE = """
import sys
from engine.cli import processes
children = {name: [sys.executable, "-c", *code] for name, code in (("a", [sys.argv[1], sys.argv[2]]), ("b", [sys.argv[3], sys.argv[4]]))}
sys.exit(processes.run(children, ready=lambda: True))
"""


def supervise(tmp_path: Path, first: str, second: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", SUPERVISE, first, str(tmp_path / "a"), second, str(tmp_path / "b")]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)


def pid(file: Path) -> int:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if file.exists() and (text := file.read_text()):
            return int(text)
        time.sleep(0.02)
    raise AssertionError(f"{file.name} did not start")


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_ending_the_parent_ends_all_children(tmp_path: Path, number: signal.Signals) -> None:
    parent = supervise(tmp_path, LIVES, LIVES)
    children = [pid(tmp_path / "a"), pid(tmp_path / "b")]
    parent.send_signal(number)
    assert parent.wait(20) == 0
    assert not any(is_alive(child) for child in children)


def test_a_child_that_will_not_start_ends_everything_with_a_message(tmp_path: Path) -> None:
    parent = supervise(tmp_path, LIVES, "raise SystemExit(3)")
    _, stderr = parent.communicate(timeout=30)
    assert parent.returncode == 1
    assert "Der Prozess «b» lässt sich nicht starten (Exit-Code 3)" in stderr
