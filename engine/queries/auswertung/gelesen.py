"""Traces and alignments that this process has read before: of what has not changed since, nothing is read or counted again.

A trace is made anew only when its instance has more history (``bis_verlauf``), an alignment never; who may see what is asked each time.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from threading import Lock
from weakref import WeakKeyDictionary

from sqlalchemy import Select, select

from engine.queries.auswertung.ausrichtungen import digest
from engine.queries.auswertung.auswahl import variante
from engine.store.session import Database, FallSession
from engine.store.tables import Spur

# A trace takes some 25 KB: the cases of the pilot regions, not those of the canton in ten years.
MOST = 6_000
AT_ONCE = 500

_spuren: WeakKeyDictionary[Database, OrderedDict[tuple[int, int], Spur]] = WeakKeyDictionary()
_varianten: WeakKeyDictionary[Spur, tuple[tuple[str, ...], str]] = WeakKeyDictionary()
_lock = Lock()


def gelesen(session: FallSession, chosen: Select[tuple[Spur]]) -> list[Spur]:
    """The traces that the query chooses, in its order; those the session may not see are not among them."""
    keys = [(number, until) for number, until in session.execute(chosen.with_only_columns(Spur.instanz_nummer, Spur.bis_verlauf))]
    with _lock:
        known = _spuren.setdefault(session.database, OrderedDict())
        found = {key: known[key] for key in keys if key in known}
    new = _read(session, [number for number, until in keys if (number, until) not in found])
    with _lock:
        _remember(known, new)
    by_number = {row.instanz_nummer: row for row in (*found.values(), *new)}
    return [by_number[number] for number, _ in keys if number in by_number]


def gespielt(spur: Spur) -> tuple[tuple[str, ...], str]:
    """The variant of the trace, and what it is known by."""
    found = _varianten.get(spur)
    if found is None:
        steps = variante(spur)
        found = _varianten[spur] = (steps, digest(steps))
    return found


def _read(session: FallSession, numbers: Sequence[int]) -> list[Spur]:
    found: list[Spur] = []
    for begin in range(0, len(numbers), AT_ONCE):
        rows = session.scalars(select(Spur).where(Spur.instanz_nummer.in_(numbers[begin : begin + AT_ONCE]))).all()
        for row in rows:
            session.expunge(row)
        found += rows
    return found


def _remember(known: OrderedDict[tuple[int, int], Spur], new: Iterable[Spur]) -> None:
    known.update({(row.instanz_nummer, row.bis_verlauf): row for row in new})
    while len(known) > MOST:
        known.popitem(last=False)
