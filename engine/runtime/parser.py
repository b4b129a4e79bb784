"""Reads BPMN with zeebe extensions into the spec classes of this runtime; refuses what it cannot execute correctly."""

from __future__ import annotations

from typing import Any, NoReturn

from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.parser.ProcessParser import ProcessParser
from SpiffWorkflow.bpmn.parser.task_parsers import ConditionalGatewayParser, GatewayParser, SubWorkflowParser
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit

from engine.runtime import elements, events, extensions, gateways
from engine.runtime.event_parser import EventReader
from engine.runtime.multi_instance import MultiInstance

# Extensions without which an element means nothing: name, required keys, how a message calls it.
_NEEDED = {
    elements.Job: ("job", ("type",), "der Auftragstyp (zeebe:taskDefinition)"),
    elements.Script: ("script", ("expression", "result"), "der FEEL-Ausdruck mit Ergebnisvariable (zeebe:script)"),
    elements.Decision: ("decision", ("id", "result"), "die Entscheidung mit Ergebnisvariable (zeebe:calledDecision)"),
    elements.CallActivity: ("called", ("process",), "der aufgerufene Prozess (zeebe:calledElement)"),
}
# Where listeners differ from start and end.
_LISTENERS = {
    "userTask": ("start", "end", "creating", "assigning", "completing"),
    "startEvent": ("end",),
    "boundaryEvent": ("end",),
}


class Zeebe(TaskParser):
    """Base of every task parser: extensions, multi-instance, boundary events and sequence flows of the dialect."""

    task: Any
    spec_class: Any

    def refuse(self, message: str) -> NoReturn:
        raise ValidationException(message, self.node, self.filename)

    def parse_extensions(self, node: Any = None) -> dict[str, Any]:
        read = extensions.read(self.node if node is None else node)
        for kind, (name, keys, words) in _NEEDED.items():
            if isinstance(self.task, kind) and not all(read.get(name, {}).get(key) for key in keys):
                self.refuse(f"Es fehlt {words}; bitte im Modeler ergänzen.")
        self._check_listeners(read.get("listeners", {}))
        if self.xpath("./bpmn:standardLoopCharacteristics"):
            self.refuse("Standardschleifen werden nicht ausgeführt; bitte die Schleife mit einem Gateway zeichnen.")
        return read

    def _check_listeners(self, found: dict[str, Any]) -> None:
        """Refuse what would silently never run."""
        kind = self.node.tag.rpartition("}")[2]
        allowed = _LISTENERS.get(kind, ("start",) if kind.endswith("Gateway") else ("start", "end"))
        for event, wanted in found.items():
            if event not in allowed:
                self.refuse(f"Listener der Art «{event}» werden an dieser Stelle nicht ausgeführt; bitte als Service-Aufgabe zeichnen.")
            if not all(one["type"] for one in wanted):
                self.refuse("Dem Listener fehlt der Auftragstyp (type); bitte im Modeler ergänzen.")

    def parse_incoming_data_references(self) -> list[Any]:
        """Data objects and stores are drawings only: variables live in scopes."""
        return []

    parse_outgoing_data_references = parse_incoming_data_references

    def parse_io_spec(self) -> None:
        return None

    def get_position(self, node: Any = None) -> dict[str, float]:
        """All alike, so that flows keep the order of the file: moving a shape must not change what runs first."""
        return {"x": 0.0, "y": 0.0}

    def parse_condition(self, sequence_flow: Any) -> str | None:
        return (super().parse_condition(sequence_flow) or "").strip() or None

    def connect_outgoing(self, outgoing_task: Any, sequence_flow_node: Any, is_default: Any) -> None:
        target = sequence_flow_node.get("targetRef")
        if outgoing_task.name in self.task.flows:
            self.refuse(f"Zwei Sequenzflüsse führen zum selben Element «{target}»; bitte einen entfernen.")
        self.task.flows[outgoing_task.name] = sequence_flow_node.get("id")
        super().connect_outgoing(outgoing_task, sequence_flow_node, is_default)

    def _add_multiinstance_task(self, loop_characteristics: Any) -> None:
        loop = extensions.loop(loop_characteristics)
        if loop is None or not loop["input"]:
            self.refuse("Der Mehrfachausführung fehlt die Liste (inputCollection); bitte im Modeler ergänzen.")
        inner = self.spec.task_specs.pop(self.task.name)
        mode = "sequential" if loop_characteristics.get("isSequential") == "true" else "parallel"
        self.task = MultiInstance(self.spec, inner.name, loop=loop, mode=mode, bpmn_name=inner.bpmn_name)
        self._copy_task_attrs(inner)

    def _add_boundary_event(self, children: list[Any]) -> Any:
        split = BoundaryEventSplit(self.spec, f"{self.bpmn_id}.BoundaryEventSplit")
        join = events.HostJoin(self.spec, f"{self.bpmn_id}.BoundaryEventJoin", split_task=split.name, cancel=True)
        split.connect(self.task)
        self.task.connect(join)
        for node in children:
            event = self.process_parser.parse_node(node)
            split.connect(event)
            event.connect(join)
        return split


class JobOr(Zeebe):
    """Script and business-rule tasks are jobs when they carry a task definition."""

    JOBS = {elements.Script: elements.ScriptJob, elements.Decision: elements.DecisionJob}

    def create_task(self) -> Any:
        # Not any(): an XML element without children counts as false.
        if list(extensions.elements(self.node, "taskDefinition")):
            self.spec_class = self.JOBS[self.spec_class]
        return super().create_task()


