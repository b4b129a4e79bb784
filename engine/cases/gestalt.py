"""The shape of the variables by which diagrams describe a household; programs and scripts can write anything."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from engine.model.errors import FormInvalid

_TEXTS = ("person_id", "name", "vorname", "rolle_ue", "ahvn13", "segment", "vorschlag", "regel", "begruendung", "entschieden_von")
_LONGEST = {"person_id": 20, "segment": 20, "vorschlag": 20, "regel": 20}


def require(values: Mapping[str, Any]) -> None:
    """Check ``personen``, ``segmente`` and ``gemeinde_bfs`` where ``values`` hold them.

    Raises:
        FormInvalid: one is of another shape; nothing was stored.
    """
    errors = {}
    for name, wanted in (("personen", "eine Liste von Personen"), ("segmente", "eine Liste von Segmenten")):
        if not _is_list(values.get(name)):
            errors[name] = f"«{name}» muss {wanted} sein, jede mit Text in ihren Angaben und dem Geburtsdatum als JJJJ-MM-TT."
    if not _is_bfs_number(values.get("gemeinde_bfs")):
        errors["gemeinde_bfs"] = "«gemeinde_bfs» muss die Nummer einer Gemeinde sein."
    if errors:
        raise FormInvalid(errors)


def _is_list(value: Any) -> bool:
    return value is None or (isinstance(value, list) and all(one is None or is_entry(one) for one in value))


def is_entry(entry: Any) -> bool:
    """Whether it can describe a person, or the segment of one."""
    if not isinstance(entry, Mapping):
        return False
    texts = [(name, entry[name]) for name in _TEXTS if entry.get(name) is not None]
    return all(isinstance(text, str) and len(text) <= _LONGEST.get(name, 10_000) for name, text in texts) and _is_day(entry.get("geburtsdatum"))


def _is_day(value: Any) -> bool:
    if value in (None, ""):
        return True
    try:
        return isinstance(value, str) and bool(date.fromisoformat(value))
    except ValueError:
        return False


def _is_bfs_number(value: Any) -> bool:
    if isinstance(value, str):
        return value.isascii() and value.isdigit() and len(value) < 10
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 10**9)
