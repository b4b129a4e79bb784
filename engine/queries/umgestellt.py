"""What the history of a case says of its migrations, with the steps called as their diagrams call them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.store import library
from engine.store.library import Contents
from engine.store.session import FallSession
from engine.store.tables import Instanz, Verlauf

Names = Mapping[str, str]
# The releases a case left and reached; a trial run goes without.
MOVED = {"von", "nach"}


def in_words(session: FallSession, rows: Iterable[Verlauf]) -> dict[int, dict[str, Any]]:
    """By row, the values of each migration that hold ids of elements, with their names in the version the case left or reached."""
    return {row.id: _worded(session, row, row.values) for row in rows if row.command == "migrate" and row.values and row.values.keys() >= MOVED}


def _worded(session: FallSession, row: Verlauf, values: Mapping[str, Any]) -> dict[str, Any]:
    process = session.get_one(Instanz, row.instanz_nummer).process
    before, after = (_names(library.contents(session, values[which]), process) for which in ("von", "nach"))
    found: dict[str, Any] = {"vorher": _called(values.get("vorher"), before), "nachher": _called(values.get("nachher"), after)}
    moves = values.get("verlegt") or []
    return found | {"verlegt": [{**one, "von": before.get(one["von"], one["von"]), "nach": after.get(one["nach"], one["nach"])} for one in moves]}


def _called(ids: Iterable[str] | None, names: Names) -> list[str]:
    """Each name once: several waits of one step are called alike."""
    return list(dict.fromkeys(names.get(id, id) for id in ids or ()))


def _names(contents: Contents, process: str) -> Names:
    """Of every element of the release; where several processes have the same id, the case's own process counts."""
    found: dict[str, str] = {}
    for id in sorted((id for kind, id in contents.items if kind == "process"), key=lambda id: id == process):
        found |= {element.id: element.name for element in contents.process(id).elements.values() if element.name}
    return found
