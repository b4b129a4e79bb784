"""A case with what runs beside it: vPe, intensive Fallführung, questions to partners."""

from __future__ import annotations

from typing import Any, Self

from sqlalchemy import select

from engine import commands
from engine.commands.cases import own_instance
from engine.model.access import Access, room_of
from engine.store.tables import Austausch, Fall, Instanz, Verlauf
from tests.scenarios.akte import ROLLEN, Akte

NEBENROLLEN = (*ROLLEN, "fallfuehrung_intensiv", "vpe_stelle", "koordination")


class Nebenakte(Akte):
    def allow_all(self) -> Self:
        """People of every role in one account; who may do what is told elsewhere."""
        return self.allow_in(self.region)

    def allow_in(self, *regionen: str) -> Self:
        """The same in several regions, for a household that moves."""
        self.access = Access("meier", {place: frozenset(NEBENROLLEN) for region in regionen for place in (region, room_of(region))})
        return self

    def move(self, gemeinde: int, per: str) -> Self:
        """The household moves to a commune of another region, with everything that the package may hold."""
        with self.database.begin(self.access) as session:
            commands.begin_move(session, self.fall_nr, {"wohin": "kanton", "neue_gemeinde_bfs": str(gemeinde), "per": per})
        self._settle()
        self.do("paket_zusammenstellen", paket_inhalt=["kurzassessment", "segmenthistorie", "zielvereinbarung", "massnahmen"])
        return self.do("paket_freigeben", freigabe="ja")

    def case_value(self, name: str) -> Any:
        """A variable of the case itself, also after a handover brought it as a whole."""
        with self.database.read(self.access) as session:
            return commands.case_variables(session, own_instance(session, self.fall_id)).get(name)

    def in_region(self, region: str) -> Self:
        """From here on the story is about the case of that region that was opened last."""
        with self.database.read(self._everything()) as session:
            found = session.scalars(select(Fall).where(Fall.region == region).order_by(Fall.id.desc())).first()
        assert found is not None
        self.region, self.fall_id, self.fall_nr = region, found.id, found.fall_nr
        return self

    def begin(self, process: str, **raw: Any) -> Self:
        """Start a process beside the case."""
        with self.database.begin(self.access) as session:
            commands.begin_beside(session, self.fall_nr, process, raw)
        self._settle()
        return self

    def message(self, name: str, key: str, **values: Any) -> Self:
        """A message that belongs to something else than the case, such as an order."""
        with self.database.begin(self.access) as session:
            commands.correlate(session, name, key, values)
        self._settle()
        return self

    def open_alone(self, process: str, **raw: Any) -> Self:
        """A case of another process than ``fall``."""
        with self.database.begin(self.access) as session:
            found = commands.open_case(session, self.region, raw, process=process)
        self.fall_id, self.fall_nr = found.fall_id, found.fall_nr
        self._settle()
        return self

    def fill(self, element: str, values: dict[str, Any]) -> Self:
        """Like ``do``, for forms that ask for somebody's ``name``."""
        with self.database.begin(self.access) as session:
            commands.complete_task(session, self.task(element).key, values)
        self._settle()
        return self

    def every(self, table: Any) -> list[Any]:
        own, self.fall_id = self.fall_id, 0
        try:
            with self.database.read(self._everything()) as session:
                return list(session.query(table).all())
        finally:
            self.fall_id = own

    @staticmethod
    def _everything() -> Access:
        return Access("system", {}, everywhere=True)

    @property
    def beside(self) -> list[str]:
        """The processes that run beside the case."""
        return sorted(row.process for row in self._rows(Instanz) if row.neben and row.zustand == "active")

    @property
    def exchanged(self) -> list[tuple[str, str, str]]:
        return [(row.richtung, row.meldung, row.grundlage) for row in self.exchanges()]

    def exchanges(self) -> list[Austausch]:
        """What went to partners and came from them, the oldest first."""
        return self._rows(Austausch)

    @property
    def last_end(self) -> str:
        """The end event that was reached last, in whatever process."""
        return next(str(e[2]) for row in reversed(self._rows(Verlauf)) for e in reversed(row.events) if e[0] == "completed" and e[3] == "END_EVENT" and str(e[2]) != "")

    def taken(self) -> set[tuple[str, str]]:
        """All flows of all cases of the story."""
        return {(event[4], event[2]) for row in self.every(Verlauf) for event in row.events if event[0] == "taken"}
