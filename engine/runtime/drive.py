"""The loop that moves tokens until every one of them waits for the outside or is blocked by an incident."""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.model.errors import Trouble
from engine.runtime.case import Case
from engine.runtime.elements import LEAVING, WAITING, Element
from engine.runtime.events import BoundaryEvent, Catch
from engine.runtime.tokens import LIVE, prune

MAX_RUNS = 10_000


def drive(case: Case) -> None:
    """Run everything that can run. More than ``MAX_RUNS`` elements in one step are taken for an endless loop."""
    runs = 0
    while runs < MAX_RUNS:
        ready = _ready(case)
        if not ready and not _settle(case):
            return
        for task in ready:
            if task.state == TaskState.READY and not case.interrupted:
                _run(task)
                runs += 1
                if runs % case.prune_every == 0:
                    _prune_all(case)
    _stop(case)


def _run(task: Task) -> None:
    if not isinstance(task.task_spec, Element):
        task.task_spec._predict_hook(task)
    task.run()


def _prune_all(case: Case) -> None:
    for workflow in case.workflows():
        prune(workflow)


def _ready(case: Case) -> list[Task]:
    """Ready tasks in the order they were created; after an interruption the boundary event alone, before anything
    inside what it interrupts runs again."""
    ready = [task for workflow in case.workflows() for task in workflow.tasks.values() if task._state == TaskState.READY]
    if case.interrupted:
        case.interrupted = False
        return [task for task in ready if isinstance(task.task_spec, BoundaryEvent) and task.task_spec.cancel_activity] or ready
    return ready


def _settle(case: Case) -> bool:
    """Wake the owners of finished inner workflows, else arm new catch events; True when something became ready."""
    moved = [workflow for workflow in case.workflows() if _is_over(workflow) and _wake(workflow.owner)]
    for task in case.live() if not moved else ():
        if isinstance(task.task_spec, Catch) and task.state == TaskState.WAITING:
            case.arm(task)
    return bool(moved) or case.deliver_late()


def _is_over(workflow: Any) -> bool:
    if not workflow.completed and not any(task._state & LIVE for task in workflow.tasks.values()):
        workflow.completed = True
    return bool(workflow.completed)


def _wake(owner: Task | None) -> bool:
    if owner is None or owner.internal_data["stage"] != WAITING:
        return False
    owner.internal_data["stage"] = LEAVING
    owner._set_state(TaskState.READY)
    return True


def _stop(case: Case) -> None:
    """Block every element that would run on; the library's own nodes still pass their tokens to the next element."""
    trouble = Trouble("RUNAWAY_LOOP", f"Mehr als {MAX_RUNS} Schritte liefen ab, ohne dass jemand handelte.")
    while ready := _ready(case):
        for task in ready:
            if isinstance(task.task_spec, Element):
                task._set_state(TaskState.STARTED)
                case.block(task, trouble)
            elif task.state == TaskState.READY:
                _run(task)
