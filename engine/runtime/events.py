"""Events: what a catch waits for is a request; only ``fire`` from outside, or a throw inside the case, ends the wait."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventJoin
from SpiffWorkflow.bpmn.specs.mixins import BoundaryEventMixin
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.model import calendar
from engine.runtime import request
from engine.runtime.elements import LEAVING, Element, Job
from engine.runtime.gateways import EventBasedGateway
from engine.runtime.request import Request

if TYPE_CHECKING:
    from engine.runtime.case import Case


class Catch(Element):
    """Arrives WAITING without evaluating anything; the case arms it once all ready work is done."""

    type = "INTERMEDIATE_CATCH_EVENT"

    def __init__(self, wf_spec: Any, bpmn_id: str, event_definition: Request, **kwargs: Any):
        super().__init__(wf_spec, bpmn_id, event_definition=event_definition, **kwargs)
        self.event_definition = event_definition

    @property
    def wait_name(self) -> str:
        return "timer" if self.event_definition.is_timer else self.event_definition.kind

    def _update_hook(self, task: Task) -> bool:
        if not task.has_state(TaskState.WAITING):
            task._set_state(TaskState.WAITING)
            if isinstance(task.parent.task_spec, EventBasedGateway):
                task.internal_data["gate"] = task.parent.internal_data["key"]
        return False

    def arm(self, case: Case, task: Task) -> None:
        """Evaluate the request once and remember it with the task."""
        wanted = self.event_definition
        value, correlation = case.values(task, [wanted.text, wanted.correlation], of=self.host(task))
        if wanted.is_timer:
            value = request.timer(wanted.kind, value, case.services.now)
        elif wanted.kind in ("message", "signal"):
            value = request.text("Der Name der Meldung" if wanted.kind == "message" else "Der Name des Signals", value)
        armed = {"kind": wanted.kind, "value": value, "fired": task.internal_data.get("fired", 0)}
        if wanted.correlation:
            armed["correlation"] = request.correlation(correlation)
        task.internal_data["request"] = armed

    def host(self, task: Task) -> Task:
        """The task in whose scope the request is evaluated."""
        return task

    def fire(self, case: Case, task: Task, payload: Mapping[str, Any]) -> None:
        """End the wait; ``payload`` are the variables of the message."""
        gate = task.internal_data.get("gate")
        if gate:
            self._win(case, task, gate)
        task.internal_data["stage"] = LEAVING
        case.fired(task, payload)
        task._ready()


    def _win(self, case: Case, task: Task, gate: int) -> None:
        """Cancel the other events of the gateway; only now it is known which of its flows was taken."""
        for gateway in self.inputs:
            if self.name in gateway.flows:
                case.took(task.workflow, gate, gateway.flows[self.name])
        for other in list(task.workflow.tasks.values()):
            if other is not task and other.internal_data.get("gate") == gate and other.state == TaskState.WAITING:
                other.cancel()


class ReceiveTask(Catch):
    type = "RECEIVE_TASK"


class BoundaryEvent(Catch, BoundaryEventMixin):
    type = "BOUNDARY_EVENT"

    def host(self, task: Task) -> Task:
        """The task this event is attached to; timers and keys are evaluated in its scope."""
        return next(other for other in task.parent.children if not isinstance(other.task_spec, BoundaryEvent))

    def fire(self, case: Case, task: Task, payload: Mapping[str, Any]) -> None:
        if not self.cancel_activity and self._has_more(task):
            self._rearm(task)
        super().fire(case, task, payload)
        case.interrupted = case.interrupted or self.cancel_activity

    def _has_more(self, task: Task) -> bool:
        """A cycle while rounds are left; messages, signals and escalations as often as they come."""
        armed = task.internal_data["request"]
        if armed["kind"] != "cycle":
            return armed["kind"] in ("message", "signal", "escalation")
        total = calendar.rounds(armed["value"])
        return total is None or armed["fired"] + 1 < total

    def _rearm(self, task: Task) -> None:
        """The same event again, beside the one that fires: no growth, because the fired one is finished and forgotten."""
        again = task.parent._add_child(self, TaskState.WAITING)
        again.triggered = True
        again.internal_data["fired"] = task.internal_data["request"]["fired"] + 1


class HostJoin(BoundaryEventJoin):
    """Ends an activity with boundary events. A non-interrupting event does not end it, so its copy is discarded at once."""

    def _update_hook(self, task: Task) -> bool:
        event = task.parent.task_spec
        if isinstance(event, BoundaryEvent) and not event.cancel_activity:
            task._set_state(TaskState.CANCELLED)
            task._drop_children()
            return False
        events = [other for other in task.parent.parent.children if isinstance(other.task_spec, BoundaryEvent)]
        ending = [other for other in events if other.task_spec.cancel_activity]
        _cancel(ending, TaskState.READY)
        _cancel(ending, TaskState.WAITING)
        _cancel([other for other in events if other not in ending], TaskState.WAITING)
        if isinstance(event, BoundaryEvent):
            event.host(task.parent).cancel()
        return True


def _cancel(events: list[Task], state: int) -> None:
    for event in events:
        if event.state == state:
            event.cancel()


class Throw(Element):
    """Signal and escalation throws, as intermediate or end event; an end event also for errors and none."""

    type = "INTERMEDIATE_THROW_EVENT"

    def __init__(self, wf_spec: Any, bpmn_id: str, event_definition: Request | None, **kwargs: Any):
        super().__init__(wf_spec, bpmn_id, **kwargs)
        self.event_definition = event_definition

    def enter(self, case: Case, task: Task) -> bool:
        thrown = self.event_definition
        if thrown is None:
            return True
        name = request.text("Der Name oder Code des Ereignisses", case.values(task, [thrown.text])[0])
        if thrown.kind == "signal":
            case.broadcast(name)
            return True
        return not case.throw(task, thrown.kind, name)


class EndEvent(Throw):
    type = "END_EVENT"


class TerminateEnd(Element):
    type = "END_EVENT"

    def enter(self, case: Case, task: Task) -> bool:
        case.cancel_all(task.workflow, but=task)
        return True


class MessageThrow(Job):
    """The dialect correlates nothing here: a worker sends the message."""

    type = "INTERMEDIATE_THROW_EVENT"


class MessageEnd(Job):
    type = "END_EVENT"
