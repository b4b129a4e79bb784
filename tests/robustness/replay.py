"""A case played anew from its history alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import select

from engine import runtime
from engine.model.step import Step
from engine.runtime import Command
from engine.store import library
from engine.store.session import FallSession
from engine.store.tables import Instanz, Verlauf

# What only people see; no token moves.
BESIDE = ("claim", "unclaim")


def replay(session: FallSession, instanz: Instanz) -> Iterator[tuple[Verlauf, Step]]:
    """Each row of history that moved the case, with what the runtime makes of it when it starts from nothing."""
    state = None
    for row in session.scalars(select(Verlauf).where(Verlauf.instanz_nummer == instanz.nummer).order_by(Verlauf.id)):
        if row.command in BESIDE or _is_left_to_retry(row):
            continue
        session.now = row.at
        running = library.runtime(session, instanz.release_id, instanz.region)
        if state is None:
            step = running.start(running.find(instanz.process, instanz.version), row.values or {}, key=instanz.key)
        else:
            step = running.apply(state, COMMANDS[row.command](row))
        state = step.state
        yield row, step


def _is_left_to_retry(row: Verlauf) -> bool:
    return row.command == "fail_job" and (row.values or {})["retries"] > 0


def _corrected(row: Verlauf) -> Command:
    # Written into exactly the scope it was asked for: then it was either local or would have come out the same.
    local = all(change[0] == row.element_key for change in row.changes)
    return runtime.set_variables(row.element_key or 0, row.values or {}, local=local)


COMMANDS: dict[str, Callable[[Any], Command]] = {
    "complete_task": lambda row: runtime.complete(row.element_key, row.values),
    "complete_job": lambda row: runtime.complete(row.element_key, row.values or {}),
    "fail_job": lambda row: runtime.fail(row.element_key, 0, row.values["message"]),
    "throw_job_error": lambda row: runtime.throw_error(row.element_key, row.values["code"]),
    "fire_timer": lambda row: runtime.fire(row.element_key),
    "signal": lambda row: runtime.fire(row.element_key),
    "correlate": lambda row: runtime.fire(row.element_key, row.values),
    "resolve_incident": lambda row: runtime.resolve(row.element_key),
    "set_variables": _corrected,
    "cancel_case": lambda row: runtime.cancel(),
}
