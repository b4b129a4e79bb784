"""Messages of partners: RAV, ALK, IV, vPe, providers of measures, Einwohnerkontrolle (process description, chapter 9).

Until the data exchange has its legal basis each message is a task. The same message may come through the interface where the region
has switched that category on, from an account with the partner's role, and each one is logged with its legal basis or consent.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from engine.cases.formkontext import form_context
from engine.commands.cases import CaseRef, begin_case
from engine.commands.events import correlate
from engine.commands.ewk import note_mutation
from engine.commands.neben import seen
from engine.definitions import feel
from engine.definitions.bpmn import Element
from engine.definitions.elements import names
from engine.definitions.forms import Field, walk
from engine.definitions.lint.form_known import FORMULAR
from engine.model.errors import FallflussError, FormInvalid, NobodyWaits, NotAllowed, NotFound
from engine.store import library
from engine.store.audit import log
from engine.store.session import FallSession
from engine.store.steps import Act
from engine.store.tables import Ausloeser, Austausch, Instanz, Job, Meldung, Region, Subscription

# Which roles may send which messages; the part before the dot is the category that a region switches on.
SENDERS: Mapping[str, frozenset[str]] = {
    "rav": frozenset({"partner_rav"}),
    "alk": frozenset({"partner_alk"}),
    "iv": frozenset({"partner_iv"}),
    "vpe": frozenset({"vpe_stelle"}),
    "massnahme": frozenset({"partner_massnahme"}),
    "ewk": frozenset({"partner_ewk"}),
    "proaktiv": frozenset({"partner_rav", "partner_alk", "partner_iv", "partner_ewk"}),
}
PARTNER = frozenset().union(*SENDERS.values())
# The property of a waiting event that lists what a partner may say with its message; a form of the event says it as well.
# A name with a star after it must not be missing.
ANGABEN, NEEDED = "angaben", "*"
EWK_MUTATION = "ewk.mutation"
LONGEST, MOST = 5000, 30


class ExchangeOff(NotAllowed):
    """The region has not switched this category of exchange on."""

    def __init__(self, kategorie: str, region: str):
        self.what = f"Datenaustausch {kategorie}"
        FallflussError.__init__(
            self,
            f"Der Datenaustausch «{kategorie}» ist in der Region {region} nicht eingeschaltet. Es wurde nichts gespeichert; "
            "bitte melden Sie es der Sozialregion auf dem bisherigen Weg.",
        )


def categories(session: FallSession, region: str) -> list[str]:
    """The categories in which this account sends messages to that region.

    Raises:
        NotFound: in none, or there is no such region; both look the same.
    """
    held = session.access.rollen_in(region)
    found = [kategorie for kategorie, rollen in SENDERS.items() if session.access.everywhere or held & rollen]
    if not found or session.get(Region, region) is None:
        raise NotFound(f"Die Sozialregion «{region}»")
    return found


def partner_message(
    session: FallSession, name: str, correlation: str, region: str, values: Mapping[str, Any], *, grundlage: str, message_id: str | None = None
) -> None:
    """Hand a partner's message to what waits for it, and log it. ``grundlage`` is its legal basis or the consent.

    The same ``message_id`` again changes nothing. Whether a mutation of the Einwohnerkontrolle concerns a case is not told: that would
    say who receives social assistance.

    Raises:
        NotFound: the account sends no such messages to that region.
        ExchangeOff: the region has not switched the category on.
        FormInvalid: no legal basis or consent is given, or something the message may not say.
        NobodyWaits: nothing waits for it.
    """
    kategorie = name.partition(".")[0]
    if kategorie not in categories(session, region):
        raise NotFound(f"Die Meldung «{name}» an die Sozialregion «{region}»")
    if not is_on(session, kategorie, region):
        raise ExchangeOff(kategorie, region)
    if not grundlage.strip():
        raise FormInvalid({"grundlage": "Nennen Sie die gesetzliche Grundlage oder die Einwilligung."})
    own_id = _own_id(session, message_id)
    if own_id and session.get(Meldung, own_id) is not None:
        return
    if name == EWK_MUTATION and not correlation:
        note_mutation(session, region, {**values, "rechtsgrundlage": grundlage.strip()}, weg="schnittstelle", message_id=own_id)
        return
    found = _handed_over(session, name, correlation, region, values, own_id)
    entry = {"richtung": "eingehend", "partner": kategorie, "meldung": name, "kategorie": kategorie, "grundlage": grundlage.strip()[:300], "weg": "schnittstelle"}
    _add(session, found.fall_id, region, entry, sorted(values))


def _handed_over(
    session: FallSession, name: str, correlation: str, region: str, values: Mapping[str, Any], own_id: str | None
) -> CaseRef:
    waiting = session.scalars(
        select(Subscription).where(
            Subscription.kind == "message", Subscription.name == name, Subscription.correlation == correlation, Subscription.region == region
        )
    ).first()
    if waiting is None:
        return _opened(session, name, correlation, region, values, own_id)
    instanz = session.get_one(Instanz, waiting.instanz_nummer)
    element = library.contents(session, instanz.release_id).element(waiting.process, waiting.element)
    allowed = _allowed(session, instanz.release_id, region, _asked(session, instanz, waiting.key, element), values)
    return correlate(session, name, correlation, allowed, message_id=own_id)


def _asked(session: FallSession, instanz: Instanz, key: int, element: Element | None) -> Mapping[str, str]:
    """The properties of the waiting event. Where what partners may say depends on whom the case asked, ``angaben`` is an expression."""
    properties = element.properties if element else {}
    if not (listed := properties.get(ANGABEN, "").strip()).startswith("="):
        return properties
    runtime = library.runtime(session, instanz.release_id, instanz.region)
    (found,) = runtime.feel.evaluate_all([listed[1:]], runtime.visible(instanz.state, [key])[key], now=runtime.now)
    return {**properties, ANGABEN: str(found or "")}


def _opened(session: FallSession, name: str, correlation: str, region: str, values: Mapping[str, Any], own_id: str | None) -> CaseRef:
    """A message may begin something new, such as a Proaktive Beratung."""
    at = session.scalars(select(Ausloeser).where(Ausloeser.kind == "message", Ausloeser.value == name).order_by(Ausloeser.key)).first()
    if at is None:
        raise NobodyWaits(name, correlation)
    element = library.contents(session, at.release_id).element(at.process, at.element)
    allowed = _allowed(session, at.release_id, region, element.properties if element else {}, values)
    found = begin_case(session, region, at, allowed, Act("start_by_message", element=at.element, name=name))
    if own_id:
        session.add(Meldung(message_id=own_id, name=name, fall_id=found.fall_id, at=session.now))
    log(session, "write", f"start {name}", fall_id=found.fall_id, region=region)
    return found


def _allowed(session: FallSession, release_id: int, region: str, properties: Mapping[str, str], values: Mapping[str, Any]) -> dict[str, Any]:
    """What the diagram lets a partner say at this event, checked; a partner never writes other variables of a case.

    Raises:
        FormInvalid: something else, or in a wrong form.
    """
    # Where the event lists what partners say, its form is what people fill in who have the answer on paper.
    form = library.contents(session, release_id).form(properties[FORMULAR]) if FORMULAR in properties and ANGABEN not in properties else None
    listed = names(properties.get(ANGABEN))
    known = [one.key for one in walk(form.components) if isinstance(one, Field)] if form else [name.rstrip(NEEDED) for name in listed]
    errors = {name: "Bitte ausfüllen." for name in _needed(listed) if not values.get(name)}
    errors |= {name: f"Diese Meldung kennt diese Angabe nicht. Möglich sind: {', '.join(known) or 'keine'}." for name in values if name not in known}
    errors |= {name: f"Ein Text mit höchstens {LONGEST} Zeichen, eine Zahl, ja/nein oder eine Liste davon." for name, one in values.items() if not _is_plain(one)}
    if errors:
        raise FormInvalid(errors)
    return form.validate(dict(values), form_context(session, form, region), feel=feel.shared(), now=session.now) if form else dict(values)


def _needed(listed: list[str]) -> list[str]:
    return [name.rstrip(NEEDED) for name in listed if name.endswith(NEEDED)]


def _is_plain(value: Any) -> bool:
    if isinstance(value, list):
        return len(value) <= MOST and all(_is_plain(one) and not isinstance(one, list) for one in value)
    return value is None or isinstance(value, bool | int | float) or (isinstance(value, str) and len(value) <= LONGEST)


def _own_id(session: FallSession, message_id: str | None) -> str | None:
    """Each sender has ids of its own: two systems may number their messages alike."""
    return f"partner:{hashlib.sha256(f'{session.access.konto}:{message_id}'.encode()).hexdigest()}" if message_id else None


def is_on(session: FallSession, kategorie: str, region: str) -> bool:
    """Whether the region exchanges data of this category through the interface."""
    known: Mapping[str, Any] = library.parameters(session, region)["parameter"]
    return known.get(f"austausch_{kategorie}") is True


def record(session: FallSession, instanz: Instanz, job: Job) -> None:
    """Log a message that a diagram sends or has received as a task.

    Headers: ``richtung``, ``partner``, ``meldung``, ``kategorie``; ``werte`` names the data; ``weg`` is aufgabe unless it says otherwise.
    A header of the form ``=name`` is a variable. The variable ``rechtsgrundlage`` says the legal basis or the consent.
    """
    values = seen(session, instanz, job)
    entry = {name: _text(job.headers[name], values) for name in ("richtung", "partner", "meldung", "kategorie")}
    weg = _text(job.headers.get("weg") or "aufgabe", values) or "aufgabe"
    entry |= {"grundlage": str(values.get("rechtsgrundlage") or "nicht angegeben")[:300], "weg": weg}
    _add(session, instanz.fall_id, instanz.region, entry, names(_text(job.headers.get("werte") or "", values)))


def _text(header: str, values: Mapping[str, Any]) -> str:
    return str(values.get(header[1:]) or "") if header.startswith("=") else header


def _add(session: FallSession, fall_id: int, region: str, entry: Mapping[str, str], angaben: list[str]) -> None:
    session.add(Austausch(fall_id=fall_id, region=region, at=session.now, by=session.access.konto, angaben=angaben, **entry))
