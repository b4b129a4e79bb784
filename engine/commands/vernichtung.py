"""When the retention of a case is over and the archive has answered, it is destroyed: asked for by one person, confirmed by the Leitung,
written down without personal data (process description, chapter 11). What comes before is in ``engine.commands.aufbewahrung``."""

from __future__ import annotations

import structlog
from sqlalchemy import select

from engine.commands.aufbewahrung import ASKS, NOT_OFFERED, Faellig, find, is_offered
from engine.model.errors import FormInvalid, NotAllowed, NotFound
from engine.store.audit import log
from engine.store.session import FallSession
from engine.store.tables import Fall, Vernichtung, Vernichtungsantrag
from engine.store.vernichtung import destroy

logger = structlog.get_logger(__name__)

CONFIRMS = "leitung"


def ask(session: FallSession, fall_nr: str) -> Vernichtungsantrag:
    """The first step: this case is to be destroyed.

    Raises:
        NotFound: no such case in the person's regions, or its retention is not over.
        NotAllowed
        FormInvalid: the archive has not answered yet.
    """
    faellig = find(session, fall_nr)
    if not session.access.rollen_in(faellig.fall.region) & set(ASKS):
        raise NotAllowed("Vernichtung beantragen")
    archiv = faellig.stand.archiv if faellig.stand is not None else None
    if archiv is None and is_offered(session, faellig.fall.region):
        raise FormInvalid({"archiv": "Zuerst braucht es den Entscheid des Archivs. Es wurde nichts beantragt."})
    if faellig.antrag is not None:
        return faellig.antrag
    antrag = Vernichtungsantrag(
        fall_id=faellig.fall.id, region=faellig.fall.region, archiv=archiv or NOT_OFFERED, beantragt_am=session.now, beantragt_von=session.access.konto
    )
    session.add(antrag)
    log(session, "vernichtung", f"beantragt: Fall {fall_nr}", fall_id=faellig.fall.id, region=faellig.fall.region)
    return antrag


def asked_for(session: FallSession, fall_nr: str) -> Faellig:
    """A case that somebody asked to destroy, to be looked at before it is confirmed.

    Raises:
        NotFound: no such case, not due, or nobody asked.
    """
    found = find(session, fall_nr)
    if found.antrag is None:
        raise NotFound("Der Antrag auf Vernichtung")
    return found


def withdraw(session: FallSession, fall_nr: str) -> None:
    """Take a request back: the case stays.

    Raises:
        NotFound, NotAllowed
    """
    faellig = find(session, fall_nr)
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
    faellig = find(session, fall_nr)
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
