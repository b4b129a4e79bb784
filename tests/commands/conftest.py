"""A database with two regions and the small diagrams released; a desk from which people act."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import select

from engine import commands
from engine.model.access import Access, system
from engine.model.clock import FixedClock
from engine.scheduling.due import run_due
from engine.store.session import Database, FallSession
from engine.store.tables import Aufgabe, Region, Timer
from tests.commands import drawings
from tests.datenbank import prepared


class Desk:
    """One person's desk in one region: each call is a transaction of its own, as it is for the screens."""

    def __init__(self, database: Database, clock: FixedClock, person: Access):
        self.database = database
        self.clock = clock
        self.person = person

    @contextmanager
    def begin(self) -> Iterator[FallSession]:
        with self.database.begin(self.person) as session:
            yield session

    def do(self, command: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        with self.begin() as session:
            return command(session, *args, **kwargs)

    def open(self, process: str = "antrag", region: str = "SDOL", **values: Any) -> commands.CaseRef:
        raw = {"grund": "Arbeitslosigkeit", "personen": [{"name": "Muster", "vorname": "Anna", "rolle_ue": "antragstellend"}]}
        ref: commands.CaseRef = self.do(commands.open_case, region, raw | values if process == "antrag" else values, process=process)
        return ref

    def tasks(self, element: str | None = None) -> list[Aufgabe]:
        query = select(Aufgabe).where(Aufgabe.zustand == "CREATED").order_by(Aufgabe.key)
        with self.begin() as session:
            return [task for task in session.scalars(query) if element in (None, task.element)]

    def elements(self) -> list[str]:
        return sorted(task.element for task in self.tasks())

    def complete(self, element: str, **values: Any) -> Any:
        return self.do(commands.complete_task, self.tasks(element)[0].key, values)

    def all(self, table: Any) -> list[Any]:
        with self.database.read(system()) as session:
            # PostgreSQL promises no order of its own.
            return list(session.scalars(select(table).order_by(*table.__table__.primary_key)))

    def timers(self) -> dict[str, Timer]:
        return {timer.element: timer for timer in self.all(Timer)}

    def wake(self) -> Any:
        return run_due(self.database)

    def as_(self, person: Access) -> Desk:
        return Desk(self.database, self.clock, person)


def release(database: Database) -> None:
    """Two regions, and the small diagrams as the first release."""
    with database.begin(system()) as session:
        for kuerzel in ("SDOL", "SRO"):
            session.add(Region(kuerzel=kuerzel, name=kuerzel, sitz="", rechtsform="", pilot=True))
        commands.deploy(session, drawings.ALL)
        commands.release(session, "Test")


@pytest.fixture
def desk(database: Database, clock: FixedClock, access: Callable[..., Access]) -> Desk:
    prepared(database, release)
    return Desk(database, clock, access("meier", region="SDOL", rollen=("intake", "fallfuehrung", "teamleitung", "leitung")))
