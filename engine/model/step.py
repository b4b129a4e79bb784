"""What the runtime takes in and hands out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Wait:
    """Something only the outside can finish.

    ``kind`` is ``user task``, ``job``, ``timer``, ``message`` or ``signal``. ``request`` holds what the element asked for, evaluated:
    for a user task ``formId, assignee, candidateGroups, candidateUsers, dueDate, followUpDate, priority``; for a job
    ``type, retries, headers``; for a timer ``kind`` (date, duration, cycle), ``value`` (ISO text) and ``fired``; for a message
    ``value`` (its name) and ``correlation``. ``process`` and ``version`` say to which definition the element belongs.
    """

    kind: str
    key: int
    element: str
    request: Mapping[str, Any] = field(default_factory=dict)
    process: str = ""
    version: int = 0


@dataclass(frozen=True)
class Incident:
    """An element that cannot go on; ``resolve(key)`` repeats the failed stage."""

    key: int
    element: str
    kind: str
    message: str
    process: str = ""
    version: int = 0


@dataclass(frozen=True)
class Event:
    """One line of history, in the order it happened within the step.

    ``what``: activated, completed, cancelled, armed, incident or taken (a sequence flow, ``element`` being its id).
    ``process`` and ``version`` say to which definition the element belongs.
    """

    what: str
    key: int
    element: str
    type: str
    process: str
    version: int


@dataclass(frozen=True)
class Change:
    """A variable written during a step. ``before`` is None together with ``created`` when the scope did not hold it."""

    scope: int
    name: str
    before: Any
    after: Any
    created: bool


@dataclass(frozen=True)
class Step:
    """The outcome of one command: the whole new state and everything that is open in it."""

    state: str
    waits: tuple[Wait, ...]
    incidents: tuple[Incident, ...]
    events: tuple[Event, ...]
    changes: tuple[Change, ...]
    signals: tuple[str, ...]
    variables: Mapping[str, Any]
    completed: bool
