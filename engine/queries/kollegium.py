"""The people of a person's regions: who may be given a task or a case, in which team, how loaded, and who is away."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Date, bindparam, select

from engine.cases.vertretung import in_force, today
from engine.queries.falllast import Falllast, falllast
from engine.store.prepared import Call, Prepared
from engine.store.session import FallSession
from engine.store.tables import Abwesenheit, Konto, KontoRolle, Stellvertretung, Team, Teammitglied


@dataclass(frozen=True)
class Kollegin:
    """Somebody with an account in use; ``rollen`` are those held in ``region``."""

    login: str
    name: str
    region: str
    rollen: frozenset[str]


@dataclass(frozen=True)
class Weg:
    """An absence with its deputies, by name."""

    id: int
    login: str
    name: str
    von: date
    bis: date
    vertretung: tuple[str, ...]


@dataclass(frozen=True)
class Auswahl:
    """Somebody who may be chosen: with what they carry, and whether they are away."""

    person: Kollegin
    last: Falllast | None
    weg: Weg | None


def kollegium(session: FallSession, regionen: Iterable[str]) -> list[Kollegin]:
    """Everybody who holds a role in one of the regions, by name; one entry for each region."""
    rows = session.execute(
        select(Konto.login, Konto.name, KontoRolle.region, KontoRolle.rolle)
        .join(KontoRolle, KontoRolle.login == Konto.login)
        .where(Konto.is_active, KontoRolle.region.in_(sorted(regionen)))
        .order_by(Konto.name, Konto.login, KontoRolle.region)
    )
    held: dict[tuple[str, str, str], set[str]] = {}
    for login, name, region, rolle in rows:
        held.setdefault((login, name, region), set()).add(rolle)
    return [Kollegin(login, name, region, frozenset(rollen)) for (login, name, region), rollen in held.items()]


def auswahl(session: FallSession, region: str, rollen: Collection[str]) -> list[Auswahl]:
    """Who of the region holds one of the roles, the least loaded last names first: with Falllast and absence."""
    people = [person for person in kollegium(session, [region]) if not rollen or person.rollen & set(rollen)]
    lasten = {last.login: last for last in falllast(session, region)}
    weg = {one.login: one for one in abwesend(session, [person.login for person in people])}
    return [Auswahl(person, lasten.get(person.login), weg.get(person.login)) for person in people]


def abwesend(session: FallSession, logins: Collection[str], *, auch_kuenftig: bool = False) -> list[Weg]:
    """Who of them is away today, or later too; with their deputies."""
    rows = _away_today(session, logins) if not auch_kuenftig else _away(session, logins)
    deputies: dict[int, list[str]] = {}
    if rows:
        names = (
            select(Stellvertretung.abwesenheit_id, Konto.name).join(Konto, Konto.login == Stellvertretung.login)
            .where(Stellvertretung.abwesenheit_id.in_([id for id, *_ in rows])).order_by(Konto.name)
        )  # fmt: skip
        for id, name in session.execute(names):
            deputies.setdefault(id, []).append(name)
    return [Weg(id, login, name, von, bis, tuple(deputies.get(id, ()))) for id, login, name, von, bis in rows]


def _away_today(session: FallSession, logins: Collection[str]) -> list[tuple[Any, ...]]:
    """Asked whenever a form offers people, and nearly always nobody of them is away."""
    (found,) = session.read_rows(Call(_TODAY, [{"today": today(session)}]))
    return [row for row in found.rows if row[1] in set(logins)]


def _away(session: FallSession, logins: Collection[str]) -> list[tuple[Any, ...]]:
    wanted = (Abwesenheit.login.in_(sorted(logins)), Abwesenheit.bis >= today(session), Abwesenheit.aufgehoben_am.is_(None))
    return [tuple(row) for row in session.execute(_ABSENCES.where(*wanted))]


_ABSENCES = (
    select(Abwesenheit.id, Abwesenheit.login, Konto.name, Abwesenheit.von, Abwesenheit.bis)
    .join(Konto, Konto.login == Abwesenheit.login)
    .order_by(Abwesenheit.von, Abwesenheit.id)
)
_TODAY = Prepared(_ABSENCES.where(*in_force(bindparam("today", type_=Date()))))


def teams(session: FallSession) -> list[Team]:
    """The teams of the person's regions."""
    return list(session.scalars(select(Team).order_by(Team.region, Team.name)))


def mitglieder(session: FallSession) -> list[Teammitglied]:
    return list(session.scalars(select(Teammitglied).order_by(Teammitglied.team_id, Teammitglied.login)))
