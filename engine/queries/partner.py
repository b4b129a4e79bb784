"""What partners are asked, and what went to and from them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from engine.store import library
from engine.store.session import FallSession
from engine.store.tables import Austausch, Fall, Instanz, Person, Subscription


@dataclass(frozen=True)
class Anfrage:
    """What a case waits for from a partner, with the little that the partner needs for its answer."""

    name: str
    correlation: str
    frage: str
    grundlage: str
    person: Person | None
    since: datetime


def anfragen(session: FallSession, region: str, kategorien: Collection[str]) -> list[Anfrage]:
    """What waits in the region for messages of these categories, the oldest first."""
    rows = session.execute(
        select(Subscription, Instanz)
        .join(Instanz, Instanz.nummer == Subscription.instanz_nummer)
        .where(Subscription.region == region, Subscription.kind == "message")
        .order_by(Subscription.created_at, Subscription.key)
    ).all()
    return [_anfrage(session, row, instanz) for row, instanz in rows if row.name.partition(".")[0] in kategorien]


def exchanged(session: FallSession, fall: Fall) -> list[Austausch]:
    """What went to partners and came from them in this case, the newest first."""
    return list(session.scalars(select(Austausch).where(Austausch.fall_id == fall.id).order_by(Austausch.id.desc())))


def _anfrage(session: FallSession, row: Subscription, instanz: Instanz) -> Anfrage:
    # What the case itself waits for, such as news of a measure, is told without its variables.
    seen: dict[str, Any] = library.runtime(session, instanz.release_id, instanz.region).variables(instanz.state) if instanz.neben else {}
    person_id = seen.get("person_betroffen") or seen.get("vpe_person")
    person = session.scalar(select(Person).where(Person.fall_id == instanz.fall_id, Person.person_id == person_id)) if person_id else None
    frage = str(seen.get("frage") or seen.get("vpe_fragestellung") or "")
    return Anfrage(row.name, row.correlation or "", frage, str(seen.get("rechtsgrundlage") or ""), person, row.created_at)
