"""Gateways. Joins ask no ancestors: an arrived token waits and remembers where it came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs.mixins import ExclusiveGatewayMixin, InclusiveGatewayMixin
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.model.errors import Trouble
from engine.runtime.elements import Element

if TYPE_CHECKING:
    from engine.runtime.case import Case

_LIVE = TaskState.WAITING | TaskState.READY | TaskState.STARTED


class Choice(Element):
    """A gateway whose conditions choose among its outgoing flows."""

    def enter(self, case: Case, task: Task) -> bool:
        chosen = self.choose(case, task)
        if not chosen:
            raise Trouble("CONDITION_ERROR", "Keine Bedingung der ausgehenden Flüsse ist erfüllt, und es gibt keinen Standardfluss.")
        task.internal_data["chosen"] = chosen
        return True

    def choose(self, case: Case, task: Task) -> list[str]:
        """Names of the successors; empty when none applies."""
        raise NotImplementedError

    def successors(self, task: Task) -> list[Any]:
        return [self._wf_spec.task_specs[name] for name in task.internal_data["chosen"]]

    def conditional(self) -> list[tuple[str, str]]:
        """Condition and successor of each conditional flow, in the order of the file."""
        return [(condition.args[0], name) for condition, name in self.cond_task_specs if condition is not None]


class ExclusiveGateway(Choice, ExclusiveGatewayMixin):
    type = "EXCLUSIVE_GATEWAY"

    def choose(self, case: Case, task: Task) -> list[str]:
        """The first true flow. Conditions behind it do not matter, not even faulty ones."""
        flows = self.conditional()
        answers = case.values(task, [condition for condition, _ in flows])
        for (condition, name), answer in zip(flows, answers, strict=True):
            if case.is_true(task, condition, answer):
                return [name]
        return [self.default_task_spec] if self.default_task_spec else []


class InclusiveGateway(Choice, InclusiveGatewayMixin):
    type = "INCLUSIVE_GATEWAY"

    def choose(self, case: Case, task: Task) -> list[str]:
        flows = self.conditional()
        answers = case.values(task, [condition for condition, _ in flows])
        chosen = [name for (condition, name), answer in zip(flows, answers, strict=True) if case.is_true(task, condition, answer)]
        return chosen or [name for condition, name in self.cond_task_specs if condition is None]

    def _update_hook(self, task: Task) -> bool:
        return bool(task.workflow.top_workflow.join(task, self._may_fire))

    def _may_fire(self, task: Task, arrived: Mapping[str, Task]) -> bool:
        """Wait while a token elsewhere can still reach an empty incoming flow and none that is already taken."""
        empty = [name for name in self._inputs if name not in arrived]
        if not empty:
            return True
        reach_empty = upstream(self._wf_spec, empty, self.name)
        reach_taken = upstream(self._wf_spec, arrived, self.name)
        return not any(other.task_spec.name in reach_empty - reach_taken for other in self._elsewhere(task))

    def _elsewhere(self, task: Task) -> list[Task]:
        return [
            other
            for other in task.workflow.tasks.values()
            if other.has_state(_LIVE) and other.task_spec is not self and "loop" not in other.internal_data
        ]


class ParallelGateway(Element):
    type = "PARALLEL_GATEWAY"

    def _update_hook(self, task: Task) -> bool:
        return bool(task.workflow.top_workflow.join(task, self._may_fire))

    def _may_fire(self, task: Task, arrived: Mapping[str, Task]) -> bool:
        return arrived.keys() >= set(self._inputs)


class EventBasedGateway(Element):
    """Every following catch event is a task of its own with its own request; the first to fire cancels the others."""

    type = "EVENT_BASED_GATEWAY"

    def _spread(self, case: Case, task: Task) -> None:
        """Which flow was taken is known only when an event fires."""
        task._sync_children(self.outputs, TaskState.FUTURE)


def upstream(spec: Any, names: Iterable[str], barrier: str) -> set[str]:
    """Names of all specs from which one of ``names`` can be reached without passing ``barrier``."""
    seen: set[str] = set()
    todo = list(names)
    while todo:
        name = todo.pop()
        if name not in seen and name != barrier:
            seen.add(name)
            todo.extend(spec.task_specs[name]._inputs)
    return seen
