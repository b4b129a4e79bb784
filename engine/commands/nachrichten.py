"""Messages that are kept for whoever will wait for them."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, select

from engine.commands.events import correlate
from engine.model.errors import FormInvalid, NobodyWaits, NotWaiting
from engine.store.audit import log
from engine.store.session import FallSession
from engine.store.tables import Meldung, Nachricht, Subscription

# Data of people that nobody may ever ask for must not lie about for longer.
LONGEST = timedelta(days=30)


def publish(
    session: FallSession, name: str, correlation: str, variables: Mapping[str, Any], *,
    keep: timedelta, message_id: str | None = None, regionen: Iterable[str] | None = None,
) -> int:  # fmt: skip
    """Hand a message to the case that waits for it; when none does, keep it for ``keep``, at most thirty days. Gives its number.

    It is kept for cases of ``regionen``, by default those in which the sender has a role.
    The same ``message_id`` again changes nothing, whether the first was taken, is kept, or nobody wanted it in time.

    Raises:
        FormInvalid, NotFound, NotAllowed: it would open a case, see ``start_by_message``; or there is no region to keep it in.
    """
    key = 1 + secrets.randbelow(2**52)
    if message_id and session.get(Meldung, message_id) is not None:
        return key
    try:
        correlate(session, name, correlation, variables, message_id=message_id)
    except NobodyWaits:
        if keep > timedelta(0):
            bis = session.now + min(keep, LONGEST)
            _keep(session, key, name, correlation, variables, bis, session.access.regionen if regionen is None else regionen)
            if message_id:
                session.add(Meldung(message_id=message_id, name=name, fall_id=None, at=session.now))
                session.flush()
    return key


def deliver(session: FallSession, key: int) -> None:
    """Hand a kept message to whoever waits for it by now; in all regions of its sender it is gone then.

    Raises:
        NotWaiting: it was delivered or forgotten already, or nobody waits any more.
    """
    found = session.get(Nachricht, key, populate_existing=True)
    if found is None or found.bis <= session.now:
        raise NotWaiting(key)
    try:
        correlate(session, found.name, found.correlation, found.variables, region=found.region)
    except NobodyWaits:
        raise NotWaiting(key) from None
    _forget(session, Nachricht.message_key == found.message_key)


def forget(session: FallSession, key: int) -> None:
    """Delete a message that nobody waited for in time."""
    _forget(session, Nachricht.key == key)


def wanted() -> ColumnElement[bool]:
    """Kept messages that somebody waits for."""
    return exists(
        select(Subscription.key).where(
            Subscription.kind == "message",
            Subscription.name == Nachricht.name,
            Subscription.correlation == Nachricht.correlation,
            Subscription.region == Nachricht.region,
        )
    )


def _keep(
    session: FallSession, key: int, name: str, correlation: str, variables: Mapping[str, Any], bis: datetime, regionen: Iterable[str]
) -> None:
    places = sorted(regionen)
    if not places:
        raise FormInvalid({"timeToLive": "Aufbewahrt wird eine Meldung nur für Fälle einer Region, in der Sie eine Rolle haben."})
    for region in places:
        session.add(
            Nachricht(
                message_key=key, region=region, name=name, correlation=correlation, variables=dict(variables),
                by=session.access.konto, next_attempt_at=session.now, bis=bis,
            )
        )  # fmt: skip
        log(session, "write", f"Meldung {name} aufbewahrt", region=region)
    session.flush()


def _forget(session: FallSession, condition: Any) -> None:
    session.execute(delete(Nachricht).where(condition), execution_options={"synchronize_session": False})
