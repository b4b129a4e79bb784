"""Cases of the small diagrams, a second release of them, and the people of a migration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from engine import commands
from engine.commands import umstellung
from engine.model.access import Access, system
from engine.model.clock import FixedClock
from engine.scheduling.due import run_due
from engine.store.session import Database
from engine.store.tables import Umstellung, Umstellungsfall
from tests.commands import drawings
from tests.commands.conftest import Desk, release
from tests.datenbank import prepared

PETRA = Access("petra", {"*": frozenset({"prozess"})})
URSULA = Access("ursula", {"*": frozenset({"umsetzung"})})


class Werkstatt(Desk):
    """A desk beside which process owners release and migrate."""

    def release(self, **files: bytes) -> int:
        """Deploy changed files by their process (``antrag=…``) and release everything."""
        with self.database.begin(system()) as session:
            commands.deploy(session, {**drawings.ALL, **{f"{name}.bpmn": content for name, content in files.items()}})
            return commands.release(session, "Neu")

    def at(self, who: Access, command: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return self.as_(who).do(command, *args, **kwargs)

    def plan(self, quelle: int, ziel: int, decisions: Mapping[str, Any] | None = None, *, process: str = "antrag", **options: Any) -> int:
        """Plan and examine; the plan's number."""
        id = self.at(PETRA, umstellung.plan, quelle, ziel, **options).id
        if decisions is not None:
            self.at(PETRA, umstellung.decide, id, process, decisions)
        self.at(PETRA, umstellung.examine, id)
        run_due(self.database)
        return int(id)

    def run(self, id: int, stapel: int | None = None) -> None:
        plan = next(one for one in self.all(Umstellung) if one.id == id)
        if plan.zustand == "pruefung":
            self.at(PETRA, umstellung.submit, id)
        self.at(URSULA, umstellung.start, id, stapel)
        run_due(self.database)

    def cases(self, id: int) -> list[Umstellungsfall]:
        return [one for one in self.all(Umstellungsfall) if one.umstellung_id == id]

    def verdicts(self, id: int) -> list[tuple[str, str]]:
        return [(one.urteil, one.zustand) for one in self.cases(id)]


@pytest.fixture
def werkstatt(database: Database, clock: FixedClock, access: Callable[..., Access]) -> Werkstatt:
    prepared(database, release)
    return Werkstatt(database, clock, access("meier", region=["SDOL", "SRO"], rollen=("intake", "fallfuehrung", "teamleitung", "leitung")))
