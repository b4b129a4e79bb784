"""How long a step takes and how large the state is, round after round of a review with reminders: both must stay flat."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.model.step import Step
from engine.runtime.commands import Command, complete, fire
from engine.runtime.definition import Definition, compile_bpmn
from engine.runtime.runtime import Runtime
from engine.runtime.services import Evaluator

ROUNDS = (10, 100, 1_000)
RECENT = 40  # steps looked at for a row: some ten rounds
DATA = {f"feld{number}": "x" * 40 for number in range(30)}  # 1.6 KB, as a case carries it

PRUEFUNG = """<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0">
<bpmn:process id="bench" isExecutable="true">
  <bpmn:startEvent id="start"/>
  <bpmn:exclusiveGateway id="nochmals"/>
  <bpmn:subProcess id="pruefung">
    <bpmn:startEvent id="beginn"/>
    <bpmn:parallelGateway id="auf"/>
    <bpmn:userTask id="fachlich"/>
    <bpmn:userTask id="rechtlich"/>
    <bpmn:parallelGateway id="zu"/>
    <bpmn:endEvent id="geprueft"/>
    <bpmn:sequenceFlow id="p1" sourceRef="beginn" targetRef="auf"/>
    <bpmn:sequenceFlow id="p2" sourceRef="auf" targetRef="fachlich"/>
    <bpmn:sequenceFlow id="p3" sourceRef="auf" targetRef="rechtlich"/>
    <bpmn:sequenceFlow id="p4" sourceRef="fachlich" targetRef="zu"/>
    <bpmn:sequenceFlow id="p5" sourceRef="rechtlich" targetRef="zu"/>
    <bpmn:sequenceFlow id="p6" sourceRef="zu" targetRef="geprueft"/>
  </bpmn:subProcess>
  <bpmn:boundaryEvent id="erinnern" attachedToRef="pruefung" cancelActivity="false">
    <bpmn:timerEventDefinition><bpmn:timeCycle>R/P7D</bpmn:timeCycle></bpmn:timerEventDefinition>
  </bpmn:boundaryEvent>
  <bpmn:boundaryEvent id="frist" attachedToRef="pruefung">
    <bpmn:timerEventDefinition><bpmn:timeDuration>P30D</bpmn:timeDuration></bpmn:timerEventDefinition>
  </bpmn:boundaryEvent>
  <bpmn:userTask id="erinnerung"/>
  <bpmn:endEvent id="erinnert"/>
  <bpmn:scriptTask id="zaehlen">
    <bpmn:extensionElements><zeebe:script expression="=runde + 1" resultVariable="runde"/></bpmn:extensionElements>
  </bpmn:scriptTask>
  <bpmn:exclusiveGateway id="fertig" default="f7"/>
  <bpmn:endEvent id="ende"/>
  <bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="nochmals"/>
  <bpmn:sequenceFlow id="f2" sourceRef="nochmals" targetRef="pruefung"/>
  <bpmn:sequenceFlow id="f3" sourceRef="erinnern" targetRef="erinnerung"/>
  <bpmn:sequenceFlow id="f4" sourceRef="erinnerung" targetRef="erinnert"/>
  <bpmn:sequenceFlow id="f5" sourceRef="pruefung" targetRef="zaehlen"/>
  <bpmn:sequenceFlow id="f6" sourceRef="zaehlen" targetRef="fertig"/>
  <bpmn:sequenceFlow id="f7" sourceRef="fertig" targetRef="nochmals"/>
  <bpmn:sequenceFlow id="f8" sourceRef="frist" targetRef="zaehlen"/>
  <bpmn:sequenceFlow id="f9" sourceRef="fertig" targetRef="ende">
    <bpmn:conditionExpression>=runde >= grenze</bpmn:conditionExpression>
  </bpmn:sequenceFlow>
</bpmn:process></bpmn:definitions>"""


@dataclass(frozen=True)
class Measured:
    """The last steps up to a round: milliseconds per step (load, run, save), and the bytes of the state."""

    round: int
    median_ms: float
    p95_ms: float
    state_bytes: int


def measure(feel: Evaluator, now: datetime, rounds: Collection[int] = ROUNDS) -> list[Measured]:
    """Run the review up to the largest of ``rounds`` and measure at each of them."""
    definition, = compile_bpmn(PRUEFUNG.encode(), 1)
    engine = _runtime(definition, feel, now)
    step = engine.start(definition, {"runde": 0, "grenze": max(rounds) + 1, "akte": DATA}, key=10**9)
    spans: list[float] = []
    rows = []
    for number in range(1, max(rounds) + 1):
        for command_for in _round():
            began = time.perf_counter()
            step = engine.apply(step.state, command_for(step))
            spans.append((time.perf_counter() - began) * 1_000)
        if number in rounds:
            rows.append(_row(number, spans[-RECENT:], step.state))
    if step.variables["runde"] != max(rounds):
        raise AssertionError("The review did not go round: the measured path is not the intended one.")
    return rows


def _runtime(definition: Definition, feel: Evaluator, now: datetime) -> Runtime:
    def undecided(name: str, variables: Any) -> Any:
        raise AssertionError("the review decides nothing")

    return Runtime(lambda process, version: definition, lambda process: definition, feel, undecided, now)


def _round() -> Iterator[Callable[[Step], Command]]:
    """One round: a reminder fires and is dealt with, then both reviews are done."""
    yield lambda step: fire(_key(step, "erinnern"))
    for element in ("erinnerung", "rechtlich", "fachlich"):
        yield lambda step, element=element: complete(_key(step, element), {"ok": True})  # type: ignore[misc]


def _key(step: Step, element: str) -> int:
    return next(wait.key for wait in step.waits if wait.element == element)


def _row(number: int, spans: list[float], state: str) -> Measured:
    ordered = sorted(spans)
    return Measured(number, round(statistics.median(ordered), 3), round(ordered[int(len(ordered) * 0.95)], 3), len(state.encode()))
