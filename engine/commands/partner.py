"""Messages of partners: RAV, ALK, IV, vPe, providers of measures, Einwohnerkontrolle (process description, chapter 9).

Until the data exchange has its legal basis each message is a task. The same message may come through the interface where the region
has switched that category on, from an account with the partner's role, and each one is logged with its legal basis or consent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.commands.cases import CaseRef
from engine.commands.events import correlate
from engine.commands.neben import names, seen
from engine.model.errors import FallflussError, FormInvalid, NotAllowed
from engine.store import library
from engine.store.session import FallSession
from engine.store.tables import Austausch, Instanz, Job

# Which role may send which messages; the part before the dot is the category that a region switches on.
SENDERS: Mapping[str, str] = {"rav": "partner_rav", "alk": "partner_alk", "iv": "partner_iv", "vpe": "vpe_stelle"}
# The operator's import sends these for offices that have no account.
IMPORTED = ("ewk", "massnahme")


class ExchangeOff(FallflussError):
    """The region has not switched this category of exchange on."""

    def __init__(self, kategorie: str, region: str):
        super().__init__(
            f"Der Datenaustausch «{kategorie}» ist in der Region {region} nicht eingeschaltet. Es wurde nichts gespeichert; "
            "bitte melden Sie es der Sozialregion auf dem bisherigen Weg."
        )


def partner_message(
    session: FallSession, name: str, correlation: str, region: str, values: Mapping[str, Any], *, grundlage: str, message_id: str | None = None
) -> CaseRef:
    """Hand a partner's message to what waits for it, and log it. ``grundlage`` is its legal basis or the consent.

    Raises:
        NotAllowed: the account has no role in that region that may send it.
        ExchangeOff: the region has not switched the category on.
        FormInvalid: no legal basis or consent is given.
        NobodyWaits: nothing waits for it.
    """
    kategorie = name.partition(".")[0]
    sender = SENDERS.get(kategorie)
    if not session.access.everywhere and (sender is None or sender not in session.access.rollen_in(region)):
        raise NotAllowed(f"Meldung «{name}» senden")
    if not is_on(session, kategorie, region):
        raise ExchangeOff(kategorie, region)
    if not grundlage.strip():
        raise FormInvalid({"grundlage": "Nennen Sie die gesetzliche Grundlage oder die Einwilligung."})
    found = correlate(session, name, correlation, values, message_id=message_id)
    entry = {"richtung": "eingehend", "partner": kategorie, "meldung": name, "kategorie": kategorie, "grundlage": grundlage.strip(), "weg": "schnittstelle"}
    _add(session, found.fall_id, region, entry, sorted(values))
    return found


def is_on(session: FallSession, kategorie: str, region: str) -> bool:
    """Whether the region exchanges data of this category through the interface."""
    known: Mapping[str, Any] = library.parameters(session, region)["parameter"]
    return known.get(f"austausch_{kategorie}") is True


def record(session: FallSession, instanz: Instanz, job: Job) -> None:
    """Log a message that a diagram sends or has received as a task.

    Headers: ``richtung``, ``partner``, ``meldung``, ``kategorie``; ``werte`` names the data. A header of the form ``=name`` is a variable.
    The variable ``rechtsgrundlage`` says the legal basis or the consent.
    """
    values = seen(session, instanz, job)
    entry = {name: _text(job.headers[name], values) for name in ("richtung", "partner", "meldung", "kategorie")}
    entry |= {"grundlage": str(values.get("rechtsgrundlage") or "nicht angegeben"), "weg": "aufgabe"}
    _add(session, instanz.fall_id, instanz.region, entry, names(job.headers.get("werte")))


def _text(header: str, values: Mapping[str, Any]) -> str:
    return str(values.get(header[1:]) or "") if header.startswith("=") else header


def _add(session: FallSession, fall_id: int, region: str, entry: Mapping[str, str], angaben: list[str]) -> None:
    session.add(Austausch(fall_id=fall_id, region=region, at=session.now, by=session.access.konto, angaben=angaben, **entry))
