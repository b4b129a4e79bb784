"""What may be reported to a case right now: the messages it waits for."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from engine.model.errors import NotFound
from engine.store import library
from engine.store.session import FallSession
from engine.store.tables import Fall, Instanz, Subscription

# What processes tell each other, such as that the other region has accepted: nobody may report it in their place.
BETWEEN_PROCESSES = ("uebergabe.", "fall.")


@dataclass(frozen=True)
class Ereignis:
    """An open wait for a message; ``label`` is what the diagram calls it."""

    key: int
    name: str
    correlation: str
    label: str


def ereignisse(session: FallSession, fall_nr: str) -> tuple[Ereignis, ...]:
    """The messages from outside that the case waits for, each once, in the order of their labels."""
    rows = session.execute(
        select(Subscription, Instanz.release_id)
        .join(Instanz, Instanz.nummer == Subscription.instanz_nummer)
        .join(Fall, Fall.id == Instanz.fall_id)
        .where(Fall.fall_nr == fall_nr, Subscription.kind == "message", *(~Subscription.name.startswith(prefix) for prefix in BETWEEN_PROCESSES))
        .order_by(Subscription.key.desc())
    ).all()
    found = {(row.name, row.correlation): _ereignis(session, row, release_id) for row, release_id in rows}
    return tuple(sorted(found.values(), key=lambda one: one.label))


def ereignis(session: FallSession, fall_nr: str, key: int) -> Ereignis:
    """One of them.

    Raises:
        NotFound: the case does not wait for it any more, or is not the person's to see.
    """
    for one in ereignisse(session, fall_nr):
        if one.key == key:
            return one
    raise NotFound("Dieses Ereignis")


def _ereignis(session: FallSession, row: Subscription, release_id: int) -> Ereignis:
    element = library.contents(session, release_id).element(row.process, row.element)
    return Ereignis(row.key, row.name, row.correlation or "", (element.name if element else "") or row.name)
