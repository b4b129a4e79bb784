"""Uploaded files of which nobody says what their columns mean do not stay: until then they hold what is to be replaced by pseudonyms."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from engine.commands.auswertung import rohdateien
from engine.commands.auswertung.protokolle import NEW
from engine.store.audit import log as note
from engine.store.session import FallSession
from engine.store.tables import Protokoll

EXPIRED = "verfallen"
# Long enough to ask a colleague what a column means, short enough that no file of another system stays here (docs/auswertung.md, docs/dsfa.md).
KEPT = timedelta(hours=24)
SAYS = "Verfallen: bitte nochmals hochladen. Die Spalten wurden nicht innert {hours} Stunden gewählt; die Datei ist gelöscht."


def expire(session: FallSession) -> int:
    """Delete every file that has waited for its columns longer than ``KEPT``; gives how many. The log's row stays and says so."""
    over = select(Protokoll).where(Protokoll.zustand == NEW, Protokoll.at <= session.now - KEPT).order_by(Protokoll.id).with_for_update()
    gone = list(session.scalars(over))
    for protokoll in gone:
        protokoll.zustand, protokoll.meldung = EXPIRED, SAYS.format(hours=int(KEPT / timedelta(hours=1)))
        rohdateien.forget(session, protokoll.id)
        note(session, "protokoll", f"Protokoll {protokoll.id}: Datei verfallen und gelöscht")
    return len(gone)
