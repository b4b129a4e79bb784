"""Regions, and everything under ``bpmn/`` as the first release: deployed for real once in a run, copied row by row afterwards."""

from __future__ import annotations

import pickle
from datetime import datetime
from functools import cache
from tempfile import TemporaryDirectory

from engine import commands
from engine.model.access import system
from engine.model.clock import FixedClock
from engine.store.seed import load_regions
from engine.store.session import Database
from tests import gemeinsam
from tests.datenbank import Rows, copy_rows, rows_of
from tests.diagrams.drawn import BPMN


def release_all(database: Database) -> None:
    """Fill an empty, migrated database. Checking a hundred files takes seconds, their rows milliseconds."""
    copy_rows(database, _rows(database.clock.now()))


@cache
def _rows(at: datetime) -> Rows:
    file = gemeinsam.made_once(f"freigabe-{at:%Y%m%dT%H%M%S%f}", lambda file: file.write_bytes(pickle.dumps(_deployed(at))))
    rows: Rows = pickle.loads(file.read_bytes())
    return rows


def _deployed(at: datetime) -> Rows:
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/fallfluss.db", clock=FixedClock(at), is_durable=False)
        database.migrate()
        with database.begin(system()) as session:
            load_regions(session)
            commands.deploy(session, {path.relative_to(BPMN).as_posix(): path.read_bytes() for path in sorted(BPMN.rglob("*")) if path.is_file()})
            commands.release(session, "Test")
        found = rows_of(database)
        database.close()
    return found
