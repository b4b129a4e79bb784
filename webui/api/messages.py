"""Messages from other systems: handed to the case that waits, or opening one where a released process starts with them."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from engine import commands
from engine.commands import CaseRef
from engine.commands.nachrichten import publish
from engine.queries import laufend
from engine.store.session import FallSession
from webui.api import caller, listing, show
from webui.api.operation import operation
from webui.api.schema import ANY_OBJECT, KEY, TENANT, integer, nullable, record, search_request, search_result, text
from webui.api.schema import body as request_body

_MESSAGE = {"name": text(200, least=1), "correlationKey": nullable(text(200)), "variables": nullable(ANY_OBJECT), "tenantId": TENANT}


@operation(
    "POST",
    "/v2/message-subscriptions/search",
    "Suchen, worauf Instanzen warten",
    scope="lesen",
    takes=search_request(laufend.SUBSCRIPTIONS),
    answers={200: search_result(show.SUBSCRIPTION)},
    reads=True,
)
def search_message_subscriptions(body: dict[str, Any]) -> dict[str, Any]:
    with caller.reading() as session:
        found = laufend.subscriptions(session, listing.wanted(body, laufend.SUBSCRIPTIONS))
        return listing.page(found, lambda row: show.subscription(*row))


@operation(
    "POST",
    "/v2/messages/publication",
    "Eine Meldung senden; dieselbe messageId nochmals ändert nichts. Wartet niemand, wird sie timeToLive Millisekunden aufbewahrt, längstens 30 Tage",
    scope="meldungen",
    takes=request_body("name", **_MESSAGE, timeToLive=nullable(integer(0, 10**15)), messageId=nullable(text(200))),
    answers={200: record(messageKey=KEY, tenantId=TENANT)},
    needs_body=True,
)
def publish_message(body: dict[str, Any]) -> dict[str, Any]:
    keep = timedelta(milliseconds=min(body.get("timeToLive") or 0, 10**12))
    with caller.writing() as session:
        key = publish(
            session, body["name"], body.get("correlationKey") or "", body.get("variables") or {}, keep=keep, message_id=_own_id(session, body)
        )
    return {"messageKey": str(key), "tenantId": laufend.TENANT}


@operation(
    "POST",
    "/v2/messages/correlation",
    "Eine Meldung dem Fall geben, der auf sie wartet",
    scope="meldungen",
    takes=request_body("name", **_MESSAGE),
    answers={200: record(messageKey=KEY, processInstanceKey=KEY, tenantId=TENANT)},
    needs_body=True,
)
def correlate_message(body: dict[str, Any]) -> dict[str, Any]:
    return {"messageKey": str(1 + secrets.randbelow(2**52)), "processInstanceKey": str(_correlated(body).instanz_key), "tenantId": laufend.TENANT}


def _correlated(body: dict[str, Any]) -> CaseRef:
    with caller.writing() as session:
        return commands.correlate(session, body["name"], body.get("correlationKey") or "", body.get("variables") or {})


def _own_id(session: FallSession, body: dict[str, Any]) -> str | None:
    """Each sender has ids of its own: two systems may number their messages alike."""
    if not body.get("messageId"):
        return None
    own_id = f"{session.access.konto}:{body['messageId']}"
    return own_id if len(own_id) <= 200 else hashlib.sha256(own_id.encode()).hexdigest()
