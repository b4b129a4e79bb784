"""Listeners: jobs before and after the work of an element, one after the other, in the order of the diagram.

A listener that is asked is kept in ``internal_data["listener"]`` with a key of its own; ``heard`` counts those of the same event that
are done. The element stands still meanwhile, and everything else goes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.model.errors import NotWaiting
from engine.runtime import request

if TYPE_CHECKING:
    from engine.runtime.case import Case

START, END, CREATING, ASSIGNING, COMPLETING = "start", "end", "creating", "assigning", "completing"
EXECUTION = (START, END)


def has(task: Task, event: str) -> bool:
    """Whether the diagram names a listener for this event of the element."""
    return event in task.task_spec.extensions.get("listeners", {})


def ask(case: Case, task: Task, event: str) -> bool:
    """Ask the next listener of ``event``; False when all were heard and the element may go on.

    Raises:
        Trouble: its type or number of retries is wrong.
    """
    local = task.internal_data
    wanted = task.task_spec.extensions.get("listeners", {}).get(event, [])
    if event == ASSIGNING and not local["request"].get("assignee"):
        wanted = []
    heard = local.get("heard", 0)
    if heard >= len(wanted):
        local.pop("heard", None)
        return False
    kind, retries = case.values(task, [wanted[heard]["type"], wanted[heard]["retries"]])
    job = request.job(kind, retries, task.task_spec.extensions.get("headers", {}))
    job["kind"] = "EXECUTION_LISTENER" if event in EXECUTION else "TASK_LISTENER"
    local["listener"] = {"event": event, "key": case.next_key(), "request": {**job, "listenerEventType": event.upper()}}
    return True


def asked(case: Case, key: int) -> Task | None:
    """The element whose listener waits under this key."""
    return next((task for task in case.live() if task.internal_data.get("listener", {}).get("key") == key), None)


def hear(case: Case, task: Task, values: Mapping[str, Any]) -> None:
    """A listener is done. Before the work its values are the element's own, after it they go outwards like a result.

    Listeners of user tasks bring no variables: theirs are ignored, as in the dialect.
    """
    local = task.internal_data
    event = local.pop("listener")["event"]
    local.pop("incident", None)
    local["heard"] = local.get("heard", 0) + 1
    if event == START and values:
        if local["key"] not in case.variables.scopes:
            case.variables.open(local["key"], case.scope_of(task))
        case.variables.write(local["key"], values)
    elif event == END:
        case.variables.propagate(case.outside(task), values)
    if event == ASSIGNING and local["stage"] == "waiting":
        ask(case, task, ASSIGNING)
    elif task.state == TaskState.STARTED:
        task._set_state(TaskState.READY)


def assign(case: Case, task: Task, assignee: str | None) -> None:
    """Somebody takes a waiting user task, or gives it back; its assigning listeners run beside it."""
    local = task.internal_data
    if "request" not in local:
        raise NotWaiting(local["key"])
    local["request"]["assignee"] = assignee
    if "listener" not in local:
        ask(case, task, ASSIGNING)


def forget(task: Task) -> None:
    """Take back what was asked: the element goes on without it."""
    task.internal_data.pop("listener", None)
    task.internal_data.pop("heard", None)
