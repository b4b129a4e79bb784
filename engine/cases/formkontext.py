"""What a form sees besides the variables of its case: the parameters in force and, where it asks for one, today's communes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from engine.definitions.forms import GEMEINDEN, GEMEINDEN_ENDEND, Field, Form, walk
from engine.model.calendar import ZURICH
from engine.store import library
from engine.store.session import FallSession
from engine.store.tables import Gemeinde


def form_context(session: FallSession, form: Form, region: str, variables: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The context for ``Form.show`` and ``Form.validate``: ``variables``, with what every form of that region may ask for."""
    context = {**(variables or {}), **library.parameters(session, region)}
    if asks_for_gemeinde(form):
        context |= _communes(session, session.now.astimezone(ZURICH).date())
    return context


def _communes(session: FallSession, day: date) -> dict[str, Any]:
    """The communes that exist on ``day`` and the end of those that have one. An installation without communes must not refuse all of them."""
    successor = aliased(Gemeinde)
    exists = or_(Gemeinde.gueltig_bis.is_(None), Gemeinde.gueltig_bis >= day)
    query = select(Gemeinde.bfs_nr, Gemeinde.gueltig_bis, successor.name).outerjoin(successor, successor.bfs_nr == Gemeinde.aufgegangen_in_bfs)
    rows = session.execute(query.where(exists).order_by(Gemeinde.bfs_nr)).all()
    ending = {str(number): (last.isoformat(), name or "") for number, last, name in rows if last}
    return {GEMEINDEN: [number for number, _, _ in rows], GEMEINDEN_ENDEND: ending} if rows else {}


def asks_for_gemeinde(form: Form) -> bool:
    """Whether some field is checked against the list of communes."""
    return any(isinstance(component, Field) and "gemeinde" in component.validierung for component in walk(form.components))
