"""The introduction of the process in a region (process description, chapter 15b; RRB 2025/1559)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from engine.commands.cases import INTRODUCES, CaseRef, open_case
from engine.commands.neben import carried
from engine.model.access import region_of, room_of
from engine.model.errors import FallflussError, NotFound
from engine.store.session import FallSession
from engine.store.tables import Einfuehrungsstand, Instanz, Job, Meldung

PROCESS = "einfuehrung"
__all__ = ["INTRODUCES", "AlreadyIntroducing", "begin", "may_begin", "running", "tell"]


class AlreadyIntroducing(FallflussError):
    """The region is in the middle of it, or has done it."""

    def __init__(self, region: str):
        super().__init__(f"Die Einführung in der Region {region} läuft schon oder ist abgeschlossen. Es wurde nichts geändert.")


def begin(session: FallSession, region: str, raw: Mapping[str, Any], *, request_id: str | None = None) -> CaseRef:
    """Begin the introduction of a region, which is kept beside its cases. The same ``request_id`` again begins nothing.

    Raises:
        NotFound: no such region, or not this person's.
        NotAllowed: neither its Leitung nor the Koordinationsstelle.
        AlreadyIntroducing: it has begun.
        FormInvalid: the start form's rules are not met.
    """
    if not session.access.everywhere and room_of(region) not in session.access.places:
        raise NotFound(f"Die Sozialregion «{region}»")
    is_repeated = bool(request_id) and session.get(Meldung, request_id) is not None
    if not is_repeated and (_is_done(session, region) or running(session, region) is not None):
        raise AlreadyIntroducing(region)
    return open_case(session, region, raw, process=PROCESS, request_id=request_id)


def may_begin(session: FallSession, region: str) -> bool:
    """Whether this person may begin the introduction of that region now."""
    is_theirs = room_of(region) in session.access.places and bool(session.access.rollen_in(room_of(region)) & set(INTRODUCES))
    return is_theirs and not _is_done(session, region) and running(session, region) is None


def running(session: FallSession, region: str) -> Instanz | None:
    """The introduction that runs in a region, if this person sees it."""
    query = select(Instanz).where(Instanz.process == PROCESS, Instanz.region == room_of(region), Instanz.zustand == "active")
    return session.scalars(query).first()


def tell(session: FallSession, instanz: Instanz, job: Job) -> None:
    """Note how far the region is: ``stand``, and of ``start_am, pauschale, mittel_verwendet, mittel_zurueck`` those that ``werte`` lists."""
    region = region_of(instanz.region)
    row = session.get(Einfuehrungsstand, region)
    if row is None:
        row = Einfuehrungsstand(region=region, at=session.now, stand="")
        session.add(row)
    row.stand, row.at = job.headers["stand"], session.now
    known = {name: value for name, value in carried(session, instanz, job).items() if value is not None}
    if "start_am" in known:
        row.start_am = date.fromisoformat(str(known["start_am"]))
    row.pauschale = _francs(known.get("pauschale"), row.pauschale)
    row.verwendet = _francs(known.get("mittel_verwendet"), row.verwendet)
    row.zurueckbezahlt = _francs(known.get("mittel_zurueck"), row.zurueckbezahlt)


def _is_done(session: FallSession, region: str) -> bool:
    stand = session.get(Einfuehrungsstand, region)
    return stand is not None and stand.stand == "abgeschlossen"


def _francs(value: object, otherwise: int | None) -> int | None:
    return otherwise if value is None else int(float(str(value)))
