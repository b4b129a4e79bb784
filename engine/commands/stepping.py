"""The one way a case moves: load under a lock, run one command, save everything that follows from it."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

from sqlalchemy import select

from engine.cases.projection import project
from engine.model.access import PROBELAUF
from engine.model.errors import NotFound, NotWaiting
from engine.model.step import Step
from engine.runtime import Command, Runtime, fire, until
from engine.store import library
from engine.store.session import FallSession
from engine.store.steps import Act, Person, locked, save_step
from engine.store.tables import Instanz, Probelauf, Subscription

INSTANCE = 10**9
def lock(session: FallSession, nummer: int) -> Instanz:
    """The instance with its Fall, both locked until the transaction ends. Every command locks it first, so that two never wait for each other.

    Raises:
        NotFound: there is none in the regions of this session.
    """
    instanz = locked(session, nummer)
    if instanz is None:
        raise NotFound("Der Fall")
    return instanz


def instance_number(key: int) -> int:
    """Which instance a published key belongs to."""
    return key // INSTANCE


def advance(session: FallSession, instanz: Instanz, command: Command, act: Act) -> Step:
    """Run one runtime command on a locked instance and save the outcome; signals it throws reach the other cases of the region.

    Raises:
        NotWaiting: the case is over, or nothing waits under the command's key.
    """
    if instanz.zustand != "active":  # the runtime would still write variables or stop what has ended
        raise NotWaiting(act.key or instanz.key)
    runtime = library.runtime(session, instanz.release_id, instanz.region)
    if instanz.region == PROBELAUF and (last := session.get_one(Probelauf, instanz.nummer).ends_after):
        command = until(last, command)
    step = runtime.apply(instanz.state, command)
    settle(session, instanz, step, act, runtime)
    for signal in step.signals:
        _broadcast(session, instanz, signal)
    return step


def settle(session: FallSession, instanz: Instanz, step: Step, act: Act, runtime: Runtime) -> None:
    """Save a step that was just made for this instance."""
    contents = library.contents(session, instanz.release_id)
    fresh = {event.key for event in step.events}
    save_step(session, instanz, step, act, contents=contents, persons=persons_of(instanz, step, runtime, fresh))
    if instanz.region != PROBELAUF:  # made-up data describes no household
        written = {change.name for change in step.changes if change.scope == instanz.key}
        project(session, instanz, contents.process(instanz.process), step, written)
    session.flush()


def persons_of(instanz: Instanz, step: Step, runtime: Runtime, keys: Container[int]) -> dict[int, Person]:
    """Tasks of a process called for one person are for that person: its variable ``person`` says who. Only for the tasks in ``keys``."""
    wanted = [wait.key for wait in step.waits if wait.kind == "user task" and wait.process != instanz.process and wait.key in keys]
    if not wanted:
        return {}
    seen = {key: values.get("person") for key, values in runtime.visible(step.state, wanted).items()}
    return {key: _person(person) for key, person in seen.items() if person and isinstance(person, Mapping)}


def _person(values: Mapping[str, Any]) -> Person:
    return Person(str(values.get("person_id", "")), f"{values.get('vorname', '')} {values.get('name', '')}".strip())


def _broadcast(session: FallSession, thrower: Instanz, name: str) -> None:
    waiting = session.execute(
        select(Subscription.instanz_nummer, Subscription.key, Subscription.element)
        .where(Subscription.kind == "signal", Subscription.name == name, Subscription.region == thrower.region)
        .where(Subscription.instanz_nummer != thrower.nummer)
        .order_by(Subscription.instanz_nummer, Subscription.key)
    ).all()
    for nummer, key, element in waiting:
        try:
            advance(session, lock(session, nummer), fire(key), Act("signal", key, element, name=name))
        except NotWaiting:  # an earlier catch of the same signal ended this one
            continue
