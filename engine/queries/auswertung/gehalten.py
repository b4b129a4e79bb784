"""What was counted for a page before, by choice and state of the data: asked again, nothing is counted again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

from sqlalchemy import select

from engine.queries.auswertung.augenblick import augenblick
from engine.queries.auswertung.auswahl import Auswahl
from engine.queries.auswertung.zellschutz import schwelle
from engine.store.session import Database, FallSession
from engine.store.tables import Region, Spur, Vernichtung

T = TypeVar("T")
MOST = 200
STAND = "auswertung.stand"
NICHTS: Any = object()

_kept: WeakKeyDictionary[Database, OrderedDict[Hashable, Any]] = WeakKeyDictionary()
_lock = Lock()


def gehalten(session: FallSession, what: str, auswahl: Auswahl, make: Callable[[], T]) -> T:
    """What ``make`` gives for this choice and what this session sees; made once for each state of the data. Nobody changes what he gets."""
    place = platz(session, what, auswahl)
    found = gefunden(session.database, place)
    return cast(T, behalten(session.database, place, make()) if found is NICHTS else found)


def platz(session: FallSession, what: str, auswahl: Auswahl) -> Hashable:
    """Where something is kept that takes longer to make than one transaction, see ``behalten``."""
    return (what, auswahl, session.access.everywhere, session.access.places, stand(session))


def gefunden(database: Database, place: Hashable) -> Any:
    """What was kept there, or ``NICHTS``."""
    with _lock:
        known = _kept.setdefault(database, OrderedDict())
        if place in known:
            known.move_to_end(place)
        return known.get(place, NICHTS)


def behalten(database: Database, place: Hashable, made: T) -> T:
    with _lock:
        known = _kept.setdefault(database, OrderedDict())
        known[place] = made
        while len(known) > MOST:
            known.popitem(last=False)
    return made


def stand(session: FallSession) -> Hashable:
    """The state of the data that figures rest on: the moment they are of, what is folded by now or was destroyed, which regions are pilots, the threshold.

    A reading transaction sees one state, so it is asked for once in each.
    """
    if STAND not in session.held or not session.is_reading:
        # Not the greatest of all, which a database finds by looking at each that the session may see.
        newest = tuple(session.scalar(select(column).order_by(column.desc()).limit(1)) for column in (Spur.bis_verlauf, Vernichtung.id))
        pilots = frozenset(session.scalars(select(Region.kuerzel).where(Region.pilot)))
        session.held[STAND] = (augenblick(session), *newest, pilots, schwelle(session))
    return cast(Hashable, session.held[STAND])
