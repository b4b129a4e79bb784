"""What a form sees besides the variables of its case: the parameters in force and, where it asks for one, the communes."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import select

from engine.definitions.forms import GEMEINDEN, GEMEINDEN_ALLE, GEMEINDEN_GRENZEN, GEMEINDEN_WAHL, Choice, Field, Form, walk
from engine.model.calendar import ZURICH
from engine.store import library
from engine.store.prepared import Call, Prepared
from engine.store.session import FallSession
from engine.store.tables import Gemeinde


def form_context(session: FallSession, form: Form, region: str, variables: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The context for ``Form.show`` and ``Form.validate``: ``variables``, with what every form of that region may ask for."""
    context = {**(variables or {}), **library.parameters(session, region)}
    if asks_for_gemeinde(form):
        (found,) = session.read_rows(Call(_ALL, [{}]))
        context |= _communes(tuple(found.rows), session.now.astimezone(ZURICH).date())
    return context


class Commune(NamedTuple):
    """A row of ``Gemeinde``, free of the session that read it."""

    bfs_nr: int
    name: str
    aufgegangen_in_bfs: int | None
    gueltig_von: date | None
    gueltig_bis: date | None


_ALL = Prepared(select(*(Gemeinde.__table__.columns[name] for name in Commune._fields)))


@lru_cache(maxsize=50)
def _communes(rows: tuple[tuple[Any, ...], ...], day: date) -> Mapping[str, Any]:
    """The communes that have not ended by ``day``, and all of them. An installation without communes must not refuse all of them.

    Put together once for the same communes and day; who gets it only reads.
    """
    known = [Commune(*row) for row in rows]
    by_name = sorted(known, key=lambda one: unicodedata.normalize("NFKD", one.name).casefold())
    going_on = [one for one in by_name if one.gueltig_bis is None or one.gueltig_bis >= day]
    names = {one.bfs_nr: one.name for one in known}
    found = {
        GEMEINDEN: [one.bfs_nr for one in going_on],
        GEMEINDEN_GRENZEN: {str(one.bfs_nr): _bounds(one, names) for one in going_on if one.gueltig_von or one.gueltig_bis},
        GEMEINDEN_WAHL: [{"label": _label(one, day), "value": one.bfs_nr} for one in going_on],
        GEMEINDEN_ALLE: [{"label": one.name, "value": one.bfs_nr} for one in by_name],
    }
    return found if known else {}


def _bounds(one: Commune, names: Mapping[int, str]) -> tuple[str, str, str]:
    first, last = (day.isoformat() if day else "" for day in (one.gueltig_von, one.gueltig_bis))
    return first, last, names.get(one.aufgegangen_in_bfs or 0, "")


def _label(one: Commune, day: date) -> str:
    if one.gueltig_von and one.gueltig_von > day:
        return f"{one.name} (ab {one.gueltig_von:%d.%m.%Y})"
    return f"{one.name} (bis {one.gueltig_bis:%d.%m.%Y})" if one.gueltig_bis else one.name


def asks_for_gemeinde(form: Form) -> bool:
    """Whether some field is checked against the list of communes, or chooses from it."""
    return any(isinstance(one, Field) and "gemeinde" in one.validierung or chooses_gemeinde(one) for one in walk(form.components))


def chooses_gemeinde(one: object) -> bool:
    """Whether the choices of this field are the communes as the canton's table has them."""
    return isinstance(one, Choice) and one.values_key in (GEMEINDEN_WAHL, GEMEINDEN_ALLE)
