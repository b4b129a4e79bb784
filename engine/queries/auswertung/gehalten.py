"""What was counted for a page before, by choice and state of the data: asked again, nothing is counted again.

Cases still under way grow older by the hour, not by the second: what is kept serves for the hour at most.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

from sqlalchemy import func, select

from engine.queries.auswertung.auswahl import Auswahl
from engine.queries.auswertung.zellschutz import schwelle
from engine.store.session import Database, FallSession
from engine.store.tables import Region, Spur, Verlauf

T = TypeVar("T")
MOST = 200
STAND = "auswertung.stand"

_kept: WeakKeyDictionary[Database, OrderedDict[Hashable, Any]] = WeakKeyDictionary()
_lock = Lock()


def gehalten(session: FallSession, what: str, auswahl: Auswahl, make: Callable[[], T]) -> T:
    """What ``make`` gives for this choice and what this session sees; made once for each state of the data. Nobody changes what he gets."""
    key = (what, auswahl, session.access.everywhere, session.access.places, stand(session))
    with _lock:
        known = _kept.setdefault(session.database, OrderedDict())
        if key in known:
            known.move_to_end(key)
            return cast(T, known[key])
    made = make()
    with _lock:
        known[key] = made
        while len(known) > MOST:
            known.popitem(last=False)
    return made


def stand(session: FallSession) -> Hashable:
    """The state of the data that figures rest on: what happened, what of it is folded, which regions are pilots, the threshold, and the hour.

    One reading transaction sees one state, so it is asked for once in each.
    """
    if STAND not in session.held:
        traces = session.execute(select(func.count(Spur.instanz_nummer), func.max(Spur.bis_verlauf))).one()
        pilots = frozenset(session.scalars(select(Region.kuerzel).where(Region.pilot)))
        hour = session.now.replace(minute=0, second=0, microsecond=0)
        session.held[STAND] = (*traces, session.scalar(select(func.max(Verlauf.id))), pilots, schwelle(session), hour)
    return cast(Hashable, session.held[STAND])
