"""Replays chosen cases: each on its own version, or all on one model. Opens its own short transactions, because aligning takes long."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from engine.commands.auswertung.nachspielen import Auftrag, align
from engine.commands.auswertung.spuren import catch_up, instanzen
from engine.model.access import Access
from engine.queries.auswertung import modelle
from engine.queries.auswertung.ausrichtungen import Gefunden
from engine.queries.auswertung.auswahl import Auswahl
from engine.queries.auswertung.gehalten import NICHTS, behalten, gefunden, platz
from engine.queries.auswertung.gelesen import gespielt
from engine.queries.auswertung.schutz import spuren
from engine.replay.alignment import BUDGET
from engine.replay.model import Model
from engine.store.session import Database, FallSession
from engine.store.tables import Spur


@dataclass(frozen=True)
class Nachgespielt:
    """One instance with what its replay found; None when nobody has replayed it yet."""

    spur: Spur
    gefunden: Gefunden | None


@dataclass(frozen=True)
class Messung:
    """``fehlend`` variants have no final result yet, ``ungelesen`` instances are still to be read: the page comes back for them.

    Which of those the filters choose shows once they are read: ``ungelesen`` and ``instanzen``, of which they are, count all processes and filters.
    """

    faelle: tuple[Nachgespielt, ...]
    fehlend: int
    ungelesen: int
    instanzen: int = 0

    @property
    def fertig(self) -> int:
        """Cases whose result is final."""
        return sum(one.gefunden is not None and one.gefunden.is_final(BUDGET) for one in self.faelle)

    @property
    def is_complete(self) -> bool:
        return not self.fehlend and not self.ungelesen


def messen(database: Database, access: Access, auswahl: Auswahl, enough: Callable[[], bool], *, model: Model | None = None) -> Messung:
    """Replay what ``access`` sees of the chosen cases, until ``enough()``; ``model``: not on their own versions but on this one."""
    ungelesen = catch_up(database, enough)
    with database.read(access) as session:
        place = platz(session, f"messung {model.hash if model else ''}", auswahl)
        kept: Messung = gefunden(database, place)
        if kept is not NICHTS:
            return replace(kept, ungelesen=ungelesen, instanzen=instanzen(database) if ungelesen else 0)
        rows = spuren(session, auswahl)
        auftraege, of = _auftraege(session, rows, model)
    found, fehlend = align(database, auftraege, enough)
    faelle = tuple(Nachgespielt(row, found.get(of[row.instanz_nummer], {}).get(gespielt(row)[1])) for row in rows)
    if not fehlend:
        behalten(database, place, Messung(faelle, 0, 0))
    return Messung(faelle, fehlend, ungelesen, instanzen(database) if ungelesen else 0)


def _auftraege(session: FallSession, rows: Sequence[Spur], model: Model | None) -> tuple[list[Auftrag], dict[int, tuple[str, str]]]:
    """What is to be aligned, and for each instance with which of it."""
    groups: dict[tuple[str, bool], tuple[Model, dict[str, tuple[str, ...]]]] = {}
    own: dict[int, tuple[str, bool]] = {}
    for row in rows:
        used = model or modelle.of_release(session, row.release_id, row.process)
        key = (used.hash, row.zustand != "completed")
        own[row.instanz_nummer] = key
        steps, name = gespielt(row)
        groups.setdefault(key, (used, {}))[1][name] = steps
    auftraege = {key: Auftrag(used, variants, is_open=key[1]) for key, (used, variants) in groups.items()}
    return list(auftraege.values()), {number: (key[0], auftraege[key].art) for number, key in own.items()}
