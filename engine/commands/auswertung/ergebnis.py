"""Keep what replaying all cases on a changed diagram said, for whoever decides about its release."""

from __future__ import annotations

from engine.queries.auswertung.wenn import SCHLECHTER, Unterschied
from engine.store.session import FallSession
from engine.store.tables import Nachspiel


def note_result(session: FallSession, model_hash: str, prozess: str, found: Unterschied) -> None:
    """The newest result counts: more cases may have come to an end since."""
    row = session.get(Nachspiel, model_hash)
    if row is None:
        row = Nachspiel(model_hash=model_hash)
        session.add(row)
    row.prozess, row.at, row.by = prozess, session.now, session.access.konto
    row.faelle, row.vorher, row.nachher = found.faelle, found.vorher, found.nachher
    row.schlechter, row.darf = found.wechsel[SCHLECHTER], found.darf
    session.flush()
