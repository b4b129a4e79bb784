"""Two cases of one region are linked by hand, with a reason; the link can be taken back."""

from __future__ import annotations

from sqlalchemy import or_, select

from engine.cases.sichtbar import visible
from engine.commands.cases import OPENS
from engine.model.errors import FormInvalid, NotAllowed, NotFound
from engine.store.audit import log
from engine.store.session import FallSession
from engine.store.tables import Fall, Verknuepfung


def link(session: FallSession, fall_nr: str, anderer: str, grund: str) -> Verknuepfung:
    """Link a case with another one of the same region.

    Raises:
        NotFound, NotAllowed
        FormInvalid: no such other case, the same case, linked already, or no reason.
    """
    fall = _case(session, fall_nr)
    if fall is None:
        raise NotFound(f"Der Fall {fall_nr}")
    _may(session, fall.region)
    other = _case(session, anderer.strip())
    errors = {}
    if other is None or other.region != fall.region or other.id == fall.id:
        errors["anderer"] = "Geben Sie die Nummer eines anderen Falls Ihrer Region ein, zum Beispiel 2026-00012."
    if not grund.strip():
        errors["grund"] = "Schreiben Sie, was die beiden Fälle verbindet."
    if other is not None and not errors and _is_linked(session, fall, other):
        errors["anderer"] = "Diese beiden Fälle sind schon verknüpft."
    if errors or other is None:
        raise FormInvalid(errors)
    made = Verknuepfung(fall_id=fall.id, anderer_fall_id=other.id, region=fall.region, grund=grund.strip()[:300], at=session.now, by=session.access.konto)
    session.add(made)
    log(session, "write", f"verknüpft mit {other.fall_nr}", fall_id=fall.id, region=fall.region)
    return made


def unlink(session: FallSession, id: int) -> None:
    """Take a link back; a second time changes nothing.

    Raises:
        NotFound, NotAllowed
    """
    both = or_(Fall.id == Verknuepfung.fall_id, Fall.id == Verknuepfung.anderer_fall_id)
    found = session.scalar(select(Verknuepfung).join(Fall, both).where(Verknuepfung.id == id, visible(session)).limit(1))
    if found is None:
        raise NotFound("Die Verknüpfung")
    _may(session, found.region)
    if found.aufgehoben_am is None:
        found.aufgehoben_am, found.aufgehoben_von = session.now, session.access.konto
        log(session, "write", "Verknüpfung aufgehoben", fall_id=found.fall_id, region=found.region)


def _case(session: FallSession, fall_nr: str) -> Fall | None:
    return session.scalar(select(Fall).where(Fall.fall_nr == fall_nr, visible(session)).order_by(Fall.uebergeben_am.is_not(None), Fall.id.desc()).limit(1))


def _may(session: FallSession, region: str) -> None:
    if not session.access.everywhere and not session.access.rollen_in(region) & set(OPENS):
        raise NotAllowed("Fälle verknüpfen")


def _is_linked(session: FallSession, one: Fall, other: Fall) -> bool:
    both = or_(
        (Verknuepfung.fall_id == one.id) & (Verknuepfung.anderer_fall_id == other.id),
        (Verknuepfung.fall_id == other.id) & (Verknuepfung.anderer_fall_id == one.id),
    )
    return session.scalar(select(Verknuepfung.id).where(both, Verknuepfung.aufgehoben_am.is_(None))) is not None
