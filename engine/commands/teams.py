"""Teams of a Sozialregion and who belongs to them, with which Pensum."""

from __future__ import annotations

from sqlalchemy import select

from engine.model.errors import FallflussError, NotAllowed, NotFound
from engine.queries.arbeit import LEADS
from engine.store.audit import log
from engine.store.session import FallSession
from engine.store.tables import KontoRolle, Team, Teammitglied

NAME_LENGTH = 80


class TeamInvalid(FallflussError):
    """The team cannot be like that."""


def create_team(session: FallSession, region: str, name: str) -> Team:
    """Add a team to a region; one of that name that is there already is given back.

    Raises:
        NotAllowed, TeamInvalid
    """
    _may_lead(session, region)
    name = name.strip()
    if not 0 < len(name) <= NAME_LENGTH:
        raise TeamInvalid(f"Ein Team braucht einen Namen mit höchstens {NAME_LENGTH} Zeichen. Es wurde nichts gespeichert.")
    team = session.scalar(select(Team).where(Team.region == region, Team.name == name))
    if team is None:
        team = Team(region=region, name=name)
        session.add(team)
        session.flush()
        log(session, "write", f"Team {name}", region=region)
    return team


def put_member(session: FallSession, team_id: int, login: str, pensum: int) -> None:
    """Take somebody into a team, or change the Pensum (in per cent of a post) of who is in it.

    Raises:
        NotFound, NotAllowed, TeamInvalid
    """
    team = _team(session, team_id)
    if not 1 <= pensum <= 100:
        raise TeamInvalid("Das Pensum ist eine Zahl von 1 bis 100 Prozent. Es wurde nichts gespeichert.")
    if session.scalar(select(KontoRolle.login).where(KontoRolle.login == login, KontoRolle.region == team.region).limit(1)) is None:
        raise TeamInvalid("Diese Person hat in der Region keine Rolle. Es wurde nichts gespeichert.")
    member = session.get(Teammitglied, (team_id, login))
    if member is None:
        session.add(Teammitglied(team_id=team_id, login=login, region=team.region, pensum=pensum))
    else:
        member.pensum = pensum
    log(session, "write", f"Team {team.name}: {login}", region=team.region)


def remove_member(session: FallSession, team_id: int, login: str) -> None:
    """Take somebody out of a team; harmless when they are not in it.

    Raises:
        NotFound, NotAllowed
    """
    team = _team(session, team_id)
    member = session.get(Teammitglied, (team_id, login))
    if member is not None:
        session.delete(member)
        log(session, "write", f"Team {team.name}: ohne {login}", region=team.region)


def _team(session: FallSession, team_id: int) -> Team:
    team = session.get(Team, team_id)
    if team is None:
        raise NotFound("Das Team")
    _may_lead(session, team.region)
    return team


def _may_lead(session: FallSession, region: str) -> None:
    access = session.access
    if not access.everywhere and (region not in access.regionen or not access.rollen_in(region) & set(LEADS)):
        raise NotAllowed("die Teams dieser Region ändern")
