"""Cases that really ran, for what is done to them afterwards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from engine import commands
from engine.model.access import Access, system
from engine.model.clock import FixedClock
from engine.store.session import Database
from engine.store.tables import Aufgabe, Fall
from tests.datenbank import prepared
from tests.web.conftest import release

AHV = "756.9217.0769.85"
SYSTEM = system("probe")


@pytest.fixture
def released(database: Database) -> Database:
    """A small process, released."""
    prepared(database, release)
    return database


@pytest.fixture
def open_case(released: Database) -> Callable[..., str]:
    """``open_case("SDOL", name="Muster")``: the number of a new case with a draft on its task."""

    def build(region: str = "SDOL", name: str = "Muster") -> str:
        access = Access("irma", {region: frozenset({"intake"})})
        with released.begin(access) as session:
            ref = commands.open_case(session, region, {"personen": [{"name": name, "vorname": "Anna", "rolle_ue": "antragstellend"}]})
        with released.begin(access) as session:
            key = session.scalars(select(Aufgabe.key).where(Aufgabe.fall_nr == ref.fall_nr)).one()
            commands.save_draft(session, key, {"begruendung": f"Geheimnis {name}"}, revision=0)
        return ref.fall_nr

    return build


@pytest.fixture
def old_case(released: Database, open_case: Callable[..., str], clock: FixedClock) -> str:
    """A case that was stopped more than ten years ago."""
    fall_nr = open_case(name="Vergangen")
    with released.begin(Access("leo", {"SDOL": frozenset({"leitung"})})) as session:
        commands.cancel_case(session, session.scalars(select(Fall.id).where(Fall.fall_nr == fall_nr)).one(), "Probe")
    clock.at += timedelta(days=3660)
    return fall_nr
