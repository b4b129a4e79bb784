"""What filters can offer: the processes that cases went through, and the versions they ran on."""

from __future__ import annotations

from sqlalchemy import select

from engine.queries.auswertung.auswahl import Auswahl
from engine.queries.auswertung.gehalten import gehalten
from engine.store.session import FallSession
from engine.store.tables import Spur


def versionen(session: FallSession, prozess: str) -> list[int]:
    """The versions that instances ran on."""
    query = select(Spur.version).where(Spur.process == prozess).distinct()
    return gehalten(session, "versionen", Auswahl(prozess=prozess), lambda: sorted(session.scalars(query)))


def prozesse(session: FallSession) -> list[str]:
    return gehalten(session, "prozesse", Auswahl(), lambda: sorted(session.scalars(select(Spur.process).distinct())))
