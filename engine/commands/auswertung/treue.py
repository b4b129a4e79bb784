"""Adherence of chosen cases as far as it may be told: replayed, counted, and withheld where filters would give somebody away."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.commands.auswertung.messen import Messung, messen
from engine.model.access import Access
from engine.model.errors import FallflussError
from engine.queries.auswertung import modelle
from engine.queries.auswertung import treue as queries
from engine.queries.auswertung.auswahl import Auswahl, regionen
from engine.queries.auswertung.schutz import alle, gitter
from engine.queries.auswertung.treue import Treue
from engine.queries.auswertung.zellschutz import schwelle
from engine.store.session import Database
from engine.store.tables import AkzeptierteAbweichung

Frist = Callable[[], Callable[[], bool]]


def _so_weit(messung: Messung) -> str:
    """In per cent: with filters nobody is told how many cases these choose."""
    was, ganz, fehlt = ("eingelesen", messung.instanzen, messung.ungelesen) if messung.ungelesen else ("nachgespielt", len(messung.faelle), messung.fehlend)
    return f"{was} sind {100 * (ganz - fehlt) // max(ganz, 1)} Prozent"


class NotReplayed(FallflussError):
    """Cases are still being replayed, so that a file would hold some of them only."""

    def __init__(self, messung: Messung):
        super().__init__(f"Die Fälle werden noch nachgespielt, {_so_weit(messung)}. Die Datei kommt, sobald alle fertig sind; diese Seite versucht es von selbst wieder.")


def treue(database: Database, access: Access, auswahl: Auswahl, frist: Frist, *, gegen: int | None = None) -> tuple[Messung, Treue]:
    """What ``access`` sees of the chosen cases, each on its own version or all on version ``gegen``; ``frist`` gives each replaying its deadline.

    Nothing before all are replayed.
    """
    measured, found = _treue(database, access, auswahl, frist, gegen)
    with database.read(access) as session:
        return measured, queries.grob(session, auswahl, found)


def _treue(database: Database, access: Access, auswahl: Auswahl, frist: Frist, gegen: int | None) -> tuple[Messung, Treue]:
    with database.read(access) as session:
        model = None if gegen is None else modelle.of_version(session, auswahl.prozess, gegen)
        rows, least = queries.akzeptierte(session, auswahl.prozess), schwelle(session)
        # Where somebody sees no cases, a reason holds for none of his.
        gruende = queries.gruende((row for row in rows if access.everywhere or row.gilt_in in (queries.ALLE, *access.regionen)), regionen(session))
    measured = messen(database, access, auswahl, frist(), model=model)
    if not measured.is_complete:
        return measured, queries.unfertig()
    holds = queries.geltend(rows)
    found = queries.treue(measured.faelle, holds, schwelle=least, gruende=gruende)
    with database.read(access) as session:
        grid = gitter(session, auswahl)
    if not grid.gewaehlt:
        return measured, found
    everybody = messen(database, access, alle(auswahl), frist(), model=model)
    if not everybody.is_complete:
        return everybody, queries.unfertig()
    with database.read(access) as session:
        return measured, queries.geschuetzt(session, auswahl, found, everybody.faelle, holds, f"{model.hash if model else ''} {hash_of(rows)}")


def hash_of(rows: Sequence[AkzeptierteAbweichung]) -> int:
    """Names what is accepted: what is found out once holds as long as that stays."""
    return hash(frozenset((row.element, row.abweichung, row.gilt_in) for row in rows))
