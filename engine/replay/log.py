"""An event log: cases, their events in order, and what was wrong with the file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from engine.model.errors import FallflussError

COMPLETE = "complete"
# What a compressed file may become.
MOST_BYTES = 8 << 30
# The key under which our own exports keep the id of a BPMN element; other tools' spellings of the same.
ELEMENT = "fallfluss:element"
ELEMENT_KEYS = (ELEMENT, "element_id", "elementId", "elementid")


# Called with how many bytes of a file were read so far.
Progress = Callable[[int], None]


class LogUnreadable(FallflussError):
    """The file is no event log, or no columns of it can be understood."""


@dataclass(frozen=True)
class Problem:
    """One row or value that was left out. ``line`` counts from 1, as editors do."""

    line: int
    reason: str
    about: str = ""
    """The meaning of the column that is to blame (``timestamp``), where it is one."""


class Id(str):
    """A value that XES types as ``id``."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Nested:
    """A value that has attributes of its own."""

    value: Any
    inner: Mapping[str, Any]


class Event:
    """Something that happened. ``attributes`` hold everything the file says besides, by its keys there.

    Tables hand over names and cells instead: a million dicts that most readers never look into would cost more than reading the file.
    """

    __slots__ = ("_given", "activity", "at", "lifecycle")

    def __init__(
        self, activity: str, at: datetime | None, lifecycle: str = COMPLETE, attributes: dict[str, Any] | tuple[Sequence[str], Sequence[Any]] | None = None
    ):
        self.activity = activity
        self.at = at
        self.lifecycle = lifecycle
        self._given = attributes

    @property
    def attributes(self) -> dict[str, Any]:
        given = self._given
        if isinstance(given, dict):
            return given
        made = {} if given is None else attributes(*given)
        self._given = made
        return made

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Event):
            return NotImplemented
        return (self.activity, self.at, self.lifecycle, self.attributes) == (other.activity, other.at, other.lifecycle, other.attributes)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Event({self.activity!r}, {self.at!r}, {self.lifecycle!r}, {self.attributes!r})"

    @property
    def element(self) -> str:
        """The id of the BPMN element; the name of the activity where the log knows no ids."""
        return next((str(self.attributes[key]) for key in ELEMENT_KEYS if self.attributes.get(key)), self.activity)


TRUTHS: Mapping[str, Any] = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
TRUE_AND_FALSE = frozenset(TRUTHS)


def attributes(names: Sequence[str], cells: Sequence[Any]) -> dict[str, Any]:
    """What cells say, without the empty ones."""
    if "" in cells or not TRUE_AND_FALSE.isdisjoint(cells):
        return {name: TRUTHS.get(cell, cell) for name, cell in zip(names, cells, strict=True) if cell != ""}
    return dict(zip(names, cells, strict=True))


@dataclass(slots=True)
class Case:
    id: str
    events: list[Event] = field(default_factory=list)
    attributes: dict[str, Any] = field(default_factory=dict)

    def in_order(self) -> None:
        """By time; the order of the file decides ties and places events without a time after what stands before them."""
        if all(event.at is not None for event in self.events):
            self.events.sort(key=lambda event: event.at)  # type: ignore[arg-type, return-value]


@dataclass(slots=True)
class Log:
    cases: list[Case]
    attributes: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def variants(self, *, match: str, lifecycle: str | None = None) -> Counter[tuple[str, ...]]:
        """Each sequence of activities and how many cases went that way, the most frequent first.

        ``match`` is id or name; ``lifecycle`` the transition that counts as having done something, by default whatever says "complete".
        """
        wanted = lifecycle or self.usual_lifecycle()
        return Counter(sequence(case, match=match, lifecycle=wanted) for case in self.cases)

    def usual_lifecycle(self) -> str:
        """``complete``, unless the log has other transitions only; then the most frequent one."""
        seen = Counter(event.lifecycle for case in self.cases for event in case.events)
        return COMPLETE if seen[COMPLETE] or not seen else seen.most_common(1)[0][0]


class Receiver(Protocol):
    """Takes a log event by event, as it is read, so that nothing of it need be kept. ``case`` is a key of the case in this log."""

    def event(self, case: Hashable, event: Event) -> None: ...

    def case(self, case: Hashable, id: str, attributes: Mapping[str, Any]) -> None:
        """What is known of a case; told before or after its events, and oftener than once."""

    def append(self, problem: Problem) -> None:
        """Something was left out."""


def sequence(case: Case, *, match: str, lifecycle: str) -> tuple[str, ...]:
    """The labels of a case's events of one lifecycle transition."""
    if match == "id":
        return tuple(event.element for event in case.events if event.lifecycle == lifecycle)
    return tuple(event.activity for event in case.events if event.lifecycle == lifecycle)


def from_traces(traces: Iterable[Iterable[str]]) -> Log:
    """A log without times, for tests and comparisons."""
    return Log([Case(str(number), [Event(name, None) for name in trace]) for number, trace in enumerate(traces)])
