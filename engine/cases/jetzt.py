"""What a task's form shows as of now instead of as of the day the task came.

The property ``jetzt`` of a user task names steps of its process that only look, such as counting and deciding. Whenever somebody opens or
sends the form, they look again, one after the other, and then the task's own inputs: for the form alone, the case itself stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from engine.definitions.elements import JETZT, names
from engine.runtime import Runtime
from engine.store import library
from engine.store.session import FallSession
from engine.store.tables import Aufgabe, Instanz


def visible_now(session: FallSession, instanz: Instanz, aufgabe: Aufgabe) -> dict[str, Any]:
    """The variables that an open task sees, with what its diagram wants of now."""
    runtime = library.runtime(session, instanz.release_id, instanz.region)
    seen = runtime.visible(instanz.state, [aufgabe.key])[aufgabe.key]
    element = library.contents(session, instanz.release_id).element(aufgabe.process, aufgabe.element, aufgabe.process_version)
    if element is None or JETZT not in element.properties:
        return seen
    definition = runtime.find(aufgabe.process, aufgabe.process_version)
    for step in names(element.properties[JETZT]):
        seen |= _looked(session, instanz.region, runtime, definition.extensions(step), seen)
    return seen | _evaluated(runtime, definition.extensions(aufgabe.element).get("inputs", ()), seen)


def _looked(session: FallSession, region: str, runtime: Runtime, step: Mapping[str, Any], seen: Mapping[str, Any]) -> dict[str, Any]:
    """What a step finds now, under the name that the diagram gives it."""
    if called := step.get("decision"):
        return {called["result"]: runtime.decide(called["id"], {**seen, **_evaluated(runtime, step.get("inputs", ()), seen)})}
    return standing_at(session, region, step["headers"])


def _evaluated(runtime: Runtime, inputs: list[tuple[str, str]], seen: Mapping[str, Any]) -> dict[str, Any]:
    texts = [(target, text.removeprefix("=")) for target, text in inputs]
    return dict(zip([target for target, _ in texts], runtime.feel.evaluate_all([text for _, text in texts], seen, now=runtime.now), strict=True))


def standing_at(session: FallSession, region: str, headers: Mapping[str, str]) -> dict[str, Any]:
    """How many cases of the region stand at the task ``element`` of ``prozess`` now, as ``belegt``."""
    query = select(func.count()).select_from(Aufgabe).where(
        Aufgabe.region == region, Aufgabe.zustand == "CREATED", Aufgabe.process == headers["prozess"], Aufgabe.element == headers["element"]
    )  # fmt: skip
    return {"belegt": session.scalar(query) or 0}
