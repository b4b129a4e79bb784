"""Databases with two regions and all small diagrams released."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine import commands
from engine.model.access import Access, system
from engine.model.clock import FixedClock
from engine.store.session import Database
from engine.store.tables import Region
from tests.commands.conftest import Desk
from tests.robustness import drawings

ROLES = ("intake", "fallfuehrung", "teamleitung", "leitung")


def prepare(database: Database) -> None:
    with database.begin(system()) as session:
        for kuerzel in ("SDOL", "SRO"):
            session.add(Region(kuerzel=kuerzel, name=kuerzel, sitz="", rechtsform="", pilot=True))
        commands.deploy(session, drawings.ALL)
        commands.release(session, "Test")


@pytest.fixture
def desk(database: Database, clock: FixedClock, access: Callable[..., Access]) -> Desk:
    prepare(database)
    return Desk(database, clock, access("meier", region="SDOL", rollen=ROLES))
