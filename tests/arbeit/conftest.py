"""A region with people, one case each can be given, and tasks that are due."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from engine import commands
from engine.model.access import Access, system
from engine.store.konten import create_konto, grant
from engine.store.session import Database
from engine.store.tables import Region
from tests.commands.drawings import drawing, flow, node, user
from tests.datenbank import prepared

PEOPLE = {"fabio": ("Fabio Furrer", "fallfuehrung"), "franca": ("Franca Fuchs", "fallfuehrung"), "anna": ("Anna Ackermann", "administration"),
          "tabea": ("Tabea Tschudi", "teamleitung"), "leo": ("Leo Lerch", "sozialkommission")}  # fmt: skip
FALL = drawing(
    "fall",
    node("startEvent", "start"),
    user("ziele", due="=today() + duration(&quot;P3D&quot;)", name="Ziele vereinbaren"),
    node("endEvent", "ende"),
    flow("start", "ziele"),
    flow("ziele", "ende"),
)


def person(login: str) -> Access:
    return Access(login, {"SDOL": frozenset({PEOPLE[login][1]})})


@pytest.fixture
def office(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """The database with the region, its people and the process."""
    # Hashing is slow on purpose; here it would only make the tests slow.
    monkeypatch.setattr("engine.store.konten._hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    prepared(database, _fill)
    return database


def _fill(database: Database) -> None:
    with database.begin(system()) as session:
        session.add(Region(kuerzel="SDOL", name="Oberer Leberberg", sitz="Grenchen", rechtsform="Verband", pilot=True))
        session.flush()
        commands.deploy(session, {"fall.bpmn": FALL})
        commands.release(session, "Test")
        for login, (name, rolle) in PEOPLE.items():
            create_konto(session, login, name, "ein-langes-passwort")
            grant(session, login, rolle, "SDOL")


@pytest.fixture
def opened(office: Database) -> Callable[..., commands.CaseRef]:
    """``opened("fabio")``: a case for which he is responsible."""

    def build(responsible: str | None = None) -> commands.CaseRef:
        with office.begin(system()) as session:
            ref = commands.open_case(session, "SDOL", {})
            if responsible:
                commands.assign_case(session, ref.fall_id, responsible)
            return ref

    return build


DAY = timedelta(days=1)