class Fork(Zeebe, GatewayParser):
    pass


class Conditional(Zeebe, ConditionalGatewayParser):
    """Exclusive and inclusive gateways."""

    def connect_outgoing(self, outgoing_task: Any, sequence_flow_node: Any, is_default: Any) -> None:
        if not is_default and self.parse_condition(sequence_flow_node) is None:
            flow = sequence_flow_node.get("id")
            self.refuse(f"Dem Fluss «{flow}» fehlt die Bedingung; bitte ergänzen oder ihn als Standardfluss setzen.")
        super().connect_outgoing(outgoing_task, sequence_flow_node, is_default)


class Embedded(Zeebe, SubWorkflowParser):
    def create_task(self) -> Any:
        if self.node.get("triggeredByEvent") == "true":
            self.refuse("Ereignis-Teilprozesse werden nicht ausgeführt; bitte ein Randereignis zeichnen.")
        return super().create_task()


class EventParser(EventReader, Zeebe):
    """Every event definition becomes a ``Request``; messages carry their correlation key."""

    MESSAGE_CLASSES = {events.Throw: events.MessageThrow, events.EndEvent: events.MessageEnd}

    def create_task(self) -> Any:
        request = self.request()
        cls, kwargs = self.spec_class, self.bpmn_attributes
        if request is not None and request.kind == "terminate":
            cls = events.TerminateEnd
        elif request is not None and request.kind == "message" and issubclass(cls, events.Throw):
            cls = self.MESSAGE_CLASSES[cls]
        else:
            kwargs["event_definition"] = request
        if request is not None and issubclass(cls, events.BoundaryEvent):
            kwargs["cancel_activity"] = self._interrupts(request.kind)
        return self._connect(cls(self.spec, self.bpmn_id, **kwargs))

    def _interrupts(self, kind: str) -> bool:
        interrupts: bool = self.node.get("cancelActivity", "true") == "true"
        if kind == "error" and not interrupts:
            self.refuse("Ein Fehlerereignis unterbricht immer; bitte als unterbrechend zeichnen.")
        return interrupts

    def _connect(self, task: Any) -> Any:
        """The library's own start and end nodes frame every process."""
        if self.node.tag == full_tag("endEvent"):
            task.connect(self.spec.end)
        if self.node.tag == full_tag("startEvent"):
            self.spec.start.connect(task)
        return task


class Process(ProcessParser):
    """Several start events are alternatives; which one applies is chosen when a case starts."""

    def _parse(self) -> None:
        """Data objects and io specifications are left out: they are drawings."""
        self.spec = self.create_spec()
        self.add_tasks()

    def add_tasks(self) -> None:
        starts = self.xpath("./bpmn:startEvent")
        if not self.bpmn_id:
            raise ValidationException("Dem Prozess fehlt die Kennung (id).", self.node, self.filename)
        if not starts:
            raise ValidationException("Es fehlt das Startereignis.", self.node, self.filename)
        for node in [*starts, *self.xpath("./bpmn:subProcess[@triggeredByEvent='true']")]:
            self.parse_node(node)

    def parse_node(self, node: Any) -> Any:
        if node.tag not in ZeebeParser.OVERRIDE_PARSER_CLASSES:
            what = node.tag.rpartition("}")[2]
            raise ValidationException(f"Elemente der Art «{what}» werden nicht ausgeführt.", node, self.filename)
        return super().parse_node(node)


class ZeebeParser(BpmnParser):
    """``add_bpmn_xml``, then ``get_process_ids``, ``get_spec`` and ``get_subprocess_specs``."""

    PROCESS_PARSER_CLASS = Process
    OVERRIDE_PARSER_CLASSES = {
        full_tag(tag): pair
        for tag, pair in {
            "startEvent": (EventParser, elements.StartEvent),
            "endEvent": (EventParser, events.EndEvent),
            "task": (Zeebe, elements.PassThrough),
            "manualTask": (Zeebe, elements.PassThrough),
            "userTask": (Zeebe, elements.UserTask),
            "serviceTask": (Zeebe, elements.Job),
            "sendTask": (Zeebe, elements.SendJob),
            "scriptTask": (JobOr, elements.Script),
            "businessRuleTask": (JobOr, elements.Decision),
            "receiveTask": (EventParser, events.ReceiveTask),
            "exclusiveGateway": (Conditional, gateways.ExclusiveGateway),
            "inclusiveGateway": (Conditional, gateways.InclusiveGateway),
            "parallelGateway": (Fork, gateways.ParallelGateway),
            "eventBasedGateway": (Fork, gateways.EventBasedGateway),
            "subProcess": (Embedded, elements.SubProcess),
            "callActivity": (Zeebe, elements.CallActivity),
            "intermediateCatchEvent": (EventParser, events.Catch),
            "intermediateThrowEvent": (EventParser, events.Throw),
            "boundaryEvent": (EventParser, events.BoundaryEvent),
        }.items()
    }

    def __init__(self) -> None:
        super().__init__(namespaces=extensions.NAMESPACES)

    def add_bpmn_xml(self, bpmn: Any, filename: str | None = None) -> None:
        """Only processes: messages, errors and the like are looked up where they are used, the rest is drawing."""
        self._add_diagram_indexes(bpmn)
        self._add_processes(bpmn, filename)

    def _find_dependencies(self, process: Any) -> None:
        """Called processes are resolved when the call is reached, not while parsing."""
