"""The cases that figures are about: everybody the session sees, and which of them were chosen. What may be told of these is a matter of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from engine.queries.auswertung.augenblick import augenblick
from engine.queries.auswertung.auswahl import Auswahl
from engine.queries.auswertung.gehalten import gehalten
from engine.queries.auswertung.gitter import REGION, Gitter, Rand
from engine.queries.auswertung.laeufe import Lauf, lauf
from engine.queries.auswertung.schutz import alle, gitter, spuren
from engine.queries.auswertung.verbund import TAFELN, Verbund, Vorschlag, eintraege, verbund
from engine.statistics.suppression import Published
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
        rand = None if one.rand is None else Rand(one.rand[0], self._eintraege(one.rand[0]), self.verbund.tafeln[one.rand[0]].numbers, TAFELN[one.rand[0]].je_region, one.rand[1])
        return self.gitter.gefiltert(name, self._eintraege(name), whole, je_region=one.je_region, rand=rand)

    def _eintraege(self, name: str) -> list[tuple[int, tuple[str, ...]]]:
        return eintraege(name, self.alle, self.vorschlaege)

    def nach(self, horizon: int) -> Published | None:
        """What became of people so many months after the Ablösung: with filters those who died or moved away are among those not back."""
        return self.tafel(f"nach {horizon} zusammen") if self.gitter.gewaehlt else self.verbund.nach(horizon)

    @property
    def is_one_region(self) -> bool:
        return REGION in self.gitter.gewaehlt


def kreis(session: FallSession, auswahl: Auswahl) -> Kreis:
    """All cases of a process with those chosen."""
    everybody = alle(auswahl)
    grid, every, proposals, together = gitter(session, auswahl), *gehalten(session, "kreis", everybody, lambda: _made(session, everybody))
    chosen = every if not grid.gewaehlt else spuren(session, auswahl)
    return Kreis(every, proposals, frozenset(one.fall_id for one in chosen), grid, together)


def _made(session: FallSession, everybody: Auswahl) -> tuple[list[Lauf], list[Vorschlag], Verbund]:
    moment = augenblick(session)
    cases = [lauf(spur, moment.at) for spur in spuren(session, everybody)]
    numbers = {one.fall_id for one in cases}
    columns = (Segmentzuordnung.fall_id, Segmentzuordnung.region, Segmentzuordnung.regel, Segmentzuordnung.segment, Segmentzuordnung.vorschlag)
    rows = session.execute(select(*columns).where(Segmentzuordnung.vorschlag != "", Segmentzuordnung.regel != "", Segmentzuordnung.id <= moment.segmentzuordnung))
    proposals = [Vorschlag(fall, region, rule, "gefolgt" if segment == proposed else "übersteuert") for fall, region, rule, segment, proposed in rows if fall in numbers]
    return cases, proposals, verbund(cases, proposals, threshold=gitter(session, everybody).schwelle)
