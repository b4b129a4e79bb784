"""The body around the iterations of a multi-instance activity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.model.errors import Trouble
from engine.runtime import request
from engine.runtime.elements import LEAVING, Element

if TYPE_CHECKING:
    from engine.runtime.case import Case


class MultiInstance(Element):
    """Each iteration is a triggered child of ``task_spec`` with a scope of its own; results are collected in input order."""

    type = "MULTI_INSTANCE_BODY"

    def __init__(self, wf_spec: Any, bpmn_id: str, *, loop: Mapping[str, str], mode: str, **kwargs: Any):
        super().__init__(wf_spec, bpmn_id, **kwargs)
        self.loop = loop
        self.is_sequential = mode == "sequential"
        self.task_spec = ""

    def enter(self, case: Case, task: Task) -> bool:
        items = case.values(task, [self.loop["input"]])[0]
        if not isinstance(items, list):
            raise request.wrong("Die Liste der Mehrfachausführung (inputCollection)", items, "eine Liste")
        local = task.internal_data
        local.update(count=len(items), done=0, gone=0)
        if self.loop["output"]:
            case.variables.open(local["key"], case.enclosing(task), {self.loop["output"]: [None] * len(items)})
        first = items[:1] if self.is_sequential else items
        local["todo"] = items[len(first) :]
        for index, item in enumerate(first):
            self._start(case, task, index, item)
        return not items

    def _start(self, case: Case, task: Task, index: int, item: Any) -> None:
        child = task._add_child(task.workflow.spec.task_specs[self.task_spec], TaskState.FUTURE)
        child.triggered = True
        child.internal_data["loop"] = index
        case.open(child)
        case.variables.open(child.internal_data["key"], case.scope_of(task), self._locals(index, item))
        child.task_spec._update(child)

    def _locals(self, index: int, item: Any) -> dict[str, Any]:
        """Variables of one iteration. Its output element is declared, so that the result stays inside."""
        values: dict[str, Any] = {"loopCounter": index + 1}
        if self.loop["item"]:
            values[self.loop["item"]] = item
        element = self.loop["element"].removeprefix("=").strip()
        if element.isidentifier():
            values.setdefault(element, None)
        return values

    def collect(self, case: Case, task: Task, child: Task) -> None:
        """Take over one iteration's result; finish when all are done or the completion condition holds."""
        local = task.internal_data
        counts = self._counts(local, done=local["done"] + 1, gone=local["gone"])
        element, answer = case.values(child, [self.loop["element"] or None, self.loop["condition"] or None], counts)
        enough = bool(self.loop["condition"]) and case.is_true(child, self.loop["condition"], answer)
        if self.loop["output"]:
            self._take_over(case, local["key"], child.internal_data["loop"], element, local["count"])
        local["done"] += 1
        if enough:
            self._finish(task, child)
        else:
            self._go_on(case, task, child)

    def lost(self, case: Case, task: Task, child: Task) -> None:
        """An iteration was taken away from outside; it counts as terminated and leaves null in the result."""
        task.internal_data["gone"] += 1
        self._go_on(case, task, child)

    def _counts(self, local: Mapping[str, Any], *, done: int, gone: int) -> dict[str, int]:
        active = min(1, len(local["todo"])) if self.is_sequential else local["count"] - done - gone
        return {
            "numberOfInstances": local["count"],
            "numberOfCompletedInstances": done,
            "numberOfTerminatedInstances": gone,
            "numberOfActiveInstances": active,
        }

    def _take_over(self, case: Case, body: int, index: int, element: Any, count: int) -> None:
        name = self.loop["output"]
        held = case.variables.local(body)[name]
        if not isinstance(held, list) or len(held) != count:
            raise Trouble("EXTRACT_VALUE_ERROR", f"Die Ergebnisliste «{name}» wurde während der Mehrfachausführung überschrieben.")
        case.variables.write(body, {name: [*held[:index], element, *held[index + 1 :]]})

    def _go_on(self, case: Case, task: Task, last: Task) -> None:
        local = task.internal_data
        over = local["done"] + local["gone"]
        if over == local["count"]:
            self._finish(task, last)
        elif self.is_sequential:
            self._start(case, task, over, local["todo"].pop(0))

    def _finish(self, task: Task, last: Task) -> None:
        for other in task.children:
            if other is not last and "loop" in other.internal_data and not other.has_state(TaskState.FINISHED_MASK):
                other.cancel()
        task.internal_data["stage"] = LEAVING
        task._set_state(TaskState.READY)

    def leave(self, case: Case, task: Task) -> None:
        key = task.internal_data["key"]
        if self.loop["output"] and key in case.variables.scopes:
            case.variables.propagate(case.enclosing(task), dict(case.variables.local(key)))
