"""The cases that figures are about: everybody the session sees, and which of them were chosen. What may be told of these is a matter of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy import select

from engine.queries.auswertung.augenblick import augenblick
from engine.queries.auswertung.auswahl import FALL, Auswahl
from engine.queries.auswertung.gehalten import gehalten
from engine.queries.auswertung.gitter import ALTER, REGION, Gitter, Rand
from engine.queries.auswertung.laeufe import Lauf, lauf
from engine.queries.auswertung.schutz import alle, gitter, spuren
from engine.queries.auswertung.verbund import GLEICH, TAFELN, VORSCHLAG, Above, Verbund, Vorschlag, eintraege, verbund
from engine.statistics.stacked import Choice
from engine.statistics.suppression import ALL, Published
from engine.store.session import FallSession
from engine.store.tables import Segmentzuordnung


@dataclass(frozen=True)
class Kreis:
    """``alle`` are the cases and ``vorschlaege`` their proposed segments, ``gewaehlt`` the chosen cases; ``verbund`` is what of everybody may be told."""

    alle: Sequence[Lauf]
    vorschlaege: Sequence[Vorschlag]
    gewaehlt: frozenset[int]
    gitter: Gitter
    verbund: Verbund

    @property
    def laeufe(self) -> list[Lauf]:
        """The chosen ones."""
        return [one for one in self.alle if one.fall_id in self.gewaehlt]

    def tafel(self, name: str) -> Published | None:
        """A table of ``TAFELN`` of the chosen cases; None where nothing of it may be told."""
        whole, one = self.verbund.tafeln.get(name), TAFELN[name]
        if whole is None or not self.gitter.gewaehlt:
            return whole
        rand = self._rand(one.rand)
        if rand is not None:
            rand = replace(rand, neben=self._rand(one.neben))
        return replace(self.gitter, zu=self._zu).gefiltert(name, partial(self._eintraege, name), whole, je_region=one.je_region, rand=rand)

    def _rand(self, above: Above | None) -> Rand | None:
        if above is None or above[0] not in self.verbund.tafeln:
            return None
        name, summe = above
        return Rand(name, partial(self._eintraege, name), self.verbund.tafeln[name].numbers, TAFELN[name].je_region, summe, self._rand(TAFELN[name].rand))

    @property
    def _zu(self) -> frozenset[Choice]:
        """The age classes whose row a table by age withholds: with the filter of such a class any of its tables would tell what stands in that row."""
        tables = (self.verbund.tafeln.get(f"{part} {ALTER}") for part in (GLEICH, VORSCHLAG))
        return frozenset(frozenset({(ALTER, cell[0])}) for table in tables if table for cell, number in table.numbers.items() if number is None and cell[0] != ALL)

    def _eintraege(self, name: str) -> list[tuple[int, tuple[str, ...]]]:
        return eintraege(name, self.alle, self.vorschlaege)

    def nach(self, horizon: int) -> Published | None:
        """What became of people so many months after the Ablösung: with filters those who died or moved away are among those not back."""
        return self.tafel(f"nach {horizon} zusammen") if self.gitter.gewaehlt else self.verbund.nach(horizon)

    @property
    def is_one_region(self) -> bool:
        return REGION in self.gitter.gewaehlt


def kreis(session: FallSession, auswahl: Auswahl) -> Kreis:
    """All cases with those chosen; of another process than that of the case none."""
    everybody = alle(auswahl)
    grid, every, proposals, together = gitter(session, auswahl), *gehalten(session, "kreis", everybody, lambda: _made(session, everybody))
    chosen = every if not grid.gewaehlt else spuren(session, auswahl)
    return Kreis(every, proposals, frozenset(one.fall_id for one in chosen), grid, together)


def _made(session: FallSession, everybody: Auswahl) -> tuple[list[Lauf], list[Vorschlag], Verbund]:
    moment = augenblick(session)
    # A part has no Ablösung; and what it told of its cases would, subtracted, tell of those without it.
    cases = [lauf(spur, moment.at) for spur in spuren(session, everybody)] if everybody.prozess == FALL else []
    numbers = {one.fall_id for one in cases}
    columns = (Segmentzuordnung.fall_id, Segmentzuordnung.region, Segmentzuordnung.regel, Segmentzuordnung.segment, Segmentzuordnung.vorschlag)
    rows = session.execute(select(*columns).where(Segmentzuordnung.vorschlag != "", Segmentzuordnung.regel != "", Segmentzuordnung.id <= moment.segmentzuordnung))
    proposals = [Vorschlag(fall, region, rule, "gefolgt" if segment == proposed else "übersteuert") for fall, region, rule, segment, proposed in rows if fall in numbers]
    return cases, proposals, verbund(cases, proposals, threshold=gitter(session, everybody).schwelle)
