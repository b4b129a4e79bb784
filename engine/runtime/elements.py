"""Spec classes of tasks: how each element of the zeebe dialect enters, waits and leaves.

Nothing is evaluated while a token arrives (``_update_hook``). Everything that can fail happens in ``_run_hook``, between
READY and COMPLETED, so a failure leaves exactly one task STARTED with an incident and no half-moved tokens.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs.mixins import SubWorkflowTaskMixin
from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.model.errors import Trouble
from engine.runtime import listeners, request
from engine.runtime.request import Request

if TYPE_CHECKING:
    from engine.runtime.case import Case

STARTING, ENTERING, CREATING, ASSIGNING, WAITING = "starting", "entering", "creating", "assigning", "waiting"
COMPLETING, LEAVING, ENDING, OVER = "completing", "leaving", "ending", "over"
# Stages in which listeners are heard: their event, and the stage that follows.
_LISTENING = {
    STARTING: (listeners.START, ENTERING),
    CREATING: (listeners.CREATING, ASSIGNING),
    ASSIGNING: (listeners.ASSIGNING, WAITING),
    COMPLETING: (listeners.COMPLETING, LEAVING),
    ENDING: (listeners.END, OVER),
}


class Element(BpmnSpecMixin):
    """An element of the diagram. Subclasses override ``enter`` and ``leave``; both may raise ``Trouble`` and be repeated."""

    type = "TASK"
    wait_kind: str | None = None
    entered = WAITING  # the stage after ``enter`` left the rest to the outside
    extensions: Mapping[str, Any] = {}

    def __init__(self, wf_spec: Any, bpmn_id: str, **kwargs: Any):
        super().__init__(wf_spec, bpmn_id, **kwargs)
        self.flows: dict[str, str] = {}  # successor's name → id of the sequence flow to it, filled by the parser

    @property
    def label(self) -> str:
        """How messages name the element."""
        return f"«{self.bpmn_name}» ({self.bpmn_id})" if self.bpmn_name else f"«{self.bpmn_id}»"

    def enter(self, case: Case, task: Task) -> bool:
        """Do the element's work; False means the outside finishes it later."""
        return True

    def leave(self, case: Case, task: Task) -> None:
        case.apply_outputs(task)

    def successors(self, task: Task) -> list[Any]:
        """The specs to which tokens go on."""
        return list(self.outputs)

    def _update_hook(self, task: Task) -> bool:
        return True

    def _run_hook(self, task: Task) -> bool | None:
        case = task.workflow.top_workflow
        try:
            if not self._proceed(case, task, task.internal_data):
                return None
        except Trouble as trouble:
            case.block(task, trouble)
            return None
        if not case.ends_after(task):
            self._spread(case, task)
        return True

    def _spread(self, case: Case, task: Task) -> None:
        """Create the successors, only now that the element is done: tokens never exist in advance."""
        successors = self.successors(task)
        task._sync_children(successors, TaskState.FUTURE)
        for spec in successors:
            if spec.name in self.flows:
                case.took(task.workflow, task.internal_data["key"], self.flows[spec.name])

    def _proceed(self, case: Case, task: Task, local: dict[str, Any]) -> bool:
        if "key" not in local:
            case.open(task)
        if "stage" not in local:
            case.apply_inputs(task)
            local["stage"] = STARTING
        if not self._reach_end(case, task, local):
            return False
        if "loop" in local:
            task.parent.task_spec.collect(case, task.parent, task)
        case.close(task, "completed")
        return True

    def _reach_end(self, case: Case, task: Task, local: dict[str, Any]) -> bool:
        """Go from stage to stage until the element is over (True) or waits for a listener or for the outside."""
        while (stage := local["stage"]) not in (WAITING, OVER):
            if stage == ENTERING:
                local["stage"] = LEAVING if self.enter(case, task) else self.entered
            elif stage == LEAVING:
                self.leave(case, task)
                local["stage"] = ENDING
            else:
                event, following = _LISTENING[stage]
                if listeners.ask(case, task, event):
                    return False
                local["stage"] = following
        return bool(stage == OVER)

    def _on_cancel(self, task: Task) -> None:
        task.workflow.top_workflow.close(task, "cancelled")


class PassThrough(Element):
    """Undefined and manual tasks: the dialect walks through them."""


