"""Tokens in the library's task tree: putting the first ones, nesting inner workflows, forgetting what is over."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.model.errors import NotFound
from engine.runtime.definition import Definition
from engine.runtime.elements import StartEvent
from engine.runtime.events import Catch

LIVE = TaskState.WAITING | TaskState.READY | TaskState.STARTED

# Above every number that a saved state gives its tokens.
_numbers = count(1 << 32)


class Token(Task):
    """The library's task without what nobody here asks for: random ids, times, and texts for a log. These cost half of a step.

    Its ``data`` stays empty, because variables live in scopes of the case.
    """

    thread_id = 0
    last_state_change = 0.0

    def __init__(self, workflow: Any, spec: Any, parent: Token | None = None, state: int = TaskState.FUTURE, number: int | None = None):
        self.id = next(_numbers) if number is None else number
        self.workflow, self.task_spec, self._state = workflow, spec, state
        self._parent = None if parent is None else parent.id
        self._children: list[int] = []
        self.triggered = False
        self.data: dict[str, Any] = {}
        self.internal_data: dict[str, Any] = {}
        workflow.tasks[self.id] = self
        if parent is not None:
            parent._children.append(self.id)

    def _add_child(self, spec: Any, state: int = TaskState.FUTURE) -> Token:
        child = Token(self.workflow, spec, self, state)
        if state == TaskState.READY:
            child._ready()
        return child

    def _set_state(self, value: int) -> None:
        self._state = value

    def _inherit_data(self) -> None:
        """There is none."""


def update_waiting(workflow: Any) -> None:
    """Let every waiting token look again whether it may go on, from the root downwards: what a token moves, those below it see.

    Only joins wait for other tokens; an event waits for the outside.
    """
    if any(_may_go_on(token) for token in workflow.tasks.values()):
        for token in _downwards(workflow.task_tree):
            if _may_go_on(token):
                token.task_spec._update(token)


def _may_go_on(token: Token) -> bool:
    return token._state == TaskState.WAITING and not isinstance(token.task_spec, Catch)


def _downwards(root: Token) -> Iterator[Token]:
    todo = [root]
    while todo:
        token = todo.pop()
        todo.extend(reversed(token.children))
        yield token


def plant(workflow: Any, at: str | None = None) -> None:
    """Put the first token: at the plain start event, or at a given element. The library would predict the whole future here.

    Raises:
        NotFound: the process has no element ``at``.
    """
    workflow.task_tree = Token(workflow, workflow.spec.start, state=TaskState.COMPLETED)
    put_token(workflow, at or _plain_start(workflow.spec))


def _plain_start(spec: Any) -> str:
    """Start events with a trigger are alternatives, chosen by ``at``."""
    starts = [one for one in spec.start.outputs if isinstance(one, StartEvent)]
    plain = [one for one in starts if one.event_definition is None]
    return str((plain or starts)[0].name)


def put_token(workflow: Any, name: str) -> Token:
    """A new READY token on an element, together with the element's boundary events.

    Raises:
        NotFound: the process has no such element.
    """
    specs = workflow.spec.task_specs
    if name not in specs or specs[name].bpmn_id != name:
        raise NotFound(f"Das Element «{name}» im Prozess «{workflow.spec.name}»")
    spec = specs.get(f"{name}.BoundaryEventSplit") or specs[name]
    return Token(workflow, spec, workflow.task_tree, state=TaskState.READY)


class Inner(BpmnSubWorkflow):
    """A sub-process or called process that knows its owner: the library looks it up among all tasks of the case, again and again."""

    def __init__(self, definition: Definition, name: str, owner: Task, case: Any):
        self.definition = definition
        self.owner = owner
        super().__init__(definition.specs[name], owner.id, case, deserializing=True)

    @property
    def parent_workflow(self) -> Any:
        return self.owner.workflow

    def _calculate_depth(self) -> int:
        return 1 + getattr(self.owner.workflow, "depth", 0)

    def update_waiting_tasks(self) -> None:
        update_waiting(self)


def nest(case: Any, task: Task, definition: Definition, name: str) -> Inner:
    """An empty inner workflow (sub-process or called process) owned by ``task``."""
    inner = Inner(definition, name, task, case)
    case.subprocesses[task.id] = inner
    return inner


def prune(workflow: Any) -> None:
    """Forget history: keep the root, live tasks, and splits whose activity is open; the rest hangs under the root.

    Long automatic loops need it within a step: the library walks ancestors recursively and looks 1,000 levels deep.
    """
    root = workflow.task_tree
    kept = {task.id: task for task in workflow.tasks.values() if task is root or _is_kept(task)}
    for task in kept.values():
        task._children = []
    for task in kept.values():
        if task is not root:
            task._parent = task._parent if task._parent in kept else root.id
            kept[task._parent]._children.append(task.id)
    workflow.tasks = kept


def _is_kept(task: Task) -> bool:
    return bool(task._state & LIVE) or _is_open_split(task)


def _is_open_split(task: Task) -> bool:
    is_split = task._state == TaskState.COMPLETED and isinstance(task.task_spec, BoundaryEventSplit)
    return is_split and any(child.has_state(LIVE) for child in task.children)
