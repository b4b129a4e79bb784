"""What a task's form shows besides its fields: where earlier values come from, and what others sent meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from engine.cases.feldgruppen import sicht
from engine.store import library
from engine.store.session import FallSession
from engine.store.tables import Aufgabe, Instanz, Verlauf

# Commands that bring values somebody stands behind, and how far back a form looks.
BRINGS_VALUES = ("open_case", "complete_task", "correlate", "set_variables", "import_case", "take_over", "abgleich")
LOOKED_AT = 150
NOTHING: tuple[Any, ...] = (None, "", [], False)


@dataclass(frozen=True)
class Herkunft:
    """Where a value was entered: ``was`` is the step's name, ``by`` a login."""

    at: datetime
    by: str
    was: str


@dataclass(frozen=True)
class Abgeschlossen:
    """How a task ended: completed by ``by`` with ``values``, or taken away (then both are empty)."""

    at: datetime | None
    by: str
    values: Mapping[str, Any]


def origins(session: FallSession, aufgabe: Aufgabe, prefill: Mapping[str, Any]) -> dict[str, Herkunft]:
    """For each prefilled key of a form the last step that entered this very value; keys nobody entered are missing."""
    wanted = {key: value for key, value in prefill.items() if value not in NOTHING}
    found: dict[str, Herkunft] = {}
    if not wanted:
        return found
    rows = select(Verlauf.at, Verlauf.by, Verlauf.name, Verlauf.values).where(
        Verlauf.fall_id == aufgabe.fall_id, Verlauf.command.in_(BRINGS_VALUES), _same_person(aufgabe)
    )
    for at, by, name, values in session.execute(rows.order_by(Verlauf.id.desc()).limit(LOOKED_AT)):
        for key in [key for key in wanted if _agrees((values or {}).get(key), wanted[key])]:
            found[key] = Herkunft(at, by, name)
            del wanted[key]
        if not wanted:
            break
    return found


def _same_person(aufgabe: Aufgabe) -> Any:
    """A step for one person says nothing about the answers of another."""
    nobody = Verlauf.person_name.is_(None)
    return nobody | (Verlauf.person_name == aufgabe.person_name) if aufgabe.person_name else nobody


def _agrees(entered: Any, shown: Any) -> bool:
    """Whether what is shown is what was entered; rows of a list may have gained fields on the way."""
    if isinstance(entered, list) and isinstance(shown, list):
        return len(entered) == len(shown) and all(_agrees(one, other) for one, other in zip(entered, shown, strict=True))
    if isinstance(entered, dict) and isinstance(shown, dict):
        common = [key for key in entered if shown.get(key) not in NOTHING]
        return bool(common) and all(_agrees(entered[key], shown[key]) for key in common)
    return entered not in NOTHING and str(entered) == str(shown)


def ending(session: FallSession, aufgabe: Aufgabe) -> Abgeschlossen:
    """What was sent for a task that is not open any more, as far as this person may see it."""
    row = session.execute(
        select(Verlauf.at, Verlauf.by, Verlauf.values).where(Verlauf.fall_id == aufgabe.fall_id, Verlauf.command == "complete_task", Verlauf.element_key == aufgabe.key)
    ).first()
    if row:
        contents = library.contents(session, session.get_one(Instanz, aufgabe.instanz_nummer).release_id)
        return Abgeschlossen(row.at, row.by, sicht(session.access, aufgabe.region, contents).redacted(row.values or {}))
    return Abgeschlossen(aufgabe.completed_at, "", {})
