"""Looking into a region from outside, into one case or by taking its history away as a file: asked for with a reason, granted by the region's Leitung, over by itself (chapters 3, 11).

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
# And only they take the history of a whole region away, as a file without names.
EXPORTS = ("evaluation", "koordination")
FALL, AUSFUHR = "fall", "ausfuhr"
GRANTS = "leitung"
LONGEST = 30
SHORTEST_REASON = 30


def ask(session: FallSession, region: str, fall_nr: str, begruendung: str, tage: int, *, umfang: str = FALL) -> Aufsichtszugriff:
    """Ask a region for a look into one of its cases, or (``umfang``) for its whole history as a file. Whether there is such a case is not
    said: only the region knows.

    Raises:
        NotAllowed: neither Aufsicht nor Koordination nor Evaluation; for the history, not the Aufsicht either.
        FormInvalid: no such region, no number, too short a reason, more than 30 days, or the same is asked for already.
    """
    rolle = next((one for one in (EXPORTS if umfang == AUSFUHR else FILM) if session.access.has(one)), None)
    if rolle is None:
        raise NotAllowed("den Verlauf einer Region beantragen" if umfang == AUSFUHR else "Einsicht in einen Fall beantragen")
    errors = _errors(session, region, fall_nr, begruendung, tage, umfang)
    if errors:
        raise FormInvalid(errors)
    asked = Aufsichtszugriff(
        region=region, umfang=umfang, fall_nr="" if umfang == AUSFUHR else fall_nr.strip(), login=session.access.konto, rolle=rolle,
        begruendung=begruendung.strip(), tage=tage, beantragt_am=session.now,
    )  # fmt: skip
    session.add(asked)
    session.flush()
    log(session, "einsicht beantragt", told(asked), region=region)
    return asked


def told(asked: Aufsichtszugriff) -> str:
    """What it is about, as the access log calls it."""
    return f"Einsicht {asked.id}, " + ("Ausfuhr" if asked.umfang == AUSFUHR else f"Fall {asked.fall_nr}")


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
    log(session, "einsicht " + ("bewilligt" if grant else "verweigert"), told(asked), region=asked.region)
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
        log(session, "einsicht beendet", told(found), region=found.region)


def granted(session: FallSession, id: int, *, umfang: str = FALL) -> tuple[Aufsichtszugriff, Access]:
    """A grant that holds now, and the access that reads by it: in that region, in the role that was granted, and nothing more.

    Raises:
        NotFound: not this person's, not granted, for something else, or over.
    """
    found = session.get(Aufsichtszugriff, id)
    if found is None or not _holds(session, found, umfang):
        raise NotFound("Die Einsicht")
    return found, Access(found.login, {found.region: frozenset({found.rolle})})


def held(session: FallSession, umfang: str) -> list[Aufsichtszugriff]:
    """The person's own grants that hold now, the one that lasts longest first."""
    query = select(Aufsichtszugriff).where(Aufsichtszugriff.login == session.access.konto, Aufsichtszugriff.bis > session.now)
    return [one for one in session.scalars(query.order_by(Aufsichtszugriff.bis.desc(), Aufsichtszugriff.id)) if _holds(session, one, umfang)]


def _holds(session: FallSession, one: Aufsichtszugriff, umfang: str) -> bool:
    is_mine = one.umfang == umfang and one.login == session.access.konto and session.access.has(one.rolle)
    return is_mine and one.bis is not None and session.now < one.bis


def visible(session: FallSession) -> list[Aufsichtszugriff]:
    """The person's own requests and those to the regions they lead, the newest first."""
    led = [region for region, rollen in session.access.rollen.items() if GRANTS in rollen]
    where = or_(Aufsichtszugriff.login == session.access.konto, Aufsichtszugriff.region.in_(led))
    return list(session.scalars(select(Aufsichtszugriff).where(where).order_by(Aufsichtszugriff.id.desc()).limit(200)))


def _errors(session: FallSession, region: str, fall_nr: str, begruendung: str, tage: int, umfang: str) -> dict[str, str]:
    errors = {}
    if umfang not in (FALL, AUSFUHR):
        errors["umfang"] = "Wählen Sie, worum es geht."
    if session.get(Region, region) is None:
        errors["region"] = "Wählen Sie die Sozialregion, deren Verlauf Sie brauchen." if umfang == AUSFUHR else "Wählen Sie die Sozialregion, die den Fall führt."
    if umfang == FALL and not 1 <= len(fall_nr.strip()) <= 20:
        errors["fall_nr"] = "Geben Sie die Fallnummer ein, zum Beispiel 2026-00012."
    if len(begruendung.strip()) < SHORTEST_REASON:
        errors["begruendung"] = f"Begründen Sie {'die Ausfuhr' if umfang == AUSFUHR else 'die Einsicht'} mit mindestens {SHORTEST_REASON} Zeichen."
    if not errors and _is_asked(session, region, "" if umfang == AUSFUHR else fall_nr.strip(), umfang):
        errors["umfang" if umfang == AUSFUHR else "fall_nr"] = "Diesen Antrag haben Sie schon gestellt; er liegt bei der Leitung der Sozialregion."
    if not 1 <= tage <= LONGEST:
        errors["tage"] = f"Geben Sie 1 bis {LONGEST} Tage ein."
    return errors


def _is_asked(session: FallSession, region: str, fall_nr: str, umfang: str) -> bool:
    """Whether the person waits for an answer to the same question."""
    same = (Aufsichtszugriff.region == region, Aufsichtszugriff.umfang == umfang, Aufsichtszugriff.fall_nr == fall_nr)
    open_ = select(Aufsichtszugriff.id).where(Aufsichtszugriff.login == session.access.konto, Aufsichtszugriff.entschieden_am.is_(None), *same)
    return session.scalar(open_.limit(1)) is not None
