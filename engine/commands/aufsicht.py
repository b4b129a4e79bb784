"""Looking into a case from outside its region: asked for with a reason, granted by the region's Leitung, over by itself (chapters 3, 11).

Four eyes: who asks never grants. Cantonal roles see no names; what they see of a case is decided by their field groups.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import or_, select

from engine.model.access import Access
from engine.model.errors import FormInvalid, NotAllowed, NotFound, NotWaiting
from engine.store.audit import log
from engine.store.session import FallSession
from engine.store.tables import Aufsichtszugriff, Region

ASKS = ("aufsicht", "koordination")
# Evaluations only see how a case went, never its file.
FILM = (*ASKS, "evaluation")
GRANTS = "leitung"
LONGEST = 30
SHORTEST_REASON = 30


def ask(session: FallSession, region: str, fall_nr: str, begruendung: str, tage: int) -> Aufsichtszugriff:
    """Ask a region for a look into one of its cases. Whether there is such a case is not said: only the region knows.

    Raises:
        NotAllowed: neither Aufsicht nor Koordination nor Evaluation.
        FormInvalid: no such region, no number, too short a reason, or more than 30 days.
    """
    rolle = next((one for one in FILM if session.access.has(one)), None)
    if rolle is None:
        raise NotAllowed("Einsicht in einen Fall beantragen")
    errors = _errors(session, region, fall_nr, begruendung, tage)
    if errors:
        raise FormInvalid(errors)
    asked = Aufsichtszugriff(
        region=region, fall_nr=fall_nr.strip(), login=session.access.konto, rolle=rolle, begruendung=begruendung.strip(), tage=tage,
        beantragt_am=session.now,
    )  # fmt: skip
    session.add(asked)
    session.flush()
    log(session, "einsicht beantragt", f"Einsicht {asked.id}, Fall {asked.fall_nr}", region=region)
    return asked


def decide(session: FallSession, id: int, *, grant: bool) -> Aufsichtszugriff:
    """Grant or refuse; a grant lasts the days that were asked for, from now.

    Raises:
        NotFound: no such request to one of this Leitung's regions.
        NotAllowed: the person asked for it themselves.
        NotWaiting: it was decided before.
    """
    asked = session.scalar(select(Aufsichtszugriff).where(Aufsichtszugriff.id == id).with_for_update())
    if asked is None or GRANTS not in session.access.rollen.get(asked.region, ()):
        raise NotFound("Der Antrag auf Einsicht")
    if asked.login == session.access.konto:
        raise NotAllowed("den eigenen Antrag entscheiden (vier Augen)")
    if asked.entschieden_am is not None:
        raise NotWaiting(id)
    asked.entschieden_am, asked.entschieden_von, asked.ist_bewilligt = session.now, session.access.konto, grant
    asked.bis = session.now + timedelta(days=asked.tage) if grant else None
    log(session, "einsicht " + ("bewilligt" if grant else "verweigert"), f"Einsicht {asked.id}, Fall {asked.fall_nr}", region=asked.region)
    return asked


def end(session: FallSession, id: int) -> None:
    """End a grant before its time: the Leitung, or who holds it.

    Raises:
        NotFound: no such grant for this person.
    """
    found = session.get(Aufsichtszugriff, id)
    is_mine = found is not None and (found.login == session.access.konto or GRANTS in session.access.rollen.get(found.region, ()))
    if found is None or not is_mine:
        raise NotFound("Die Einsicht")
    if found.bis is not None and found.bis > session.now:
        found.bis = session.now
        log(session, "einsicht beendet", f"Einsicht {found.id}, Fall {found.fall_nr}", region=found.region)


def granted(session: FallSession, id: int) -> tuple[Aufsichtszugriff, Access]:
    """A grant that holds now, and the access that reads its case: in that region, in the role that was granted, and nothing more.

    Raises:
        NotFound: not this person's, not granted, or over.
    """
    found = session.get(Aufsichtszugriff, id)
    holds = found is not None and found.login == session.access.konto and found.bis is not None and session.now < found.bis
    if found is None or not holds or not session.access.has(found.rolle):
        raise NotFound("Die Einsicht")
    return found, Access(found.login, {found.region: frozenset({found.rolle})})


def visible(session: FallSession) -> list[Aufsichtszugriff]:
    """The person's own requests and those to the regions they lead, the newest first."""
    led = [region for region, rollen in session.access.rollen.items() if GRANTS in rollen]
    where = or_(Aufsichtszugriff.login == session.access.konto, Aufsichtszugriff.region.in_(led))
    return list(session.scalars(select(Aufsichtszugriff).where(where).order_by(Aufsichtszugriff.id.desc()).limit(200)))


def _errors(session: FallSession, region: str, fall_nr: str, begruendung: str, tage: int) -> dict[str, str]:
    errors = {}
    if session.get(Region, region) is None:
        errors["region"] = "Wählen Sie die Sozialregion, die den Fall führt."
    if not 1 <= len(fall_nr.strip()) <= 20:
        errors["fall_nr"] = "Geben Sie die Fallnummer ein, zum Beispiel 2026-00012."
    if len(begruendung.strip()) < SHORTEST_REASON:
        errors["begruendung"] = f"Begründen Sie die Einsicht mit mindestens {SHORTEST_REASON} Zeichen."
    if not 1 <= tage <= LONGEST:
        errors["tage"] = f"Geben Sie 1 bis {LONGEST} Tage ein."
    return errors
