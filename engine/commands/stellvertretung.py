"""Absences and who stands in: recorded by the person or by who leads, ended early, never deleted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select

from engine.cases.vertretung import stand_ins, today
from engine.model.errors import FallflussError, NotAllowed, NotFound
from engine.queries.arbeit import LEADS
from engine.store.audit import log
from engine.store.session import FallSession
from engine.store.tables import Abwesenheit, Konto, KontoRolle, Stellvertretung

LONGEST = timedelta(days=400)


class AbsenceInvalid(FallflussError):
    """The absence cannot be recorded as it was given."""


def record_absence(session: FallSession, login: str, von: date, bis: date, vertretung: Sequence[str]) -> Abwesenheit:
    """Somebody is away from ``von`` to ``bis``; ``vertretung`` are the logins of who stands in.

    Raises:
        NotAllowed: somebody else's absence, and no leading role in one of their regions.
        AbsenceInvalid: the days or one of the deputies do not fit.
    """
    if not may_record(session, login):
        raise NotAllowed("die Abwesenheit einer anderen Person erfassen")
    if bis < von or bis < today(session) or bis - von > LONGEST:
        raise AbsenceInvalid("Das Ende muss nach dem Beginn liegen, nicht in der Vergangenheit und höchstens 400 Tage danach. Es wurde nichts gespeichert.")
    for deputy in vertretung:
        _can_stand_in(session, login, deputy)
    row = Abwesenheit(login=login, von=von, bis=bis, at=session.now, by=session.access.konto)
    session.add(row)
    session.flush()
    session.add_all(Stellvertretung(abwesenheit_id=row.id, login=deputy) for deputy in dict.fromkeys(vertretung))
    log(session, "write", f"Abwesenheit {login}")
    return row


def end_absence(session: FallSession, id: int) -> None:
    """The person is back, or will not go: the absence counts no more. Ending it again changes nothing.

    Raises:
        NotFound, NotAllowed
    """
    row = session.scalar(select(Abwesenheit).where(Abwesenheit.id == id).with_for_update())
    if row is None or not may_record(session, row.login):
        raise NotFound("Die Abwesenheit")
    if row.aufgehoben_am is None:
        row.aufgehoben_am, row.aufgehoben_von = session.now, session.access.konto
        log(session, "write", f"Abwesenheit {row.login} aufgehoben")


def may_record(session: FallSession, login: str) -> bool:
    """One's own absences, and those of the people where one leads."""
    access = session.access
    if access.everywhere or login == access.konto:
        return True
    leading = [region for region in access.regionen if access.rollen_in(region) & set(LEADS)]
    return session.scalar(select(KontoRolle.login).where(KontoRolle.login == login, KontoRolle.region.in_(leading)).limit(1)) is not None


def _can_stand_in(session: FallSession, login: str, deputy: str) -> None:
    if deputy == login:
        raise AbsenceInvalid("Niemand vertritt sich selbst. Es wurde nichts gespeichert.")
    konto = session.get(Konto, deputy)
    if konto is None or not konto.is_active:
        raise AbsenceInvalid(f"Für «{deputy}» gibt es kein Konto, das in Gebrauch ist. Es wurde nichts gespeichert.")
    rows = session.execute(select(KontoRolle.login, KontoRolle.region, KontoRolle.rolle).where(KontoRolle.login.in_((login, deputy)))).all()
    mine = [(region, rolle) for owner, region, rolle in rows if owner == login]
    theirs = {(region, rolle) for owner, region, rolle in rows if owner == deputy}
    if not any((region, wanted) in theirs for region, rolle in mine for wanted in stand_ins(rolle)):
        raise AbsenceInvalid(f"{konto.name} hat in keiner Region eine Rolle, die zur Stellvertretung berechtigt. Es wurde nichts gespeichert.")
