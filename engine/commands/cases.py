"""Cases begin and are stopped."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from engine.cases import gestalt
from engine.cases.dubletten import dubletten, vorfall
from engine.cases.feldgruppen import sicht
from engine.cases.formkontext import form_context
from engine.cases.projection import household
from engine.commands.stepping import advance, lock, settle
from engine.definitions import feel
from engine.definitions.forms import Form
from engine.model.access import region_of, room_of
from engine.model.calendar import ZURICH
from engine.model.errors import NotAllowed, NotFound
from engine.runtime import cancel
from engine.store import library
from engine.store.audit import log
from engine.store.session import FallSession
from engine.store.steps import Act
from engine.store.tables import Ausloeser, Fall, Instanz, Meldung, Region

PROCESS = "fall"
OPENS = ("intake", "fallfuehrung", "administration", "teamleitung", "leitung")
STOPS = ("leitung",)
INTRODUCES = ("leitung", "koordination")
# The property of a start event that says where its cases are kept, and its only value so far.
ORT, EINFUEHRUNG = "ort", "einfuehrung"
# The property of a start event by which a process may be opened from the list of cases; its value is what the button says.
ERZEUGT = "eroeffnen"


@dataclass(frozen=True)
class CaseRef:
    fall_id: int
    fall_nr: str
    instanz_key: int


def start_form(session: FallSession, process: str = PROCESS, *, region: str | None = None) -> Form | None:
    """The form that the process's start event carries in the release in force, if any; with ``region``, there and as this person sees it."""
    form = released_form(session, process, region)
    return sicht(session.access, region).form(form) if form and region else form


def released_form(session: FallSession, process: str, region: str | None) -> Form | None:
    """That form in the release in force in a region, with everything in it."""
    return start_form_of(session, library.latest_release(session, region), process)


def start_form_of(session: FallSession, release_id: int, process: str) -> Form | None:
    """The start event's form in that release, with everything in it."""
    contents = library.contents(session, release_id)
    form_id = contents.process(process).start_form_id
    return contents.form(form_id) if form_id else None


def open_case(
    session: FallSession, region: str, raw: Mapping[str, Any], *, process: str = PROCESS, request_id: str | None = None
) -> CaseRef:
    """Open a case in ``region`` from what the start form holds, and run it to its first waits.

    The same ``request_id`` again opens nothing and gives the first case, so that a double click is harmless.

    Raises:
        NotAllowed: no role in that region that may open cases.
        FormInvalid: the start form's rules are not met; nothing was stored.
    """
    if request_id and (known := session.get(Meldung, request_id)):
        return ref(own_instance(session, known.fall_id))
    # Asked once: a release that comes meanwhile must not give this case a form and a diagram that do not belong together.
    release_id = library.latest_release(session, region)
    ort = _property(session, release_id, process, ORT)
    place = room_of(region) if ort == EINFUEHRUNG else region
    _may_open(session, region, INTRODUCES if ort == EINFUEHRUNG else OPENS)
    form = start_form_of(session, release_id, process)
    form = sicht(session.access, region).form(form) if form else None
    values = form.validate(raw, form_context(session, form, region), feel=feel.shared(), now=session.now) if form else dict(raw)
    gestalt.require(values)
    number_persons(values.get("personen") or [])
    vorfall_id = _recognise(session, region, place, values)
    fall = new_fall(session, place, household(values.get("personen") or []))
    fall.vorfall_id = vorfall_id
    if request_id:
        session.add(Meldung(message_id=request_id, name="open_case", fall_id=fall.id, at=session.now))
    log(session, "write", "open_case", fall_id=fall.id, region=place)
    return ref(start_instance(session, fall, process, values, act=Act("open_case", name="Fall eröffnet"), release_id=release_id))


def _recognise(session: FallSession, region: str, place: str, values: dict[str, Any]) -> int | None:
    """Note in ``values`` where these people are supported already, and their closed case (P11) in ``place``, whose id it gives."""
    personen = values.get("personen") or []
    if known_elsewhere := dubletten(session, region, personen):
        values["dubletten"] = known_elsewhere
    before = vorfall(session, place, personen)
    if before is None:
        return None
    values |= {"vorfall_id": before.id, "vorfall": f"{before.fall_nr}, abgeschlossen am {before.abgeschlossen_am:%d.%m.%Y}"}
    return before.id


def start_case(session: FallSession, region: str, at: Ausloeser, values: Mapping[str, Any], act: Act) -> CaseRef:
    """Open a case at a start event that a message or a timer triggered, in its release; no form is filled in.

    Raises:
        NotFound: there is no such region.
        NotAllowed: no role in that region that may open cases.
    """
    _may_open(session, region)
    return begin_case(session, region, at, values, act)


