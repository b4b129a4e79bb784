"""Alignments that were found before, by model, way and variant."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import select

from engine.store.session import FallSession
from engine.store.tables import Ausrichtung

# So many names fit into one statement of every database.
AT_ONCE = 500


@dataclass(frozen=True)
class Gefunden:
    """``abweichungen``: element (or unknown activity), name, deviation, position in the trace. Without ``cost``: not decided."""

    cost: int | None
    lower: int
    upper: int | None
    abweichungen: tuple[tuple[str, str, str, int | None], ...]


def art(match: str, events: str, *, is_open: bool) -> str:
    """How variants were aligned, as the table names it."""
    return f"{match} {events}{' offen' if is_open else ''}"


def digest(variant: Sequence[str]) -> str:
    """What a variant is known by."""
    return sha256(json.dumps(list(variant)).encode()).hexdigest()


def found(session: FallSession, model_hash: str, way: str, names: Mapping[str, object]) -> dict[str, Gefunden]:
    """Those of the named variants that were aligned before."""
    wanted, known = list(names), {}
    for begin in range(0, len(wanted), AT_ONCE):
        query = select(Ausrichtung).where(
            Ausrichtung.model_hash == model_hash, Ausrichtung.art == way, Ausrichtung.variante.in_(wanted[begin : begin + AT_ONCE])
        )
        for row in session.scalars(query):
            known[row.variante] = Gefunden(row.cost, row.lower, row.upper, tuple((e, n, d, p) for e, n, d, p in row.abweichungen))
    return known
