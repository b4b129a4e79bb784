"""When the retention of a case is over, it is offered to the archive and destroyed: asked for by one person, confirmed by the Leitung,
written down without personal data (process description, chapter 11)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import structlog
from sqlalchemy import ScalarSelect, exists, func, select

from engine.definitions.parameter import CONTEXT
from engine.model.calendar import ZURICH, months_after, parse_duration
from engine.model.errors import FormInvalid, NotAllowed, NotFound
from engine.store import library
from engine.store.audit import log
from engine.store.session import FallSession
from engine.store.tables import Fall, Instanz, Vernichtung, Vernichtungsantrag
from engine.store.vernichtung import destroy

logger = structlog.get_logger(__name__)

ASKS = ("administration", "leitung")
CONFIRMS = "leitung"
ARCHIV: Mapping[str, str] = {
    "uebernommen": "Das Archiv hat die Akten übernommen",
    "verzichtet": "Das Archiv verzichtet auf die Akten",
}
# Whose cases are kept how long: by the process of the case, otherwise the first. Parameters in years are numbers.
PARAMETER = "aufbewahrung_jahre"
PARAMETER_OF: Mapping[str, str] = {"proaktiv": "proaktiv_aufbewahrung"}


@dataclass(frozen=True)
class Faellig:
    """A case whose retention is over, and the request to destroy it if there is one."""

    fall: Fall
    seit: date
    antrag: Vernichtungsantrag | None


def due(session: FallSession) -> list[Faellig]:
    """Every case of the person's regions whose retention is over, the longest first."""
    today, ended = session.now.astimezone(ZURICH).date(), func.coalesce(Fall.abgeschlossen_am, Fall.uebergeben_am)
    is_running = exists().where(Instanz.fall_id == Fall.id, Instanz.zustand == "active")
    over = select(Fall, _process()).where(ended.is_not(None), ended < today, ~is_running).order_by(ended, Fall.id)
    antraege = {one.fall_id: one for one in session.scalars(select(Vernichtungsantrag))}
    found = [Faellig(fall, _kept_until(session, fall, process), antraege.get(fall.id)) for fall, process in session.execute(over)]
    return sorted((one for one in found if one.seit <= today), key=lambda one: (one.seit, one.fall.id))


def _process() -> ScalarSelect[str]:
    """The process of the case itself, not of what runs beside it."""
    own = select(Instanz.process).where(Instanz.fall_id == Fall.id, Instanz.neben.is_(False)).order_by(Instanz.nummer).limit(1)
    return own.correlate(Fall).scalar_subquery()


def _kept_until(session: FallSession, fall: Fall, process: str | None) -> date:
    """The day on which the case's retention ends by today's parameters."""
    values = library.parameters(session, fall.region)[CONTEXT]
    value = values[PARAMETER_OF.get(process or "", PARAMETER)]
    length = parse_duration(f"P{value}Y" if isinstance(value, int) else str(value))
    return months_after(fall.abgeschlossen_am or fall.uebergeben_am or date.max, length.months) + timedelta(days=length.days)


def ask(session: FallSession, fall_nr: str, archiv: str) -> Vernichtungsantrag:
    """The first step: this case is to be destroyed, and what the archive said.

    Raises:
        NotFound: no such case in the person's regions, or its retention is not over.
        NotAllowed, FormInvalid
    """
    faellig = _due(session, fall_nr)
    if not session.access.rollen_in(faellig.fall.region) & set(ASKS):
        raise NotAllowed("Vernichtung beantragen")
    if archiv not in ARCHIV:
        raise FormInvalid({"archiv": "Wählen Sie, was das Archiv entschieden hat."})
    if faellig.antrag is not None:
        return faellig.antrag
    antrag = Vernichtungsantrag(
        fall_id=faellig.fall.id, region=faellig.fall.region, archiv=archiv, beantragt_am=session.now, beantragt_von=session.access.konto
    )
    session.add(antrag)
    log(session, "vernichtung", f"beantragt: Fall {fall_nr}", fall_id=faellig.fall.id, region=faellig.fall.region)
    return antrag


