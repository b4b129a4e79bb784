"""Lists of tasks that somebody keeps under a name, for themselves or for their region or team."""

from __future__ import annotations

from sqlalchemy import select

from engine.model.errors import FallflussError, NotAllowed, NotFound
from engine.queries.arbeit import LEADS
from engine.store.session import FallSession
from engine.store.tables import Ansicht, Team

NAME_LENGTH = 80


class ViewInvalid(FallflussError):
    """The list cannot be kept like that."""


def save_view(session: FallSession, name: str, query: str, *, region: str | None = None, team_id: int | None = None) -> Ansicht:
    """Keep ``query`` (the filters, as they stand in the address) under a name; one's own of the same name is replaced.

    Raises:
        ViewInvalid: no name, or too long.
        NotFound, NotAllowed: not a region or team of this person.
    """
    name = name.strip()
    if not 0 < len(name) <= NAME_LENGTH:
        raise ViewInvalid(f"Eine Ansicht braucht einen Namen mit höchstens {NAME_LENGTH} Zeichen. Es wurde nichts gespeichert.")
    if region is not None and region not in session.access.regionen:
        raise NotAllowed("eine Ansicht mit dieser Region teilen")
    if team_id is not None and session.get(Team, team_id) is None:
        raise NotFound("Das Team")
    me = session.access.konto
    row = session.scalar(select(Ansicht).where(Ansicht.login == me, Ansicht.name == name))
    if row is None:
        row = Ansicht(login=me, name=name, at=session.now)
        session.add(row)
    row.filter, row.region, row.team_id, row.at = query[:1000], region, team_id, session.now
    session.flush()
    return row


def delete_view(session: FallSession, id: int) -> None:
    """Forget a saved list: one's own, or one shared with a region where one leads.

    Raises:
        NotFound
    """
    row = session.get(Ansicht, id)
    leads = row is not None and row.region is not None and bool(session.access.rollen.get(row.region, frozenset()) & set(LEADS))
    if row is None or not (row.login == session.access.konto or leads):
        raise NotFound("Die Ansicht")
    session.delete(row)
