"""Drafts end: thrown away by whoever wrote them, or kept as a note when somebody else was first."""

from __future__ import annotations

from sqlalchemy import delete

from engine.store.session import FallSession
from engine.store.tables import Entwurf


def discard_draft(session: FallSession, key: int) -> None:
    """Throw away what this person typed into a task's form; without a draft nothing happens."""
    own = delete(Entwurf).where(Entwurf.aufgabe_key == key, Entwurf.login == session.access.konto)
    session.execute(own, execution_options={"synchronize_session": False})
