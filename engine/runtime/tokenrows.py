"""The token rows of one workflow in a saved state, while it goes from one spec to another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.model.step import Event
from engine.runtime.events import BoundaryEvent, Catch

SPLIT = "BoundaryEventSplit"
_ENDINGS = (f".{SPLIT}", ".BoundaryEventJoin", " [child]", "")
# ``[number, element, state, parent, data]``, see engine.runtime.codec.
Row = list[Any]


class Rows:
    """``all`` is the state's own list, changed in place; ``old`` and ``new`` are the specs of the workflow."""

    def __init__(self, rows: list[Row], old: Any, new: Any):
        self.all, self.old, self.new = rows, old, new

    def tokens(self) -> list[Row]:
        """Where the workflow stands: no splits, no iterations, no boundary events."""
        return [row for row in self.all if row[2] != TaskState.COMPLETED and "loop" not in row[4] and not self._is_event(row)]

    def events_of(self, row: Row) -> list[Row]:
        """The boundary events beside an activity, and the split above them."""
        split = next((one for one in self.all if one[0] == row[3] and one[1].endswith(SPLIT)), None)
        if split is None:
            return []
        return [*(one for one in self.all if one[3] == split[0] and one is not row), split]

    def gate_of(self, row: Row) -> list[Row]:
        """The alternatives behind one event gateway; empty for anything else."""
        gate = row[4].get("gate")
        return [one for one in self.all if gate is not None and one[4].get("gate") == gate]

    def rename(self, row: Row, workflow: str, mapping: Mapping[str, str]) -> None:
        """The row's new element, and at a join the branch it came by, whose last node changes when a step gains boundary events."""
        row[1] = renamed(row[1], workflow, mapping)
        if "via" in row[4]:
            via = renamed(row[4]["via"], workflow, mapping)
            branches = self.new.task_specs[row[1]]._inputs if row[1] in self.new.task_specs else ()
            row[4]["via"] = next((one for one in branches if one != via and via not in branches and host_of(one) == host_of(via)), via)

    def put_ready(self, number: int, name: str, place: int) -> None:
        """A token that the next step runs."""
        self.all.insert(place, [number, name, TaskState.READY, None, {}])

    def remove(self, numbers: set[int]) -> None:
        self.all[:] = [row for row in self.all if row[0] not in numbers]

    def drop_unheard(self, before: Mapping[int, str], event: Callable[[Row], list[Event]]) -> list[Event]:
        """Forget splits whose activity has no boundary events any more, and catchers of errors and escalations that the new version lacks."""
        cancelled = []
        for split in [row for row in self.all if row[1].endswith(f".{SPLIT}") and row[2] == TaskState.COMPLETED]:
            outputs = self.new.task_specs[split[1]]._outputs if split[1] in self.new.task_specs else ()
            for row in [one for one in self.all if one[3] == split[0] and is_quiet(self.old.task_specs.get(before.get(one[0], "")))]:
                if row[1] not in outputs:
                    cancelled += event([row[0], before[row[0]], *row[2:]])
                    self.remove({row[0]})
            if split[1] not in self.new.task_specs:
                self._reparent(split)
        return cancelled

    def _reparent(self, split: Row) -> None:
        for row in self.all:
            if row[3] == split[0]:
                row[3] = split[3]
        self.remove({split[0]})

    def _is_event(self, row: Row) -> bool:
        return is_boundary(self.new.task_specs.get(row[1]) or self.old.task_specs.get(row[1]))


def is_boundary(spec: Any) -> bool:
    return isinstance(spec, BoundaryEvent)


def is_quiet(spec: Any) -> bool:
    """A boundary event that only something inside its activity can wake: nobody outside waits for it."""
    return isinstance(spec, BoundaryEvent) and spec.event_definition.kind in ("error", "escalation")


def is_catch(spec: Any) -> bool:
    return isinstance(spec, Catch)


def host_of(name: str) -> str:
    """The element a name made by the library stands for: ``a.BoundaryEventSplit`` and ``a [child]`` are ``a``."""
    return next(name.removesuffix(ending) for ending in _ENDINGS if name.endswith(ending))


def renamed(name: str, workflow: str, mapping: Mapping[str, str]) -> str:
    """The new name of a row, whatever the library put behind the element's id."""
    if name.endswith(".EndJoin"):
        return f"{mapping.get(workflow, workflow)}.EndJoin"
    host = host_of(name)
    return mapping.get(host, host) + name.removeprefix(host)
