"""The access log: who read or changed what (process description, chapter 11). It can only grow; the database refuses anything else."""

from __future__ import annotations

from contextvars import ContextVar

from engine.store.prepared import Call, insertion
from engine.store.session import FallSession
from engine.store.tables import Zugriff

# Set by the web layer for the length of a request, so that lines of one request can be found together.
request_id: ContextVar[str | None] = ContextVar("request_id", default=None)


def log(session: FallSession, art: str, was: str, *, fall_id: int | None = None, region: str | None = None) -> None:
    """Record an access in the same transaction as the access itself.

    ``art`` is what was done (``gelesen``, ``geändert``, ``abgelehnt`` …), ``was`` with what (``Aufgabe 7000000004``). Both are cut to
    the length of their column, because a log line that is too long must never stop the work it describes.
    """
    values = {
        "at": session.now,
        "konto": session.access.konto[:80],
        "art": art[:20],
        "was": was[:120],
        "fall_id": fall_id,
        "region": region,
        "request_id": (request_id.get() or "")[:40] or None,
    }
    session.write_later(Call(_INSERT, [values]))


_INSERT = insertion(Zugriff)
