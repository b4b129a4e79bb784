"""Cases begin and are stopped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from engine.cases.formkontext import form_context
from engine.cases.projection import household
from engine.commands.stepping import advance, lock, settle
from engine.definitions import feel
from engine.definitions.forms import Form
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


@dataclass(frozen=True)
class CaseRef:
    fall_id: int
    fall_nr: str
    instanz_key: int


def start_form(session: FallSession, process: str = PROCESS) -> Form | None:
    """The form that the process's start event carries in the latest release, if any."""
    return _start_form(session, library.latest_release(session), process)


def _start_form(session: FallSession, release_id: int, process: str) -> Form | None:
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
        return _ref(_case(session, known.fall_id))
    _may_open(session, region)
    # Asked once: a release that comes meanwhile must not give this case a form and a diagram that do not belong together.
    release_id = library.latest_release(session)
    form = _start_form(session, release_id, process)
    values = form.validate(raw, form_context(session, form, region), feel=feel.shared(), now=session.now) if form else dict(raw)
    instanz = _new_instance(session, region, process, values, release_id=release_id)
    if request_id:
        session.add(Meldung(message_id=request_id, name="open_case", fall_id=instanz.fall_id, at=session.now))
    log(session, "write", "open_case", fall_id=instanz.fall_id, region=region)
    _begin(session, instanz, values, Act("open_case", name="Fall eröffnet"))
    return _ref(instanz)


def start_case(session: FallSession, region: str, at: Ausloeser, values: Mapping[str, Any], act: Act) -> CaseRef:
    """Open a case at a start event that a message or a timer triggered, in its release; no form is filled in.

    Raises:
        NotFound: there is no such region.
        NotAllowed: no role in that region that may open cases.
    """
    _may_open(session, region)
    raw = dict(values)
    instanz = _new_instance(session, region, at.process, raw, release_id=at.release_id)
    log(session, "write", act.command, fall_id=instanz.fall_id, region=region)
    _begin(session, instanz, raw, act, at=at.element)
    return _ref(instanz)


def cancel_case(session: FallSession, fall_id: int, grund: str) -> None:
    """Stop a case with a reason: all tokens go, the history stays.

    Raises:
        NotAllowed: only the Leitung may.
        NotWaiting: the case is over already.
    """
    instanz = lock(session, _case(session, fall_id).nummer)
    if not session.access.everywhere and not session.access.rollen_in(instanz.region) & set(STOPS):
        raise NotAllowed("Fall abbrechen (nur Leitung)")
    advance(session, instanz, cancel(), Act("cancel_case", name=grund, values={"grund": grund}))
    log(session, "write", "cancel_case", fall_id=fall_id, region=instanz.region)


def _may_open(session: FallSession, region: str) -> None:
    if session.get(Region, region) is None:
        raise NotFound(f"Die Sozialregion «{region}»")
    if not session.access.everywhere and not session.access.rollen_in(region) & set(OPENS):
        raise NotAllowed(f"Fall eröffnen in {region}")


def _new_instance(session: FallSession, region: str, process: str, values: dict[str, Any], *, release_id: int) -> Instanz:
    today = session.now.astimezone(ZURICH).date()
    fall = Fall(fall_nr=f"neu-{id(values)}", region=region, eroeffnet_am=today)
    session.add(fall)
    session.flush()
    fall.fall_nr = f"{today.year}-{fall.id:05d}"
    for number, person in enumerate(values.get("personen") or [], start=1):
        person.setdefault("person_id", f"P{number}")
    fall.bezeichnung = household(values.get("personen") or [])
    instanz = Instanz(
        fall=fall,
        region=region,
        release_id=release_id,
        process=process,
        version=library.contents(session, release_id).version(process),
        state="",
        started_at=session.now,
    )
    session.add(instanz)
    session.flush()
    return instanz


def _begin(session: FallSession, instanz: Instanz, values: dict[str, Any], act: Act, *, at: str | None = None) -> None:
    runtime = library.runtime(session, instanz.release_id, instanz.region)
    variables = {**values, "fall_nr": instanz.fall.fall_nr, "region": instanz.region}
    step = runtime.start(runtime.find(instanz.process, instanz.version), variables, key=instanz.key, at=at)
    settle(session, instanz, step, replace(act, values=variables), runtime)


def _case(session: FallSession, fall_id: int | None) -> Instanz:
    instanz = session.scalar(select(Instanz).where(Instanz.fall_id == fall_id).order_by(Instanz.nummer.desc()).limit(1))
    if instanz is None:
        raise NotFound("Der Fall")
    return instanz


def _ref(instanz: Instanz) -> CaseRef:
    return CaseRef(instanz.fall_id, instanz.fall.fall_nr, instanz.key)
