"""Alignments that were found before, by model, way and variant."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from weakref import WeakKeyDictionary

from sqlalchemy import select

from engine.store.session import Database, FallSession
from engine.store.tables import Ausrichtung

# So many names fit into one statement of every database.
AT_ONCE = 500
# Raised when the search finds other explanations than before: all are found anew then.
STAND = 2

_kept: WeakKeyDictionary[Database, dict[tuple[str, str], dict[str, Gefunden]]] = WeakKeyDictionary()


@dataclass(frozen=True)
class Gefunden:
    """``abweichungen``: element (or unknown activity), name, deviation, position in the trace. Without ``cost``: not decided within ``budget``."""

    cost: int | None
    lower: int
    upper: int | None
    abweichungen: tuple[tuple[str, str, str, int | None], ...]
    budget: int

    def is_final(self, budget: int) -> bool:
        """Whether so much budget would not find more."""
        return self.cost is not None or self.budget >= budget


def art(match: str, events: str, *, is_open: bool) -> str:
    """How variants were aligned, as the table names it."""
    return f"{match} {events}{' offen' if is_open else ''} {STAND}"


def digest(variant: Sequence[str]) -> str:
    """What a variant is known by."""
    return sha256(json.dumps(list(variant)).encode()).hexdigest()


def found(session: FallSession, model_hash: str, way: str, names: Mapping[str, object]) -> dict[str, Gefunden]:
    """Those of the named variants that were aligned before. What was decided once never changes, so each is read once in a process."""
    kept = _kept.setdefault(session.database, {}).setdefault((model_hash, way), {})
    known = {name: kept[name] for name in names if name in kept}
    new = _read(session, model_hash, way, [name for name in names if name not in known])
    kept.update({name: one for name, one in new.items() if one.cost is not None})
    return {**known, **new}


def _read(session: FallSession, model_hash: str, way: str, wanted: Sequence[str]) -> dict[str, Gefunden]:
    read: dict[str, Gefunden] = {}
    for begin in range(0, len(wanted), AT_ONCE):
        query = select(Ausrichtung).where(
            Ausrichtung.model_hash == model_hash, Ausrichtung.art == way, Ausrichtung.variante.in_(wanted[begin : begin + AT_ONCE])
        )
        for row in session.scalars(query):
            read[row.variante] = Gefunden(row.cost, row.lower, row.upper, tuple((e, n, d, p) for e, n, d, p in row.abweichungen), row.budget)
    return read
