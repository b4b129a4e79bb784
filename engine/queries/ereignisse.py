"""What may be reported to a case right now: the messages it waits for."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from engine.definitions.lint.form_known import FORMULAR
from engine.model.errors import NotFound
from engine.store import library
from engine.store.session import FallSession
from engine.store.tables import Fall, Instanz, Subscription

# What processes tell each other, such as that the other region has accepted: nobody may report it in their place, unless the diagram
# offers a form for it.
BETWEEN_PROCESSES = ("uebergabe.", "fall.")


@dataclass(frozen=True)
class Ereignis:
    """An open wait for a message; ``label`` is what the diagram calls it, ``form_id`` the form to report it with."""

    key: int
    name: str
    correlation: str
    label: str
    release_id: int
    form_id: str | None = None
    region: str = ""


def ereignisse(session: FallSession, fall_nr: str) -> tuple[Ereignis, ...]:
    """The messages from outside that the case waits for, each once, in the order of their labels."""
    rows = session.execute(
        select(Subscription, Instanz.release_id)
        .join(Instanz, Instanz.nummer == Subscription.instanz_nummer)
        .join(Fall, Fall.id == Instanz.fall_id)
        .where(Fall.fall_nr == fall_nr, Subscription.kind == "message")
        .order_by(Subscription.key.desc())
    ).all()
    found = {(row.name, row.correlation): _ereignis(session, row, release_id, fall_nr) for row, release_id in rows}
    # What goes by another number than the case's is for whoever was given that number: a partner, another process.
    offered = (one for one in found.values() if one.form_id or (one.correlation == fall_nr and not one.name.startswith(BETWEEN_PROCESSES)))
    return tuple(sorted(offered, key=lambda one: one.label))


def ereignis(session: FallSession, fall_nr: str, key: int) -> Ereignis:
    """One of them.

    Raises:
        NotFound: the case does not wait for it any more, or is not the person's to see.
    """
    for one in ereignisse(session, fall_nr):
        if one.key == key:
            return one
    raise NotFound("Dieses Ereignis")


def _ereignis(session: FallSession, row: Subscription, release_id: int, fall_nr: str) -> Ereignis:
    element = library.contents(session, release_id).element(row.process, row.element)
    label = (element.name if element else "") or row.name
    # Several measures, or questions to partners, wait for the same message, each under its own number.
    label += f" ({row.correlation})" if row.correlation != fall_nr else ""
    return Ereignis(row.key, row.name, row.correlation or "", label, release_id, element.properties.get(FORMULAR) if element else None, region=row.region)
