"""What comes from outside: timers that are due, messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from engine.cases.feldgruppen import sicht
from engine.cases.formkontext import form_context
from engine.commands.cases import CaseRef, case_variables, own_instance, ref
from engine.commands.starts import start_by_message
from engine.commands.stepping import advance, instance_number, lock
from engine.definitions import feel
from engine.definitions.forms import Form
from engine.model.errors import NobodyWaits, NotFound, NotWaiting
from engine.queries.ereignisse import Ereignis, ereignis
from engine.runtime import fire
from engine.store import library
from engine.store.audit import log
from engine.store.session import FallSession
from engine.store.steps import Act, locked_with
from engine.store.tables import Fall, Meldung, Subscription, Timer


def fire_timer(session: FallSession, key: int) -> None:
    """Fire a timer that is due.

    Raises:
        NotWaiting: it fired already, or its element is gone.
    """
    instanz, timer = locked_with(session, instance_number(key), Timer, key)
    if instanz is None or timer is None:
        raise NotWaiting(key)
    element = library.contents(session, instanz.release_id).element(timer.process, timer.element)
    name = (element.name if element else "") or timer.element
    advance(session, instanz, fire(key), Act("fire_timer", key, timer.element, name, fired=timer))


def correlate(
    session: FallSession,
    name: str,
    correlation: str,
    variables: Mapping[str, Any] | None = None,
    *,
    message_id: str | None = None,
    region: str | None = None,
) -> CaseRef:
    """Hand a message to the case that waits for it longest. The same ``message_id`` again changes nothing.

    With ``region`` only cases of that one count. Where none waits but a released process starts with this message, it opens a case in the region that ``variables`` name.

    Raises:
        NobodyWaits: no open subscription of this name and correlation in the regions of the session, and no start event.
        FormInvalid, NotFound, NotAllowed: it would open a case, but the region is missing, unknown, or not the sender's to open cases in.
    """
    found = _subscription(session, name, correlation, region)
    instanz = lock(session, found.instanz_nummer) if found else None
    # Only now: whoever held the lock may have delivered the same message.
    if message_id and (known := session.get(Meldung, message_id)):
        return ref(own_instance(session, known.fall_id))
    found = _subscription(session, name, correlation, region)
    if found is None:
        opened = None if region else start_by_message(session, name, variables or {}, message_id=message_id)
        if opened is None:
            raise NobodyWaits(name, correlation)
        return opened
    if instanz is None or found.instanz_nummer != instanz.nummer:
        raise NobodyWaits(name, correlation)
    if message_id:
        session.add(Meldung(message_id=message_id, name=name, fall_id=instanz.fall_id, at=session.now))
    act = Act("correlate", found.key, found.element, name, values=dict(variables or {}))
    advance(session, instanz, fire(found.key, dict(variables or {})), act)
    log(session, "write", f"correlate {name}", fall_id=instanz.fall_id, region=instanz.region)
    return ref(instanz)


def event_form(session: FallSession, found: Ereignis) -> Form | None:
    """The form that the diagram names for reporting this event, if any, as this person sees it."""
    contents = library.contents(session, found.release_id)
    return sicht(session.access, found.region, contents).form(contents.form(found.form_id)) if found.form_id else None


def event_context(session: FallSession, fall_nr: str, form: Form) -> dict[str, Any]:
    """What that form sees: the case's variables and the parameters."""
    fall = session.scalar(select(Fall).where(Fall.fall_nr == fall_nr))
    if fall is None:
        raise NotFound(f"Der Fall {fall_nr}")
    seen = sicht(session.access, fall.region)
    return form_context(session, form, fall.region, seen.redacted(case_variables(session, own_instance(session, fall.id))))


def report_event(session: FallSession, fall_nr: str, key: int, raw: Mapping[str, Any], *, message_id: str | None = None) -> CaseRef:
    """Report what happened to a case, with the form of the event that waits for it. The same ``message_id`` again changes nothing.

    Raises:
        NotFound: the case does not wait for it, or is not the person's to see.
        FormInvalid: the form's rules are not met; nothing was stored.
    """
    if message_id and (known := session.get(Meldung, message_id)):
        return ref(own_instance(session, known.fall_id))
    found = ereignis(session, fall_nr, key)
    form = event_form(session, found)
    values = form.validate(raw, event_context(session, fall_nr, form), feel=feel.shared(), now=session.now) if form else dict(raw)
    return correlate(session, found.name, found.correlation, values, message_id=message_id)


def _subscription(session: FallSession, name: str, correlation: str, region: str | None) -> Subscription | None:
    asked = [Subscription.kind == "message", Subscription.name == name, Subscription.correlation == correlation]
    return session.scalar(
        select(Subscription)
        .where(*asked, *([Subscription.region == region] if region else []))
        .order_by(Subscription.created_at, Subscription.key)
        .limit(1)
        .execution_options(populate_existing=True)
    )

