"""What a form sees besides the variables of its case: the parameters in force and, where it asks for one, today's communes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import or_, select

from engine.definitions.forms import GEMEINDEN, Field, Form, walk
from engine.model.calendar import ZURICH
from engine.store import library
from engine.store.session import FallSession
from engine.store.tables import Gemeinde


def form_context(session: FallSession, form: Form, region: str, variables: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The context for ``Form.show`` and ``Form.validate``: ``variables``, with what every form of that region may ask for."""
    context = {**(variables or {}), **library.parameters(session, region)}
    if asks_for_gemeinde(form):
        gueltig = gemeinden_gueltig(session, session.now.astimezone(ZURICH).date())
        # An installation without its communes must not refuse all of them.
        context |= {GEMEINDEN: gueltig} if gueltig else {}
    return context


def gemeinden_gueltig(session: FallSession, day: date) -> list[int]:
    """The BFS numbers of the communes that exist on ``day``, ascending."""
    exists = or_(Gemeinde.gueltig_bis.is_(None), Gemeinde.gueltig_bis >= day)
    return list(session.scalars(select(Gemeinde.bfs_nr).where(exists).order_by(Gemeinde.bfs_nr)))


def asks_for_gemeinde(form: Form) -> bool:
    """Whether some field is checked against the list of communes."""
    return any(isinstance(component, Field) and "gemeinde" in component.validierung for component in walk(form.components))
