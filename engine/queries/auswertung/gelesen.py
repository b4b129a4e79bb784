"""Traces and alignments that this process has read before: of what has not changed since, nothing is read or counted again.

A trace is made anew only when its instance has more history (``bis_verlauf``), an alignment never; who may see what is asked each time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from sys import intern
from threading import Lock
from typing import Any, Concatenate, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Select, select
from sqlalchemy.orm.attributes import set_committed_value

from engine.queries.auswertung.ausrichtungen import digest
from engine.queries.auswertung.auswahl import variante
from engine.store.session import Database, FallSession
from engine.store.tables import Spur

T = TypeVar("T")
P = ParamSpec("P")
# A trace takes some 10 KB: those of the canton in ten years. What goes beyond is read each time.
MOST = 25_000
AT_ONCE = 500

_spuren: WeakKeyDictionary[Database, dict[tuple[int, int], Spur]] = WeakKeyDictionary()
_lock = Lock()


def gelesen(session: FallSession, chosen: Select[tuple[Spur]]) -> list[Spur]:
    """The traces that the query chooses, in its order; those the session may not see are not among them."""
    keys = [(number, until) for number, until in session.execute(chosen.with_only_columns(Spur.instanz_nummer, Spur.bis_verlauf))]
    with _lock:
        known = _spuren.setdefault(session.database, {})
        found = {key: known[key] for key in keys if key in known}
    new = _read(session, [number for number, until in keys if (number, until) not in found])
    with _lock:
        _remember(known, keys, new)
    by_number = {row.instanz_nummer: row for row in (*found.values(), *new)}
    return [by_number[number] for number, _ in keys if number in by_number]


def je_spur(read: Callable[Concatenate[Spur, P], T]) -> Callable[Concatenate[Spur, P], T]:
    """What is read out of a trace, read once for each that is kept: a canton's are many, and pages come again. What it is read with beside the
    trace must be the same each time for the same trace."""
    known: WeakKeyDictionary[Spur, T] = WeakKeyDictionary()

    @wraps(read)
    def once(spur: Spur, /, *args: P.args, **kwargs: P.kwargs) -> T:
        found = known.get(spur)
        if found is None:
            found = known[spur] = read(spur, *args, **kwargs)
        return found

    return once


@je_spur
def gespielt(spur: Spur) -> tuple[tuple[str, ...], str]:
    """The variant of the trace, and what it is known by."""
    steps = variante(spur)
    return steps, digest(steps)


def _read(session: FallSession, numbers: Sequence[int]) -> list[Spur]:
    found: list[Spur] = []
    for begin in range(0, len(numbers), AT_ONCE):
        rows = session.scalars(select(Spur).where(Spur.instanz_nummer.in_(numbers[begin : begin + AT_ONCE]))).all()
        for row in rows:
            session.expunge(row)
            set_committed_value(row, "schritte", [_slim(step) for step in row.schritte])
        found += rows
    return found


def _slim(step: Sequence[Any]) -> tuple[Any, ...]:
    """The same elements come back in every trace: each name is kept once. What is no list the collector of garbage leaves alone."""
    element, process, kind, *rest = step
    return (intern(element), intern(process), intern(kind), *rest)


def _remember(known: dict[tuple[int, int], Spur], wanted: Iterable[tuple[int, int]], new: Iterable[Spur]) -> None:
    """What nobody asks for any more goes first, then the newest: who asks for more than fits shall find most of it the next time."""
    known.update({(row.instanz_nummer, row.bis_verlauf): row for row in new})
    if len(known) <= MOST:
        return
    asked = set(wanted)
    for key in [key for key in known if key not in asked][: len(known) - MOST]:
        del known[key]
    while len(known) > MOST:
        known.popitem()
