"""Bring the rows that stand for what a case waits for back in line with its state; the state is what counts."""

from __future__ import annotations

from sqlalchemy import update

from engine.commands.stepping import lock, persons_of
from engine.queries.consistency import step_of
from engine.store import library
from engine.store.audit import log
from engine.store.session import FallSession
from engine.store.steps import Act, forget_open, save_step
from engine.store.tables import Aufgabe


def repair(session: FallSession, nummer: int) -> None:
    """Write missing rows of an instance's open tasks, deadlines, messages and jobs, and remove those that its state does not know.

    A deadline that was missing is computed anew from now. The history tells that it was done.

    Raises:
        NotFound: there is no such instance.
    """
    instanz = lock(session, nummer)
    step = step_of(session, instanz)
    runtime = library.runtime(session, instanz.release_id, instanz.region)
    waiting = {wait.key for wait in step.waits}
    if not step.completed:
        instanz.zustand, instanz.ended_at = "active", None
    instanz.has_incident = True  # so that the rows of incidents are looked at, too
    session.execute(
        update(Aufgabe)
        .where(Aufgabe.instanz_nummer == nummer, Aufgabe.key.in_(waiting), Aufgabe.zustand != "CREATED")
        .values(zustand="CREATED", completed_at=None, completed_by=None)
    )
    session.flush()
    forget_open(session)
    save_step(
        session,
        instanz,
        step,
        Act("repair", name="Offenes nach dem Zustand berichtigt"),
        contents=library.contents(session, instanz.release_id),
        persons=persons_of(instanz, step, runtime, waiting),
    )
    log(session, "write", f"repair {nummer}", fall_id=instanz.fall_id, region=instanz.region)
