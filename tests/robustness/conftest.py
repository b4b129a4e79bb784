"""Databases with two regions and all small diagrams released."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from engine import commands
from engine.model.access import Access, system
from engine.model.clock import FixedClock
from engine.store.session import Database
from engine.store.tables import Region
from tests.commands.conftest import Desk
from tests.datenbank import prepared
from tests.robustness import drawings
from tests.robustness.server import Server

ROLES = ("intake", "fallfuehrung", "teamleitung", "leitung")


def prepare(database: Database) -> None:
    with database.begin(system()) as session:
        for kuerzel in ("SDOL", "SRO"):
            session.add(Region(kuerzel=kuerzel, name=kuerzel, sitz="", rechtsform="", pilot=True))
        commands.deploy(session, drawings.ALL)
        commands.release(session, "Test")


@pytest.fixture
def desk(database: Database, clock: FixedClock, access: Callable[..., Access]) -> Desk:
    prepared(database, prepare)
    return Desk(database, clock, access("meier", region="SDOL", rollen=ROLES))


@pytest.fixture
def server(postgresql_server: str) -> Iterator[Server]:
    """With ``postgresql_server``, so that a machine which cannot have one skips this too."""
    with TemporaryDirectory() as folder:
        # Started by root, the server runs as somebody else who must reach its files.
        Path(folder).chmod(0o755)
        server = Server(Path(folder) / "postgresql")
        yield server
        server.end()
