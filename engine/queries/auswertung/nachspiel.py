"""What replaying history said of diagrams that are to be released."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import select

from engine.model.access import PROBELAUF
from engine.replay.model import hashes
from engine.store.everywhere import everywhere
from engine.store.session import FallSession
from engine.store.tables import DefinitionVersion, Instanz, Nachspiel

Files = Sequence[tuple[str, bytes]]


@dataclass(frozen=True)
class Befund:
    """A process with cases whose way the new diagrams change; ``ergebnis`` is None while nobody has replayed them."""

    prozess: str
    ergebnis: Nachspiel | None


def befunde(session: FallSession, before: Files, after: Files) -> list[Befund]:
    """Every process with cases that the diagrams ``after`` hold otherwise than ``before``, by its id.

    Raises:
        DefinitionInvalid: a diagram cannot be read.
    """
    changed = _changed(before, after)
    with everywhere(session):
        lived = set(session.scalars(select(Instanz.process).where(Instanz.region != PROBELAUF).distinct()))
    return [Befund(id_, session.get(Nachspiel, changed[id_])) for id_ in sorted(lived & changed.keys())]


def diagrams(rows: Sequence[DefinitionVersion]) -> Files:
    """The diagrams among deployed versions."""
    return [(row.resource_name, row.content) for row in rows if row.kind == "process"]


def _changed(before: Files, after: Files) -> dict[str, str]:
    old, new = _hashes(tuple(before)), _hashes(tuple(after))
    return {id_: digest for id_, digest in new.items() if old.get(id_) != digest}


@lru_cache(maxsize=16)
def _hashes(files: tuple[tuple[str, bytes], ...]) -> Mapping[str, str]:
    return hashes(files)