def begin_case(session: FallSession, region: str, at: Ausloeser, values: Mapping[str, Any], act: Act) -> CaseRef:
    """The same for who has found out otherwise that the sender may, such as a partner whose messages the region has switched on."""
    gestalt.require(values)
    number_persons(values.get("personen") or [])
    fall = new_fall(session, region, household(values.get("personen") or []))
    log(session, "write", act.command, fall_id=fall.id, region=region)
    return ref(start_instance(session, fall, at.process, values, act=act, at=at.element, release_id=at.release_id))


def cancel_case(session: FallSession, fall_id: int, grund: str) -> None:
    """Stop a case with a reason: all tokens go, the history stays.

    Raises:
        NotAllowed: only the Leitung may.
        NotWaiting: the case is over already.
    """
    instanz = lock(session, own_instance(session, fall_id).nummer)
    if not session.access.everywhere and not session.access.rollen_in(instanz.region) & set(STOPS):
        raise NotAllowed("Fall abbrechen (nur Leitung)")
    advance(session, instanz, cancel(), Act("cancel_case", name=grund, values={"grund": grund}))
    log(session, "write", "cancel_case", fall_id=fall_id, region=instanz.region)


def _may_open(session: FallSession, region: str, rollen: Collection[str] = OPENS) -> None:
    if session.get(Region, region) is None:
        raise NotFound(f"Die Sozialregion «{region}»")
    if not session.access.everywhere and not session.access.rollen_in(region) & set(rollen):
        raise NotAllowed(f"Fall eröffnen in {region}")


def openable(session: FallSession, regionen: Iterable[str]) -> dict[str, str]:
    """Processes besides the case that people may open by themselves in one of the regions, by the release in force there, with the words for it."""
    found: dict[str, str] = {}
    for release_id in dict.fromkeys(library.latest_release(session, region) for region in regionen):
        ids = [id for kind, id in library.contents(session, release_id).items if kind == "process"]
        found |= {id: words for id in ids if (words := _property(session, release_id, id, ERZEUGT))}
    return dict(sorted(found.items(), key=lambda one: one[1]))


def _property(session: FallSession, release_id: int, process: str, name: str) -> str:
    """A property of one of the process's own start events."""
    starts = (one for one in library.contents(session, release_id).process(process).elements.values() if one.type == "startEvent" and one.parent is None)
    return next((one.properties[name] for one in starts if name in one.properties), "")


def number_persons(personen: list[dict[str, Any]]) -> None:
    """Give each person of a household the id by which diagrams know it: P1, P2 …"""
    for number, person in enumerate(filter(None, personen), start=1):
        person.setdefault("person_id", f"P{number}")


def new_fall(session: FallSession, region: str, bezeichnung: str, *, eroeffnet_am: date | None = None) -> Fall:
    """A case with the next number, in which nothing runs yet."""
    today = session.now.astimezone(ZURICH).date()
    # Its number comes from its id, which only the database gives; nobody else sees the one in between.
    fall = Fall(fall_nr=f"neu-{uuid4().hex[:16]}", region=region, bezeichnung=bezeichnung, eroeffnet_am=eroeffnet_am or today)
    session.add(fall)
    session.flush()
    fall.fall_nr = f"{today.year}-{fall.id:05d}"
    return fall


def start_instance(
    session: FallSession, fall: Fall, process: str, variables: Mapping[str, Any], *, act: Act, at: str | None = None, neben: bool = False, release_id: int | None = None
) -> Instanz:
    """Run a process of the release in force in its region (or of ``release_id``) for a case to its first waits, from its start event or from the element ``at``.

    ``neben``: it runs beside the case's own process. Besides ``variables`` it knows ``fall_nr`` and ``region``.
    """
    release_id = release_id or library.latest_release(session, fall.region)
    version = library.contents(session, release_id).version(process)
    instanz = Instanz(
        fall=fall, region=fall.region, release_id=release_id, process=process, version=version, state="", started_at=session.now, neben=neben
    )
    session.add(instanz)
    session.flush()
    runtime = library.runtime(session, release_id, fall.region)
    values = {**variables, "fall_nr": fall.fall_nr, "region": region_of(fall.region)}
    step = runtime.start(runtime.find(process, version), values, key=instanz.key, at=at)
    settle(session, instanz, step, replace(act, values=values), runtime)
    return instanz


def own_instance(session: FallSession, fall_id: int | None) -> Instanz:
    """The instance that is the case itself, or what runs instead of it; not locked.

    Raises:
        NotFound: there is none in the regions of this session.
    """
    query = select(Instanz).where(Instanz.fall_id == fall_id).order_by(Instanz.neben, Instanz.nummer.desc()).limit(1)
    instanz = session.scalar(query)
    if instanz is None:
        raise NotFound("Der Fall")
    return instanz


def case_variables(session: FallSession, instanz: Instanz) -> dict[str, Any]:
    """What the case knows: its own variables, not those of single steps."""
    return library.runtime(session, instanz.release_id, instanz.region).variables(instanz.state)


def ref(instanz: Instanz) -> CaseRef:
    return CaseRef(instanz.fall_id, instanz.fall.fall_nr, instanz.key)
