"""Documents of a case: taken in, examined, released from quarantine, cancelled. Bytes leave only through ``content``."""

from __future__ import annotations

import hashlib

from sqlalchemy import select

from engine.cases.dateien import FileRefused, examine
from engine.cases.dokumentarten import ARTEN, may_see
from engine.definitions.parameter import CONTEXT
from engine.model.errors import FallflussError, FormInvalid, NotAllowed, NotFound
from engine.store import library
from engine.store.audit import log
from engine.store.session import FallSession
from engine.store.tables import Dokument, Dokumentinhalt, Fall
from engine.store.virenscan import Befund

DOKUMENTROLLEN = ("intake", "fallfuehrung", "fallfuehrung_intensiv", "administration", "teamleitung", "leitung")
RELEASES = ("leitung",)
READABLE = ("sauber", "freigegeben")


class InQuarantine(FallflussError):
    """The document may not be downloaded yet, or never."""

    def __init__(self, name: str):
        super().__init__(f"«{name}» ist in Quarantäne und lässt sich nicht herunterladen. Die Leitung kann das Dokument mit Begründung freigeben.")


def upload(session: FallSession, fall_nr: str, name: str, content: bytes, *, art: str = "anderes") -> Dokument:
    """Keep a file with a case, in quarantine until ``note_scan`` or ``release_document`` lets it out.

    Raises:
        NotFound, NotAllowed
        FormInvalid: see ``engine.cases.dateien.examine``; nothing is stored.
    """
    fall = _own(session, fall_nr)
    try:
        file = examine(name, content, library.parameters(session, fall.region)[CONTEXT])
    except FileRefused as refused:
        raise FormInvalid({"datei": str(refused)}) from refused
    found = _row(session, fall, file.name, content, art=art if art in ARTEN else "anderes", medientyp=file.medientyp)
    log(session, "write", f"Dokument {found.id} hochgeladen", fall_id=fall.id, region=fall.region)
    return found


def keep_made(session: FallSession, fall: Fall, name: str, content: bytes, *, art: str) -> Dokument:
    """Keep a paper that was made here; nobody outside touched its bytes."""
    found = _row(session, fall, name, content, art=art, medientyp="application/pdf")
    found.zustand, found.befund = "sauber", "von Fallfluss erstellt"
    return found


def note_scan(session: FallSession, id: int, befund: Befund | None) -> Dokument:
    """Record what the scanner said; None means that it could not be asked, and the document stays in quarantine."""
    found = _locked(session, id)
    if found.zustand == "quarantaene" and befund is not None:
        found.zustand = "befallen" if befund.virus else "sauber"
        found.befund = f"Virus gefunden: {befund.virus}" if befund.virus else "kein Virus gefunden"
        log(session, "write", f"Dokument {id}: {found.befund}", fall_id=found.fall_id, region=found.region)
    elif befund is None:
        found.befund = "Kein Virenscanner hat die Datei geprüft."
    return found


def release_document(session: FallSession, id: int, grund: str) -> Dokument:
    """Let a document that no scanner examined out of quarantine.

    Raises:
        NotAllowed: only the Leitung may, and never a document in which a virus was found.
        FormInvalid: the reason is missing.
    """
    found = _locked(session, id)
    if not session.access.everywhere and not session.access.rollen_in(found.region) & set(RELEASES):
        raise NotAllowed("Dokumente aus der Quarantäne freigeben (nur Leitung)")
    if found.zustand == "befallen":
        raise NotAllowed("ein Dokument freigeben, in dem ein Virus gefunden wurde")
    if not grund.strip():
        raise FormInvalid({"grund": "Begründen Sie die Freigabe."})
    if found.zustand == "quarantaene":
        found.zustand, found.freigabe_grund = "freigegeben", grund.strip()
        found.freigegeben_am, found.freigegeben_von = session.now, session.access.konto
        log(session, "write", f"Dokument {id} freigegeben", fall_id=found.fall_id, region=found.region)
    return found


def cancel_document(session: FallSession, id: int, grund: str) -> Dokument:
    """Cancel a document: the row stays with the reason, it can no longer be downloaded. Who uploaded it or the Leitung may.

    Raises:
        NotAllowed, FormInvalid
    """
    found = _locked(session, id)
    if found.by != session.access.konto and not session.access.rollen_in(found.region) & set(RELEASES):
        raise NotAllowed("ein fremdes Dokument stornieren (nur Leitung)")
    if not grund.strip():
        raise FormInvalid({"grund": "Begründen Sie den Storno."})
    if found.storniert_am is None:
        found.storniert_am, found.storniert_von, found.storno_grund = session.now, session.access.konto, grund.strip()
        log(session, "write", f"Dokument {id} storniert", fall_id=found.fall_id, region=found.region)
    return found


def content(session: FallSession, id: int) -> bytes:
    """The bytes, and a line in the access log.

    Raises:
        NotFound, NotAllowed
        InQuarantine
    """
    found = _locked(session, id)
    if found.zustand not in READABLE or found.storniert_am is not None:
        raise InQuarantine(found.name)
    log(session, "gelesen", f"Dokument {id}", fall_id=found.fall_id, region=found.region)
    return session.get_one(Dokumentinhalt, id).inhalt


def _own(session: FallSession, fall_nr: str) -> Fall:
    fall = session.scalar(select(Fall).where(Fall.fall_nr == fall_nr).order_by(Fall.uebergeben_am.is_not(None), Fall.id.desc()).limit(1))
    if fall is None:
        raise NotFound(f"Der Fall {fall_nr}")
    _may(session, fall.region)
    return fall


def _locked(session: FallSession, id: int) -> Dokument:
    found = session.scalar(select(Dokument).where(Dokument.id == id).with_for_update().execution_options(populate_existing=True))
    if found is None:
        raise NotFound("Das Dokument")
    _may(session, found.region)
    if not may_see(session, found):
        raise NotFound("Das Dokument")
    return found


def _may(session: FallSession, region: str) -> None:
    if not session.access.everywhere and not session.access.rollen_in(region) & set(DOKUMENTROLLEN):
        raise NotAllowed("Dokumente")


def _row(session: FallSession, fall: Fall, name: str, content: bytes, *, art: str, medientyp: str) -> Dokument:
    found = Dokument(
        fall_id=fall.id,
        region=fall.region,
        name=name,
        art=art,
        medientyp=medientyp,
        groesse=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        zustand="quarantaene",
        at=session.now,
        by=session.access.konto,
    )
    session.add(found)
    session.flush()
    session.add(Dokumentinhalt(dokument_id=found.id, fall_id=fall.id, region=fall.region, inhalt=content))
    session.flush()
    return found
