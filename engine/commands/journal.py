"""The journal of a case: entries are added, never changed; a mistake gets a Storno with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select

from engine.model.calendar import ZURICH
from engine.model.errors import FormInvalid, NotAllowed, NotFound
from engine.store.audit import log
from engine.store.errors import Conflict
from engine.store.session import FallSession
from engine.store.tables import Fall, Journaleintrag, Person

# Administration sees no journal (process description, chapter 3).
JOURNALROLLEN = ("intake", "fallfuehrung", "fallfuehrung_intensiv", "teamleitung", "leitung")
ARTEN: Mapping[str, str] = {
    "gespraech": "Gespräch",
    "telefon": "Telefon",
    "hausbesuch": "Hausbesuch",
    "mail": "Mail oder Brief",
    "dritte": "Auskunft Dritter",
    "notiz": "Notiz",
}
LONGEST = 10_000


def may_write(session: FallSession, region: str) -> bool:
    """Whether this person may read and write journals in that region."""
    return session.access.everywhere or bool(session.access.rollen_in(region) & set(JOURNALROLLEN))


def write(
    session: FallSession, fall_nr: str, art: str, text: str, *, am: date | None = None, person_id: str | None = None
) -> Journaleintrag:
    """Add an entry about the day ``am`` (today, unless given).

    Raises:
        NotFound, NotAllowed
        FormInvalid: no text, too much of it, or a day to come.
    """
    fall, today = _own(session, fall_nr), session.now.astimezone(ZURICH).date()
    errors = _errors(text, art, am or today, today)
    if person_id and session.scalar(select(Person.id).where(Person.fall_id == fall.id, Person.person_id == person_id)) is None:
        errors["person_id"] = "Wählen Sie eine Person dieses Falls."
    if errors:
        raise FormInvalid(errors)
    entry = Journaleintrag(
        fall_id=fall.id, region=fall.region, at=session.now, by=session.access.konto, am=am or today, art=art, person_id=person_id, text=text.strip()
    )
    return _add(session, entry, "Journal")


def cancel(session: FallSession, fall_nr: str, id: int, grund: str) -> Journaleintrag:
    """Cancel an entry: it stays, with the reason below it. Only who wrote it or the Leitung may.

    Raises:
        NotFound, NotAllowed
        Conflict: it is cancelled already.
        FormInvalid: the reason is missing.
    """
    fall = _own(session, fall_nr)
    entry = session.scalar(select(Journaleintrag).where(Journaleintrag.id == id, Journaleintrag.fall_id == fall.id))
    if entry is None or entry.storniert_id is not None:
        raise NotFound("Der Eintrag")
    if entry.by != session.access.konto and "leitung" not in session.access.rollen_in(fall.region):
        raise NotAllowed("einen fremden Eintrag stornieren (nur Leitung)")
    if not grund.strip():
        raise FormInvalid({"grund": "Begründen Sie den Storno."})
    if session.scalar(select(Journaleintrag.id).where(Journaleintrag.storniert_id == id)) is not None:
        raise Conflict(f"Eintrag {id} ist schon storniert")
    storno = Journaleintrag(
        fall_id=fall.id,
        region=fall.region,
        at=session.now,
        by=session.access.konto,
        am=session.now.astimezone(ZURICH).date(),
        art="storno",
        person_id=entry.person_id,
        text=grund.strip()[:LONGEST],
        storniert_id=entry.id,
    )
    return _add(session, storno, "Journal-Storno")


def _own(session: FallSession, fall_nr: str) -> Fall:
    fall = session.scalar(select(Fall).where(Fall.fall_nr == fall_nr).order_by(Fall.uebergeben_am.is_not(None), Fall.id.desc()).limit(1))
    if fall is None:
        raise NotFound(f"Der Fall {fall_nr}")
    if not may_write(session, fall.region):
        raise NotAllowed("Journal")
    return fall


def _errors(text: str, art: str, am: date, today: date) -> dict[str, str]:
    errors: dict[str, str] = {}
    if art not in ARTEN:
        errors["art"] = "Wählen Sie die Art des Eintrags."
    if am > today:
        errors["am"] = "Geben Sie einen Tag ein, der nicht in der Zukunft liegt."
    if not text.strip():
        errors["text"] = "Schreiben Sie einen Text."
    if len(text) > LONGEST:
        errors["text"] = f"Kürzen Sie den Text auf {LONGEST} Zeichen; es sind {len(text)}."
    return errors


def _add(session: FallSession, entry: Journaleintrag, was: str) -> Journaleintrag:
    session.add(entry)
    session.flush()
    log(session, "write", f"{was} {entry.id}", fall_id=entry.fall_id, region=entry.region)
    return entry
