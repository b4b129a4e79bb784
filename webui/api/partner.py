"""Messages of partners, such as the RAV or the vPe-Stelle, and what they are asked (process description, chapter 9)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from engine.commands import partner
from engine.model.access import Access
from engine.model.errors import NotFound
from engine.queries import partner as queries
from engine.store.session import FallSession
from webui.api import caller
from webui.api.operation import operation
from webui.api.schema import ANY_OBJECT, BOOL, INSTANT, TEXT, body, list_of, nullable, record, text
from webui.transactions import database

_PERSON = record(name=TEXT, vorname=TEXT, geburtsdatum=nullable(TEXT), ahvn13=nullable(TEXT))
_ANFRAGE = record(name=TEXT, correlationKey=TEXT, frage=TEXT, grundlage=TEXT, person={**_PERSON, "type": ["object", "null"]}, seit=INSTANT)


@operation(
    "POST",
    "/api/regionen/{region}/partnermeldungen",
    "Die Meldung einer Partnerstelle übergeben; dieselbe messageId nochmals ändert nichts. Nur wo die Region den Austausch dieser Art eingeschaltet hat",
    scope="meldungen",
    takes=body("name", "grundlage", name=text(200, least=1), grundlage=text(300), correlationKey=nullable(text(200)), variables=nullable(ANY_OBJECT), messageId=nullable(text(200))),
    answers={200: record(accepted=BOOL)},
    needs_body=True,
)
def send_partner_message(region: str, body: dict[str, Any]) -> dict[str, Any]:
    with _partner(region, is_writing=True) as session:
        partner.partner_message(
            session, body["name"], body.get("correlationKey") or "", region, body.get("variables") or {}, grundlage=body["grundlage"], message_id=body.get("messageId")
        )
    return {"accepted": True}


@operation(
    "GET",
    "/api/regionen/{region}/partneranfragen",
    "Worauf Fälle der Region von dieser Partnerstelle warten; nur eingeschaltete Arten",
    scope="meldungen",
    answers={200: record(items=list_of(_ANFRAGE))},
)
def list_partner_requests(region: str) -> dict[str, Any]:
    with _partner(region) as session:
        switched_on = [kategorie for kategorie in partner.categories(session, region) if partner.is_on(session, kategorie, region)]
        found = queries.anfragen(session, region, switched_on)
        items = [_shown(one) for one in found]
    caller.note("gelesen", f"Schnittstelle Partneranfragen {region}: {len(items)}")
    return {"items": items}


@contextmanager
def _partner(region: str, *, is_writing: bool = False) -> Iterator[FallSession]:
    """A transaction of a partner in one region, with none of the account's other roles.

    Raises:
        NotFound: the account is no partner of that region.
    """
    access = caller.current().access
    held = access.rollen_in(region) & partner.PARTNER
    if not held:
        raise NotFound(f"Die Sozialregion «{region}»")
    opened = database().begin if is_writing else database().read
    with opened(Access(access.konto, {region: held})) as session:
        yield session


def _shown(one: queries.Anfrage) -> dict[str, Any]:
    person = one.person
    shown = {"name": person.name, "vorname": person.vorname, "geburtsdatum": person.geburtsdatum.isoformat() if person.geburtsdatum else None, "ahvn13": person.ahvn13} if person else None
    return {"name": one.name, "correlationKey": one.correlation, "frage": one.frage, "grundlage": one.grundlage, "person": shown, "seit": one.since.isoformat().replace("+00:00", "Z")}