class StartEvent(Element):
    """How a case was started is the outside's business; inside, every start event passes the token on."""

    type = "START_EVENT"

    def __init__(self, wf_spec: Any, bpmn_id: str, event_definition: Request | None = None, **kwargs: Any):
        super().__init__(wf_spec, bpmn_id, **kwargs)
        self.event_definition = event_definition


def label(bound: Mapping[str, Any], together: str) -> str | None:
    """Which version the diagram binds to, where it does: by its tag, or as what came ``together`` with the version of the process."""
    wanted = {"deployment": together, "versionTag": bound.get("version_tag")}
    return wanted.get(bound.get("binding", "latest"))


def _label(task: Task, bound: Mapping[str, Any]) -> list[str]:
    found = label(bound, task.workflow.definition.together)
    return [] if found is None else [found]


class UserTask(Element):
    type = "USER_TASK"
    wait_kind = "user task"
    entered = CREATING

    def enter(self, case: Case, task: Task) -> bool:
        fields = self.extensions.get("user", {})
        answers = dict(zip(fields, case.values(task, fields.values()), strict=True))
        tag = [("formVersionTag", one) for one in _label(task, self.extensions.get("form", {}))]
        task.internal_data["request"] = {**request.user_task(answers), **dict(tag)}
        return False


class Job(Element):
    """Tasks and message throws with a task definition: a worker finishes them. The dialect correlates nothing here."""

    type = "SERVICE_TASK"
    wait_kind = "job"

    def enter(self, case: Case, task: Task) -> bool:
        job = self.extensions["job"]
        kind, retries = case.values(task, [job["type"], job["retries"]])
        task.internal_data["request"] = request.job(kind, retries, job["headers"])
        return False


class SendJob(Job):
    type = "SEND_TASK"


class ScriptJob(Job):
    type = "SCRIPT_TASK"


class DecisionJob(Job):
    type = "BUSINESS_RULE_TASK"


class Script(Element):
    type = "SCRIPT_TASK"

    def enter(self, case: Case, task: Task) -> bool:
        script = self.extensions["script"]
        case.receive(task, {script["result"]: case.values(task, [script["expression"]])[0]})
        return True


class Decision(Element):
    type = "BUSINESS_RULE_TASK"

    def enter(self, case: Case, task: Task) -> bool:
        called = self.extensions["decision"]
        name = request.text("Die Kennung der Entscheidung", case.values(task, [called["id"]])[0])
        result = case.services.decide(name, case.variables.visible(case.scope_of(task)), *_label(task, called))
        case.receive(task, {called["result"]: result})
        return True


class SubProcess(Element, SubWorkflowTaskMixin):
    type = "SUB_PROCESS"

    def enter(self, case: Case, task: Task) -> bool:
        case.start_inner(task, task.workflow.definition, self.spec)
        return False

    def leave(self, case: Case, task: Task) -> None:
        case.subprocesses.pop(task.id, None)
        super().leave(case, task)

    def _on_cancel(self, task: Task) -> None:
        task.workflow.top_workflow.cancel_inner(task)
        super()._on_cancel(task)


class CallActivity(Element):
    """The called process has a root scope of its own; what crosses the border is decided by the two propagate flags."""

    type = "CALL_ACTIVITY"

    def enter(self, case: Case, task: Task) -> bool:
        called = self.extensions["called"]
        process = request.text("Die Kennung des aufgerufenen Prozesses", case.values(task, [called["process"]])[0])
        definition = case.services.resolve(process, *_label(task, called))
        task.internal_data["child"] = case.next_key()
        case.variables.open(task.internal_data["child"], None, self._handed_in(case, task))
        case.start_inner(task, definition, definition.process)
        return False

    def _handed_in(self, case: Case, task: Task) -> Mapping[str, Any]:
        scope = case.scope_of(task)
        if self.extensions["called"]["parent"]:
            return case.variables.visible(scope)
        return case.variables.local(scope) if scope == task.internal_data["key"] else {}

    def leave(self, case: Case, task: Task) -> None:
        values = case.variables.local(task.internal_data["child"])
        if self.extensions["called"]["children"] or self.extensions.get("outputs"):
            case.receive(task, values)
        super().leave(case, task)
        case.subprocesses.pop(task.id, None)

    def _on_cancel(self, task: Task) -> None:
        task.workflow.top_workflow.cancel_inner(task)
        super()._on_cancel(task)
