"""Incidents: what cannot go on, and trying again."""

from __future__ import annotations

from typing import Any

from engine import commands
from engine.model.errors import NotFound
from engine.queries import laufend
from engine.queries.suche import Found
from engine.store.session import FallSession
from webui.api import caller, listing, show
from webui.api.instances import REFERENCE
from webui.api.operation import operation
from webui.api.schema import search_request, search_result


@operation(
    "POST",
    "/v2/incidents/search",
    "Offene Störungen suchen",
    scope="lesen",
    takes=search_request(laufend.INCIDENTS),
    answers={200: search_result(show.INCIDENT)},
    reads=True,
)
def search_incidents(body: dict[str, Any]) -> dict[str, Any]:
    with caller.reading_states() as session:
        return listing.page(laufend.incidents(session, listing.wanted(body, laufend.INCIDENTS)), lambda row: show.incident(*row))


@operation("GET", "/v2/incidents/{incidentKey}", "Eine offene Störung", scope="lesen", answers={200: show.INCIDENT}, reads=True)
def get_incident(incidentKey: int) -> dict[str, Any]:
    with caller.reading_states() as session:
        return show.incident(*_one(session, incidentKey).rows[0])


@operation(
    "POST",
    "/v2/incidents/{incidentKey}/resolution",
    "Nochmals versuchen, was misslang",
    scope="betrieb",
    takes=REFERENCE,
    answers={204: None},
)
def resolve_incident(incidentKey: int, body: dict[str, Any]) -> None:
    with caller.writing() as session:
        _one(session, incidentKey)
        commands.resolve_incident(session, incidentKey)


def _one(session: FallSession, key: int) -> Found:
    found = laufend.incidents(session, listing.wanted({}, laufend.INCIDENTS, incidentKey=str(key)))
    if not found.rows:
        raise NotFound("Die Störung")
    return found
