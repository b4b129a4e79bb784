"""What evaluations compare cases by, folded from the variables that a case's history wrote; nothing else of these is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import and_, func, or_, select

from engine.queries.auswertung.messpunkte import messpunkte
from engine.store.seed import einwohner
from engine.store.session import FallSession
from engine.store.tables import Verlauf

# From so many inhabitants on a commune is of the class.
GROESSEN = ((10_000, "10000 und mehr"), (5_000, "5000–9999"), (2_000, "2000–4999"), (0, "unter 2000"))
FIRST = "antragstellend"
GROUND, AFTER = "hauptgrund", "stand_6m"

Changes = Sequence[Sequence[Any]]


def angaben(session: FallSession, number: int) -> dict[str, str]:
    """Sex and group of the applicant and the commune's size as the case began, why it was first ended, and how it was half a year later."""
    first = select(func.min(Verlauf.id)).where(Verlauf.instanz_nummer == number).scalar_subquery()
    told = messpunkte()["abloesung"] | messpunkte()["abschluss"]
    # A task may have been taken over or failed before: only who completed it said something.
    done = and_(Verlauf.element.in_(told), Verlauf.command == "complete_task")
    query = select(Verlauf.element, Verlauf.changes).where(Verlauf.instanz_nummer == number, or_(Verlauf.id == first, done))
    rows = [(element, changes) for element, changes in session.execute(query.order_by(Verlauf.id))]
    found = _at_the_beginning(rows[0][1] if rows else ())
    for element, changes in rows:
        if element in messpunkte()["abloesung"]:
            found.setdefault(GROUND, _last(changes, GROUND))
        elif element in messpunkte()["abschluss"]:
            found[AFTER] = _last(changes, AFTER)
    return {name: value for name, value in found.items() if value}


def groesse(bfs: Any) -> str:
    """The class of a commune by its number; empty for one that is not known."""
    count = einwohner().get(int(bfs)) if str(bfs).isdecimal() else None
    return "" if count is None else next(name for least, name in GROESSEN if count >= least)


def _at_the_beginning(changes: Changes) -> dict[str, str]:
    values = {name: after for _, name, _, after, *_ in changes}
    people: Iterable[Any] = values.get("personen") or ()
    first: Mapping[str, Any] = next((one for one in people if isinstance(one, dict) and one.get("rolle_ue") == FIRST), {})
    return {
        "geschlecht": str(first.get("geschlecht") or ""),
        "personengruppe": str(first.get("personengruppe") or ""),
        "gemeinde": groesse(values.get("gemeinde_bfs") or ""),
    }


def _last(changes: Changes, name: str) -> str:
    return next((after for _, one, _, after, *_ in reversed(changes) if one == name and isinstance(after, str)), "")
