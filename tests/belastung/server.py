"""The processes that are measured: gunicorn and the scheduler as ``fallfluss serve`` starts them, and PostgreSQL; their time and memory."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.belastung.bestand import SECRET_KEY

STARTUP_SECONDS = 60


@dataclass(frozen=True)
class Server:
    """Where it answers, and the roots of its process trees by name."""

    address: str
    roots: dict[str, int]

    def cpu(self) -> float:
        """Processor seconds that all processes have used so far."""
        return sum(_of(process, lambda one: sum(one.cpu_times()[:2])) for root in self.roots.values() for process in _family(root))

    def memory(self) -> dict[str, float]:
        """Megabytes by name, shared pages counted once."""
        return {name: round(sum(_of(one, lambda process: process.memory_full_info().pss) for one in _family(root)) / 2**20, 1) for name, root in self.roots.items()}


@contextmanager
def running(url: str, *, workers: int, postgresql: int | None, log: Path) -> Iterator[Server]:
    """The installation on ``url``; ``postgresql`` is the process of its database server; what the processes say goes to ``log``."""
    port = _free_port()
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"DATABASE_URL": url, "SECRET_KEY": SECRET_KEY, "FALLFLUSS_PLAIN_HTTP": "1", "FALLFLUSS_DEMO": "0", "PYTHONPATH": ".", "PROMETHEUS_MULTIPROC_DIR": folder}
        web = _start(_gunicorn(port, workers), environment, log)
        scheduler = _start([sys.executable, "-m", "engine.cli", "scheduler"], environment, log)
        try:
            _wait_for(port, web)
            roots = {"anwendung": web.pid, "zeitgeber": scheduler.pid} | ({"postgresql": postgresql} if postgresql else {})
            yield Server(f"http://127.0.0.1:{port}", roots)
        finally:
            for process in (web, scheduler):
                process.send_signal(signal.SIGTERM)
            for process in (web, scheduler):
                process.wait(30)


def _gunicorn(port: int, workers: int) -> list[str]:
    return [
        *(sys.executable, "-m", "gunicorn", "tests.belastung.anwendung:build()", "--bind", f"127.0.0.1:{port}", "--config", "python:webui.worker"),
        *("--worker-class", "gthread", "--workers", str(workers), "--threads", "8"),
        *("--timeout", "60", "--graceful-timeout", "10", "--log-level", "warning", "--no-control-socket"),
    ]


def _start(command: list[str], environment: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as out:
        return subprocess.Popen(command, env=environment, stdout=out, stderr=out)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(port: int, web: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + STARTUP_SECONDS
    while time.monotonic() < deadline and web.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.2)
    raise RuntimeError("the application does not start")


def _family(pid: int) -> list[psutil.Process]:
    with suppress(psutil.NoSuchProcess):
        root = psutil.Process(pid)
        return [root, *root.children(recursive=True)]
    return []


def _of(process: psutil.Process, figure) -> float:  # type: ignore[no-untyped-def]
    with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
        return float(figure(process))
    return 0.0
