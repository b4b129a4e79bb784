"""A running case: the live workflow, its variables and keys, and what elements may ask of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NoReturn

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.model.errors import NotWaiting, Trouble
from engine.model.step import Event, Incident, Wait
from engine.runtime.definition import Definition
from engine.runtime.elements import ENTERING, STARTING, WAITING
from engine.runtime.events import BoundaryEvent, Catch
from engine.runtime.listeners import START, ask, has
from engine.runtime.request import USER_TASK_DEFAULTS, shown
from engine.runtime.services import Services
from engine.runtime.tokens import LIVE, nest, plant, update_waiting
from engine.runtime.variables import Variables, assign

# What to do about an incident, by its kind.
_ADVICE = {
    "CALLED_ELEMENT_ERROR": "Bitte den Prozess freigeben und dann erneut versuchen.",
    "DECISION_EVALUATION_ERROR": "Bitte die Variablen oder die Entscheidungstabelle berichtigen und dann erneut versuchen.",
    "JOB_NO_RETRIES": "Bitte die Ursache beheben und dann erneut versuchen.",
    "RUNAWAY_LOOP": "Bitte die Variablen oder das Diagramm berichtigen und dann erneut versuchen.",
    "UNHANDLED_ERROR_EVENT": "Bitte die Ursache beheben und dann erneut versuchen, oder ein Fehlerereignis dafür zeichnen.",
}
_OTHERWISE = "Bitte die Variablen oder den Ausdruck berichtigen und dann erneut versuchen."


class NoPython:
    """Stands where the library expects a script engine; nothing may ever reach it."""

    def evaluate(self, task: Task, expression: str, external_context: Any = None) -> NoReturn:
        raise AssertionError(f"the library tried to evaluate {expression!r}")

    execute = call_service = evaluate


class Case(BpmnWorkflow):
    """Created by ``Runtime`` for one command and thrown away afterwards; its lasting form is the text of ``codec``."""

    owner = None
    last: str | None = None  # the element of the outermost process after which the case ends
    prune_every = 100  # how many elements run before history is forgotten within a step

    def __init__(self, definition: Definition, services: Services):
        self.definition = definition
        self.services = services
        self.definitions = {definition.id: definition}
        self.variables = Variables()
        self.counter = 0
        self.root = 0
        self.events: list[Event] = []
        self.signals: list[str] = []
        self.interrupted = False
        self._late: list[tuple[Task, str]] = []
        super().__init__(definition.spec, {}, script_engine=NoPython(), deserializing=True)
        self.task_removed_event.connect(self._removed)

    def update_waiting_tasks(self) -> None:
        update_waiting(self)

    def dissolve(self) -> None:
        """Forget everything, when the case is saved: its tokens and workflows point at each other, and hundreds would wait for the garbage collector."""
        for workflow in list(self.workflows()):
            vars(workflow).clear()

    # Keys and lookups

    def next_key(self) -> int:
        self.counter += 1
        return self.counter

    def workflows(self) -> Iterator[Any]:
        yield self
        yield from list(self.subprocesses.values())

    def live(self) -> Iterator[Task]:
        for workflow in self.workflows():
            for task in list(workflow.tasks.values()):
                if task._state & LIVE:
                    yield task

    def waiting(self, key: int) -> Task:
        """The live task of a key.

        Raises:
            NotWaiting: it was completed, cancelled, or never created.
        """
        for task in self.live():
            if task.internal_data.get("key") == key and not task.has_state(TaskState.READY):
                return task
        raise NotWaiting(key)

    # Scopes and expressions

    def scope_of(self, task: Task) -> int:
        """The innermost scope a task sees: its own if it has one."""
        key = task.internal_data.get("key")
        return key if key in self.variables.scopes else self.enclosing(task)

    def enclosing(self, task: Task) -> int:
        if "loop" in task.internal_data:
            return self.scope_of(task.parent)
        owner = task.workflow.owner
        if owner is None:
            return self.root
        return owner.internal_data.get("child") or self.scope_of(owner)

    def outside(self, task: Task) -> int:
        """Where mapped results go. An iteration's stay in its own scope: the output element of its loop lives there."""
        return self.scope_of(task) if "loop" in task.internal_data else self.enclosing(task)

    def values(
        self, task: Task, texts: Iterable[str | None], extra: Mapping[str, Any] | None = None, *, of: Task | None = None
    ) -> list[Any]:
        """Evaluate texts in one call; those without a leading '=' are static, None stays None."""
        texts = list(texts)
        feel = [text[1:].strip() for text in texts if text and text.startswith("=")]
        if not feel:
            return texts
        context = {**self.variables.visible(self.scope_of(of or task)), **(extra or {})}
        answers = iter(self.services.feel.evaluate_all(feel, context, now=self.services.now))
        return [next(answers) if text and text.startswith("=") else text for text in texts]

    def is_true(self, task: Task, condition: str, answer: Any) -> bool:
        """A condition's answer. FEEL gives null for a missing variable: that must not count as false.

        Raises:
            Trouble: neither true nor false.
        """
        if isinstance(answer, bool):
            return answer
        feel, visible = self.services.feel, self.variables.visible(self.scope_of(task))
        remarks = feel.explain(condition[1:], visible, now=self.services.now) if condition.startswith("=") else []
        because = f" ({'; '.join(remarks)})" if remarks else ""
        raise Trouble("CONDITION_ERROR", f"Die Bedingung «{condition}» ergab {shown(answer)} statt wahr oder falsch{because}.")

    def apply_inputs(self, task: Task) -> None:
        inputs = _extension(task, "inputs")
        if not inputs:
            return
        scope, key = self.scope_of(task), task.internal_data["key"]
        local: dict[str, Any] = {}
        for rows in _independent(inputs):
            answers = self.values(task, [source for _, source in rows], local)
            for (target, _), value in zip(rows, answers, strict=True):
                assign(local, target, value, outer={})
        if key not in self.variables.scopes:
            self.variables.open(key, scope)
        self.variables.write(key, local)

    def receive(self, task: Task, values: Mapping[str, Any]) -> None:
        """Take a result: local when the element maps its outputs, otherwise up to the nearest scope that knows the name."""
        key = task.internal_data["key"]
        if not _extension(task, "outputs"):
            self.variables.propagate(self.scope_of(task), values)
            return
        if key not in self.variables.scopes:
            self.variables.open(key, self.enclosing(task))
        self.variables.write(key, values)

    def apply_outputs(self, task: Task) -> None:
        """Write the mapped results outwards."""
        outputs = _extension(task, "outputs")
        if not outputs:
            return
        target_scope = self.outside(task)
        outer = self.variables.visible(target_scope)
        mapped: dict[str, Any] = {}
        answers = self.values(task, [source for _, source in outputs])
        for (target, _), value in zip(outputs, answers, strict=True):
            assign(mapped, target, value, outer=outer)
        self.variables.propagate(target_scope, mapped)

    # Life of an element

    def open(self, task: Task) -> None:
        task.internal_data["key"] = self.next_key()
        self.record("armed" if isinstance(task.task_spec, Catch) else "activated", task)

    def close(self, task: Task, what: str) -> None:
        local = task.internal_data
        if "key" in local and not local.get("closed"):
            local["closed"] = True
            self.record(what, task)
            self.variables.close(local["key"])
            if "child" in local:
                self.variables.close(local["child"])

    def record(self, what: str, task: Task) -> None:
        spec = task.task_spec
        key = _stuck(task.internal_data) if what == "incident" else task.internal_data["key"]
        self.events.append(Event(what, key, spec.bpmn_id, spec.type, *task.workflow.definition.id))

    def took(self, workflow: Any, key: int, flow: str) -> None:
        """A token left the element instance ``key`` over the sequence flow with this id."""
        self.events.append(Event("taken", key, flow, "SEQUENCE_FLOW", *workflow.definition.id))

    def block(self, task: Task, trouble: Trouble) -> None:
        """Leave the task standing with an incident; all other tokens go on."""
        if "key" not in task.internal_data:
            self.open(task)
        advice = _ADVICE.get(trouble.kind, _OTHERWISE)
        message = f"{task.task_spec.label}: {trouble.message.rstrip(' .')}. {advice}"
        task.internal_data["incident"] = {"kind": trouble.kind, "message": message}
        self.record("incident", task)

    def fired(self, task: Task, payload: Mapping[str, Any]) -> None:
        self.record("activated", task)
        self.receive(task, payload)

    def join(self, task: Task, may_fire: Callable[[Task, Mapping[str, Task]], bool]) -> bool:
        """Keep every arrived token WAITING at a join; when it fires, consume one per incoming flow."""
        if "via" not in task.internal_data:
            task.internal_data["via"] = task.parent.task_spec.name
            task._set_state(TaskState.WAITING)
        arrived = {task.internal_data["via"]: task}
        for other in task.workflow.tasks.values():
            if other.task_spec is task.task_spec and other.state == TaskState.WAITING:
                arrived.setdefault(other.internal_data["via"], other)
        if not may_fire(task, arrived):
            return False
        for other in arrived.values():
            if other is not task:
                other._set_state(TaskState.CANCELLED)
                other._drop_children()
        return True

    # Inner workflows

    def start_inner(self, task: Task, definition: Definition, name: str) -> None:
        plant(nest(self, task, definition, name))

    def cancel_inner(self, task: Task) -> None:
        inner = self.subprocesses.pop(task.id, None)
        if inner is not None:
            self.cancel_all(inner)

    def ends_after(self, task: Task) -> bool:
        """Whether the case was told to end with this element; everything else that is open goes then."""
        if self.last is None or task.workflow is not self or "loop" in task.internal_data or task.task_spec.bpmn_id != self.last:
            return False
        self.cancel_all(self, but=task)
        self.completed = True
        return True

    def cancel_all(self, workflow: Any, but: Task | None = None) -> None:
        for task in list(workflow.tasks.values()):
            if task is not but and task.has_state(LIVE):
                task.cancel()

    def _removed(self, workflow: Any, task: Task) -> None:
        """The library drops unfinished children of a cancelled task without telling them; iterations must hear it."""
        if task.has_state(LIVE):
            task._set_state(TaskState.CANCELLED)
            task.task_spec._on_cancel(task)

    # Throwing

    def throw(self, task: Task, kind: str, code: str) -> bool:
        """Hand an error or escalation to the nearest boundary event around; True when the thrower is interrupted.

        Raises:
            Trouble: nobody catches the error. Escalations may go unheard.
        """
        for event in self._around(task):
            request = event.task_spec.event_definition
            if request.kind == kind and request.text in (None, "", code):
                event.internal_data.setdefault("request", {"kind": kind, "fired": 0})
                if "key" not in event.internal_data:
                    self.open(event)
                event.task_spec.fire(self, event, {})
                return bool(event.task_spec.cancel_activity)
        if kind == "error":
            raise Trouble("UNHANDLED_ERROR_EVENT", f"Den Fehler «{code}» fängt kein Randereignis ab.")
        return False

    def _around(self, host: Task | None) -> Iterator[Task]:
        """Boundary events from the innermost activity outwards."""
        while host is not None:
            if "loop" in host.internal_data:
                host = host.parent
            split = host.parent
            if split is not None and isinstance(split.task_spec, BoundaryEventSplit) and not isinstance(host.task_spec, BoundaryEvent):
                yield from [t for t in split.children if isinstance(t.task_spec, BoundaryEvent) and t.state == TaskState.WAITING]
            host = host.workflow.owner

    def broadcast(self, name: str) -> None:
        """Give a signal to all catchers of this case that have arrived, armed or not; the caller carries it to the others.

        An event at an activity that is about to begin in the same step hears it as soon as the activity has begun.
        """
        self.signals.append(name)
        for task in list(self.live()):
            if _begins(task):
                self._late.append((task, name))
            elif _catches(task, "signal"):
                self.arm(task)
                self._hear(task, name)

    def deliver_late(self) -> bool:
        """Signals for events whose activity has begun only now; True when one was heard."""
        late, self._late = self._late, []
        heard = [self._hear(event, name) for task, name in late for event in (task, *task.children)]
        return any(heard)

    def _hear(self, task: Task, name: str) -> bool:
        if not _catches(task, "signal") or task.internal_data.get("request", {}).get("value") != name:
            return False
        task.task_spec.fire(self, task, {})
        return True

    def arm(self, task: Task) -> None:
        """Evaluate once what an arrived event waits for; not before its activity has begun."""
        local, spec = task.internal_data, task.task_spec
        host = spec.host(task).internal_data
        if {"request", "incident", "listener"} & local.keys():
            return
        if host is not local and (host.get("stage") == STARTING or ("incident" in host and "stage" not in host)):
            return  # its inputs failed or its listeners are at work: the event's scope does not exist yet
        if "key" not in local:
            self.open(task)
        try:
            if has(task, START) and "stage" not in local:
                if ask(self, task, START):
                    return
                local["stage"] = ENTERING
            spec.arm(self, task)
        except Trouble as trouble:
            self.block(task, trouble)

    # What is open

    def waits(self) -> Iterator[Wait]:
        for task in self.live():
            local, spec = task.internal_data, task.task_spec
            if listener := local.get("listener"):
                yield Wait("job", listener["key"], spec.bpmn_id, dict(listener["request"]), *task.workflow.definition.id)
            request = local.get("request")
            if request is None or "key" not in local:
                continue
            if task.state == TaskState.STARTED and local["stage"] == WAITING and spec.wait_kind:
                full = {**USER_TASK_DEFAULTS, **request} if spec.wait_kind == "user task" else dict(request)
                yield Wait(spec.wait_kind, local["key"], spec.bpmn_id, full, *task.workflow.definition.id)
            elif task.state == TaskState.WAITING and spec.event_definition.kind not in ("error", "escalation"):
                yield Wait(spec.wait_name, local["key"], spec.bpmn_id, dict(request), *task.workflow.definition.id)

    def incidents(self) -> Iterator[Incident]:
        for task in self.live():
            local, of = task.internal_data, task.workflow.definition.id
            if incident := local.get("incident"):
                yield Incident(_stuck(local), task.task_spec.bpmn_id, incident["kind"], incident["message"], *of)


def _begins(task: Task) -> bool:
    """An activity with events is about to begin, or an event belongs to one that has not begun."""
    if isinstance(task.task_spec, BoundaryEventSplit):
        return bool(task.state == TaskState.READY)
    return isinstance(task.task_spec, BoundaryEvent) and "stage" not in task.task_spec.host(task).internal_data


def _catches(task: Task, kind: str) -> bool:
    return task.state == TaskState.WAITING and isinstance(task.task_spec, Catch) and task.task_spec.event_definition.kind == kind


def _stuck(local: Mapping[str, Any]) -> int:
    """Under which key somebody repeats what failed: the listener's, while one is asked."""
    return int(local.get("listener", local)["key"])


def _extension(task: Task, name: str) -> Any:
    return task.task_spec.extensions.get(name)


def _independent(inputs: list[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
    """Inputs in order, cut where one may use an earlier target, so that each part takes one call of the evaluator."""
    part: list[tuple[str, str]] = []
    for target, source in inputs:
        if any(earlier.partition(".")[0] in source for earlier, _ in part):
            yield part
            part = []
        part.append((target, source))
    yield part
