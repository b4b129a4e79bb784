"""The introduction of the process in a region (process description, chapter 15b; RRB 2025/1559)."""

from __future__ import annotations

from datetime import date

from engine.commands.neben import carried
from engine.store.session import FallSession
from engine.store.tables import Einfuehrungsstand, Instanz, Job


def tell(session: FallSession, instanz: Instanz, job: Job) -> None:
    """Note how far the region is: ``stand``, and of ``start_am, pauschale, mittel_verwendet, mittel_zurueck`` those that ``werte`` lists."""
    row = session.get(Einfuehrungsstand, instanz.region)
    if row is None:
        row = Einfuehrungsstand(region=instanz.region, at=session.now, stand="")
        session.add(row)
    row.stand, row.at = job.headers["stand"], session.now
    known = {name: value for name, value in carried(session, instanz, job).items() if value is not None}
    if "start_am" in known:
        row.start_am = date.fromisoformat(str(known["start_am"]))
    row.pauschale = _francs(known.get("pauschale"), row.pauschale)
    row.verwendet = _francs(known.get("mittel_verwendet"), row.verwendet)
    row.zurueckbezahlt = _francs(known.get("mittel_zurueck"), row.zurueckbezahlt)


def _francs(value: object, otherwise: int | None) -> int | None:
    return otherwise if value is None else int(float(str(value)))
