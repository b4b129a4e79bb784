"""What can happen to a case from outside. A command that finds nothing waiting under its key changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.model.errors import NotWaiting, Trouble
from engine.model.step import Event
from engine.runtime import listeners
from engine.runtime.case import Case
from engine.runtime.elements import COMPLETING, WAITING
from engine.runtime.events import BoundaryEvent, Catch
from engine.runtime.tokens import put_token

Command = Callable[[Case], None]


def complete(key: int, values: Mapping[str, Any] | None = None) -> Command:
    """Finish a user task, a job or a listener's job with its result.

    Raises (this and the following, when applied):
        NotWaiting: nothing of that kind waits under the key any more.
    """

    def command(case: Case) -> None:
        listening = listeners.asked(case, key)
        if listening is not None:
            _guarded(case, listening, lambda: listeners.hear(case, listening, values or {}))
            return
        task = _started(case, key)
        listeners.forget(task)
        task.internal_data.pop("incident", None)
        case.receive(task, values or {})
        task.internal_data["stage"] = COMPLETING
        task._set_state(TaskState.READY)

    return command


def fail(key: int, retries: int, message: str) -> Command:
    """A job failed; without retries left it becomes an incident."""

    def command(case: Case) -> None:
        task, request = _job(case, key)
        request["retries"] = retries
        if retries <= 0:
            case.block(task, Trouble("JOB_NO_RETRIES", message))

    return command


def throw_error(key: int, code: str) -> Command:
    """A job reports a business error: the nearest matching boundary event catches it, else it is an incident."""

    def command(case: Case) -> None:
        task, _ = _job(case, key)
        _guarded(case, task, lambda: case.throw(task, "error", code))

    return command


def assign(key: int, assignee: str | None) -> Command:
    """Note who has a user task; its assigning listeners are asked, and the task stays open meanwhile."""

    def command(case: Case) -> None:
        task = _started(case, key, "user task")
        _guarded(case, task, lambda: listeners.assign(case, task, assignee))

    return command


def fire(key: int, payload: Mapping[str, Any] | None = None) -> Command:
    """A timer is due, a message is correlated, a signal arrived."""

    def command(case: Case) -> None:
        task = case.waiting(key)
        if not isinstance(task.task_spec, Catch) or "request" not in task.internal_data or task.state != TaskState.WAITING:
            raise NotWaiting(key)
        task.task_spec.fire(case, task, payload or {})

    return command


def resolve(key: int) -> Command:
    """Repeat the failed stage of a blocked element; a job waits for its worker once more."""

    def command(case: Case) -> None:
        task = listeners.asked(case, key) or case.waiting(key)
        if task.internal_data.pop("incident", None) is None:
            raise NotWaiting(key)
        if listener := task.internal_data.get("listener"):
            listener["request"]["retries"] = max(1, listener["request"]["retries"])
        elif task.state == TaskState.STARTED and task.internal_data.get("stage") != WAITING:
            task._set_state(TaskState.READY)
        elif task.task_spec.wait_kind == "job":
            request = task.internal_data["request"]
            request["retries"] = max(1, request["retries"])

    return command


def set_variables(scope: int, values: Mapping[str, Any], *, local: bool = False) -> Command:
    """Write variables as seen from an element instance or a root; ``local`` writes into exactly its scope."""

    def command(case: Case) -> None:
        if not local:
            start = scope if scope in case.variables.scopes else case.scope_of(case.waiting(scope))
            case.variables.propagate(start, values)
            return
        if scope not in case.variables.scopes:
            case.variables.open(scope, case.enclosing(case.waiting(scope)))
        case.variables.write(scope, values)

    return command


def activate(element: str) -> Command:
    """Put a token on an element of the outermost process.

    Raises:
        NotFound: there is no such element.
    """

    def command(case: Case) -> None:
        case.completed = False
        put_token(case, element)

    return command


def terminate(key: int) -> Command:
    """Take a token away, together with everything inside it; an iteration counts as terminated."""

    def command(case: Case) -> None:
        task = case.waiting(key)
        above = task.parent
        task.cancel()
        if isinstance(above.task_spec, BoundaryEventSplit):
            _cancel_events(above)
        if "loop" in task.internal_data:
            above.task_spec.lost(case, above, task)
        task.workflow.update_waiting_tasks()

    return command


def move(key: int, element: str) -> Command:
    """Take a token away, together with everything inside it, and put one on an element of the same workflow.

    Raises (when applied):
        NotFound: there is no such element beside it.
        NotWaiting: nothing waits there, or only an event beside an activity or one of several iterations.
    """

    def command(case: Case) -> None:
        task = case.waiting(key)
        if isinstance(task.task_spec, BoundaryEvent) or "loop" in task.internal_data:
            raise NotWaiting(key)
        put_token(task.workflow, element)
        gate = task.internal_data.get("gate")
        for other in list(task.workflow.tasks.values()):
            if gate and other is not task and other.internal_data.get("gate") == gate:
                other.cancel()
        terminate(key)(case)

    return command


def announce(happened: Iterable[Event]) -> Command:
    """Let the step begin with what happened to the state already, such as tokens that a migration took away."""

    def command(case: Case) -> None:
        case.events.extend(happened)

    return command


def until(element: str, then: Command) -> Command:
    """``then``, after which the case ends as soon as ``element`` of the outermost process is completed."""

    def command(case: Case) -> None:
        case.last = element
        then(case)

    return command


def all_of(*steps: Command) -> Command:
    """Several commands in one step."""

    def command(case: Case) -> None:
        for step in steps:
            step(case)

    return command


def cancel() -> Command:
    """End the case: everything open is cancelled."""

    def command(case: Case) -> None:
        case.cancel_all(case)
        case.completed = True

    return command


def _cancel_events(split: Task) -> None:
    for event in split.children:
        if event.state == TaskState.WAITING:
            event.cancel()


def _guarded(case: Case, task: Task, act: Callable[[], object]) -> None:
    try:
        act()
    except Trouble as trouble:
        case.block(task, trouble)


def _job(case: Case, key: int) -> tuple[Task, dict[str, Any]]:
    """The element whose job, or whose listener's job, waits under the key, with the job's request."""
    listening = listeners.asked(case, key)
    if listening is not None:
        return listening, listening.internal_data["listener"]["request"]
    task = _started(case, key, "job")
    return task, task.internal_data["request"]


def _started(case: Case, key: int, kind: str | None = None) -> Task:
    task = case.waiting(key)
    wait_kind = task.task_spec.wait_kind
    if task.state != TaskState.STARTED or task.internal_data.get("stage") != WAITING or not wait_kind or kind not in (None, wait_kind):
        raise NotWaiting(key)
    return task
