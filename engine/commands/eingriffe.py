"""Interventions into a single case that need a second person: a token moved, an instance cancelled.

Four eyes: Teamleitung or Leitung of the region proposes with a reason, another of them approves, and one of the two leads.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from engine.commands.stepping import advance, instance_number, lock
from engine.model.errors import FormInvalid, NotAllowed, NotFound, NotWaiting
from engine.queries.eingriffe import ACTS, places
from engine.runtime import cancel, move
from engine.store import library
from engine.store.audit import log
from engine.store.konten import access_of
from engine.store.session import FallSession
from engine.store.steps import Act
from engine.store.tables import Aufgabe, Eingriff, Incident, Instanz, Job, Konto, Subscription, Timer

LEADS = "leitung"
SHORTEST_REASON = 10


def propose_move(session: FallSession, key: int, nach: str, grund: str) -> Eingriff:
    """Propose to take a token from where it waits to the element ``nach`` beside it.

    Raises:
        NotFound: nothing of that key waits in the person's regions.
        NotAllowed: neither Leitung nor Teamleitung there.
        FormInvalid: no reason, or ``nach`` is no place for it.
    """
    instanz = lock(session, instance_number(key))
    _may(session, instanz.region)
    process, element = place(session, key)
    errors = _reason(grund)
    if nach not in places(session, instanz, process, element):
        errors["nach"] = "Wählen Sie, wohin der Fall kommt."
    if errors:
        raise FormInvalid(errors)
    return _add(session, instanz, Eingriff(art="verlegen", key=key, element=element, nach=nach, grund=grund.strip()))


def propose_cancel(session: FallSession, nummer: int, grund: str) -> Eingriff:
    """Propose to stop an instance. Raises as above, and NotWaiting when it is over."""
    instanz = lock(session, nummer)
    _may(session, instanz.region)
    if instanz.zustand != "active":
        raise NotWaiting(instanz.key)
    if errors := _reason(grund):
        raise FormInvalid(errors)
    return _add(session, instanz, Eingriff(art="abbrechen", grund=grund.strip()))


def decide(session: FallSession, id: int, *, grant: bool) -> Eingriff:
    """Approve, which does it at once, or refuse.

    Raises:
        NotFound: no such proposal in the person's regions.
        NotAllowed: the own one, or neither of the two leads.
        NotWaiting: decided already, or the case has gone on; nothing was changed.
    """
    found = session.scalar(select(Eingriff).where(Eingriff.id == id).with_for_update().execution_options(populate_existing=True))
    if found is None:
        raise NotFound("Der Eingriff")
    _may(session, found.region)
    if found.entschieden_am is not None:
        raise NotWaiting(found.key or id)
    if found.by == session.access.konto:
        raise NotAllowed("den eigenen Eingriff bewilligen (vier Augen)")
    if grant and not ({LEADS} & (session.access.rollen_in(found.region) | _rollen(session, found.by, found.region))):
        raise NotAllowed("den Eingriff bewilligen (eine der beiden Personen muss die Leitung sein)")
    if grant:
        _carry_out(session, found)
    found.entschieden_am, found.entschieden_von, found.ist_bewilligt = session.now, session.access.konto, grant
    log(session, "write", f"Eingriff {id} {'bewilligt' if grant else 'verweigert'}", fall_id=found.fall_id, region=found.region)
    return found


def place(session: FallSession, key: int) -> tuple[str, str]:
    """Process and element of what waits under a key.

    Raises:
        NotFound: nothing does.
    """
    for table in (Aufgabe, Timer, Subscription, Job, Incident):
        row: Any = session.get(table, key)
        if row is not None and getattr(row, "zustand", "CREATED") == "CREATED":
            return row.process, row.element
    raise NotFound("Die offene Stelle")


def _carry_out(session: FallSession, found: Eingriff) -> None:
    instanz = lock(session, found.instanz_nummer)
    values = {"grund": found.grund, "beantragt_von": found.by}
    if found.art == "abbrechen":
        advance(session, instanz, cancel(), Act("cancel_case", name=found.grund, values=values))
        return
    assert found.key is not None and found.element is not None and found.nach is not None
    process, _ = place(session, found.key)
    elements = library.contents(session, instanz.release_id).process(process).elements
    name = " → ".join(f"«{elements[one].label}»" for one in (found.element, found.nach))
    act = Act("move", found.key, found.element, name, values={**values, "von": found.element, "nach": found.nach})
    advance(session, instanz, move(found.key, found.nach), act)


def _add(session: FallSession, instanz: Instanz, made: Eingriff) -> Eingriff:
    made.region, made.fall_id, made.instanz_nummer = instanz.region, instanz.fall_id, instanz.nummer
    made.at, made.by = session.now, session.access.konto
    session.add(made)
    session.flush()
    log(session, "write", f"Eingriff {made.id} beantragt: {made.art}", fall_id=made.fall_id, region=made.region)
    return made


def _rollen(session: FallSession, login: str, region: str) -> frozenset[str]:
    konto = session.get(Konto, login)
    return access_of(konto).rollen_in(region) if konto is not None else frozenset()


def _reason(grund: str) -> dict[str, str]:
    return {} if len(grund.strip()) >= SHORTEST_REASON else {"grund": f"Begründen Sie den Eingriff mit mindestens {SHORTEST_REASON} Zeichen."}


def _may(session: FallSession, region: str) -> None:
    if not session.access.rollen_in(region) & set(ACTS):
        raise NotAllowed("Eingriffe (nur Leitung und Teamleitung)")
