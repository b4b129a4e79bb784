"""All regions and communes, the review process released, and those who may set parameters."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from engine import commands
from engine.model.access import Access, system
from engine.model.clock import FixedClock
from engine.store.seed import load_regions
from engine.store.session import Database
from tests.commands.conftest import Desk
from tests.datenbank import prepared
from tests.parameter import drawings

TODAY = date(2026, 3, 2)
LEITUNG = Access("lea", {"SDOL": frozenset({"leitung"})})
UMSETZUNG = Access("ute", {"*": frozenset({"umsetzung"})})
PROZESS = Access("petra", {"*": frozenset({"prozess"})})


@pytest.fixture
def desk(database: Database, clock: FixedClock, access: Callable[..., Access]) -> Desk:
    """Somebody who opens and works on cases in SDOL."""
    prepared(database, _release)
    return Desk(database, clock, access("meier", region=("SDOL", "SRO"), rollen=("intake", "fallfuehrung", "teamleitung")))


def _release(database: Database) -> None:
    with database.begin(system()) as session:
        load_regions(session)
        commands.deploy(session, drawings.ALL)
        commands.release(session, "Test")


@pytest.fixture
def put(desk: Desk) -> Callable[..., None]:
    """``put(key, value, region="SDOL")``: set from today on, by whoever may."""

    def setting(key: str, value: str | None, *, region: str | None = None, by: Access | None = None, **days: Any) -> None:
        person = desk.as_(by or (LEITUNG if region else UMSETZUNG))
        person.do(commands.set_parameter, key, value, region=region, note="Beschluss", **{"von": TODAY, **days})

    return setting
