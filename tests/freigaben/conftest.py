"""Two regions with a first release, and the people who change it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine import commands
from engine.commands import freigaben
from engine.model.access import Access, system
from engine.model.clock import FixedClock
from engine.scheduling.due import run_due
from engine.store.session import Database
from engine.store.tables import Freigabe, Instanz
from tests.commands import drawings
from tests.commands.conftest import release
from tests.datenbank import prepared


class Werkstatt:
    """Deploys, proposes and decides, each call a transaction of its own."""

    def __init__(self, database: Database, clock: FixedClock, access: Callable[..., Access]):
        self.database, self.clock = database, clock
        self.petra = access("petra", region="*", rollen=("prozess",))
        self.urs = access("urs", region="*", rollen=("umsetzung",))
        self.ursi = access("ursi", region="*", rollen=("umsetzung",))
        self.beide = access("beide", region="*", rollen=("prozess", "umsetzung"))

    def do(self, who: Access, command: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        with self.database.begin(who) as session:
            return command(session, *args, **kwargs)

    def deploy(self, **files: bytes) -> None:
        self.do(system(), commands.deploy, {f"{name}.bpmn": content for name, content in files.items()})

    def rename(self, name: str) -> None:
        """Another version of the diagram «antrag», with that name for its task."""
        self.deploy(antrag=drawings.ANTRAG.replace("Antrag prüfen".encode(), name.encode()))

    def propose(self, who: Access | None = None, **fields: Any) -> Freigabe:
        vorschlag = freigaben.Vorschlag(**{"note": "Neuer Name", **fields})
        found: Freigabe = self.do(who or self.petra, freigaben.propose, vorschlag)
        return found

    def released(self, **fields: Any) -> Freigabe:
        return self.do(self.urs, freigaben.approve, self.propose(**fields).id)  # type: ignore[no-any-return]

    def begun(self, region: str) -> int:
        """The release that a case opened in that region now begins on."""
        clerk = Access("meier", {region: frozenset({"intake"})})
        raw = {"grund": "Arbeitslosigkeit", "personen": [{"name": "Muster", "vorname": "Anna", "rolle_ue": "antragstellend"}]}
        ref = self.do(clerk, commands.open_case, region, raw, process="antrag")
        with self.database.read(system()) as session:
            instanz = session.get(Instanz, ref.instanz_key // 10**9)
            assert instanz
            return instanz.release_id

    def wake(self) -> Any:
        return run_due(self.database)


@pytest.fixture
def werkstatt(database: Database, clock: FixedClock, access: Callable[..., Access]) -> Werkstatt:
    prepared(database, release)
    made = Werkstatt(database, clock, access)
    made.rename("Antrag genau prüfen")
    return made
