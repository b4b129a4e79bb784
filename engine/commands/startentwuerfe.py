"""Drafts of forms that open a case or report a move: kept for the person who typed, until they are sent, thrown away, or too old
(parameter ``entwurf_aufbewahrung``). One for each person, region and purpose (the process to begin, or a move); the page that saves last counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select

from engine.model.errors import NotFound
from engine.store.session import FallSession
from engine.store.tables import Startentwurf


def of_move(fall_nr: str) -> str:
    """The purpose of a draft that reports a move."""
    return f"umzug {fall_nr}"


def keep(session: FallSession, region: str, wozu: str, raw: Mapping[str, Any], *, fall_id: int | None = None) -> Startentwurf:
    """Keep what somebody typed, unchecked.

    Raises:
        NotFound: the region is not theirs.
    """
    if region not in session.access.regionen:
        raise NotFound(f"Die Sozialregion «{region}»")
    found = kept(session, region, wozu)
    if found is None:
        found = Startentwurf(login=session.access.konto, region=region, wozu=wozu, fall_id=fall_id)
        session.add(found)
    found.daten, found.at = dict(raw), session.now
    return found


def kept(session: FallSession, region: str, wozu: str) -> Startentwurf | None:
    """This person's draft, or None."""
    own = (Startentwurf.login == session.access.konto, Startentwurf.region == region, Startentwurf.wozu == wozu)
    return session.scalar(select(Startentwurf).where(*own))


def discard(session: FallSession, region: str, wozu: str) -> None:
    """Throw it away; without one nothing happens."""
    own = (Startentwurf.login == session.access.konto, Startentwurf.region == region, Startentwurf.wozu == wozu)
    session.execute(delete(Startentwurf).where(*own), execution_options={"synchronize_session": False})