def asked_for(session: FallSession, fall_nr: str) -> Faellig:
    """A case that somebody asked to destroy, to be looked at before it is confirmed.

    Raises:
        NotFound: no such case, not due, or nobody asked.
    """
    found = _due(session, fall_nr)
    if found.antrag is None:
        raise NotFound("Der Antrag auf Vernichtung")
    return found


def withdraw(session: FallSession, fall_nr: str) -> None:
    """Take a request back: the case stays.

    Raises:
        NotFound, NotAllowed
    """
    faellig = _due(session, fall_nr)
    if not session.access.rollen_in(faellig.fall.region) & set(ASKS):
        raise NotAllowed("Vernichtung zurücknehmen")
    if faellig.antrag is not None:
        session.delete(faellig.antrag)
        log(session, "vernichtung", f"zurückgenommen: Fall {fall_nr}", fall_id=faellig.fall.id, region=faellig.fall.region)


def confirm(session: FallSession, fall_nr: str) -> Vernichtung:
    """The second step, by the Leitung and never by who asked: the case is gone everywhere, its protocol stays.

    Raises:
        NotFound: no such case, not due, or nobody asked.
        NotAllowed: not the Leitung, or the same person.
    """
    faellig = _due(session, fall_nr)
    fall, antrag = faellig.fall, faellig.antrag
    if antrag is None:
        raise NotFound("Der Antrag auf Vernichtung")
    if CONFIRMS not in session.access.rollen_in(fall.region):
        raise NotAllowed("Vernichtung bestätigen (nur Leitung)")
    if antrag.beantragt_von == session.access.konto:
        raise NotAllowed("die selbst beantragte Vernichtung bestätigen (vier Augen)")
    protokoll = Vernichtung(
        fall_ref=fall.id, fall_nr=fall.fall_nr, region=fall.region, eroeffnet_am=fall.eroeffnet_am,
        abgeschlossen_am=fall.abgeschlossen_am or fall.uebergeben_am, archiv=antrag.archiv, beantragt_am=antrag.beantragt_am,
        beantragt_von=antrag.beantragt_von, vernichtet_am=session.now, vernichtet_von=session.access.konto, zeilen={},
    )  # fmt: skip
    return _carry_out(session, fall, protokoll)


def again(session: FallSession, protokoll: Vernichtung) -> bool:
    """Destroy once more what a restored backup brought back, by its protocol; False when there is nothing of it.

    A case counts as the same only if id, number, region and day of opening agree.
    """
    known = session.scalar(select(Vernichtung.id).where(Vernichtung.fall_ref == protokoll.fall_ref, Vernichtung.fall_nr == protokoll.fall_nr))
    fall = session.get(Fall, protokoll.fall_ref)
    is_same = fall is not None and (fall.fall_nr, fall.region, fall.eroeffnet_am) == (protokoll.fall_nr, protokoll.region, protokoll.eroeffnet_am)
    if fall is None or not is_same:
        if known is None:
            session.add(protokoll)
        return False
    if known is None:
        _carry_out(session, fall, protokoll)
    else:
        destroy(session, fall)
        log(session, "vernichtung", f"nachgeholt: Fall {protokoll.fall_nr}", region=protokoll.region)
    return True


def _carry_out(session: FallSession, fall: Fall, protokoll: Vernichtung) -> Vernichtung:
    protokoll.zeilen = destroy(session, fall)
    session.add(protokoll)
    log(session, "vernichtung", f"vollzogen: Fall {protokoll.fall_nr}", region=protokoll.region)
    session.flush()
    # Into the log as well, which a restored database does not take back.
    logger.info("case.destroyed", fall_ref=protokoll.fall_ref, fall_nr=protokoll.fall_nr, region=protokoll.region)
    return protokoll


def _due(session: FallSession, fall_nr: str) -> Faellig:
    found = next((one for one in due(session) if one.fall.fall_nr == fall_nr), None)
    if found is None:
        raise NotFound(f"Ein Fall {fall_nr}, dessen Aufbewahrung abgelaufen ist,")
    return found

