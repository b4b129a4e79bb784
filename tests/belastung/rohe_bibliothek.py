"""The floor: the loop of ``fallfluss bench`` on the bare library, its state kept as its own serializer writes it.

``python -m tests.belastung.rohe_bibliothek``: milliseconds for load, complete, save, and the bytes of the state, round after round.
"""

from __future__ import annotations

import io
import statistics
import time

from lxml import etree
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

ROUNDS, WINDOW = (10, 100, 300, 1000), 20
RUNDEN = b"""<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="t">
<bpmn:process id="runden" isExecutable="true">
  <bpmn:startEvent id="start"/><bpmn:exclusiveGateway id="nochmals"/><bpmn:userTask id="arbeit"/>
  <bpmn:exclusiveGateway id="fertig" default="f4"/><bpmn:endEvent id="ende"/>
  <bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="nochmals"/><bpmn:sequenceFlow id="f2" sourceRef="nochmals" targetRef="arbeit"/>
  <bpmn:sequenceFlow id="f3" sourceRef="arbeit" targetRef="fertig"/><bpmn:sequenceFlow id="f4" sourceRef="fertig" targetRef="nochmals"/>
  <bpmn:sequenceFlow id="f5" sourceRef="fertig" targetRef="ende"><bpmn:conditionExpression>False</bpmn:conditionExpression></bpmn:sequenceFlow>
</bpmn:process></bpmn:definitions>"""


def measure(rounds: int = max(ROUNDS)) -> dict[int, tuple[float, int]]:
    """Round → milliseconds (the middle of those before it) and bytes; no milliseconds where the library does not go on."""
    parser = BpmnParser()
    parser.add_bpmn_xml(etree.parse(io.BytesIO(RUNDEN)))
    serializer = BpmnWorkflowSerializer()
    workflow = BpmnWorkflow(parser.get_spec("runden"))
    workflow.do_engine_steps()
    saved, spans, found = serializer.serialize_json(workflow), [], {}
    for number in range(1, rounds + 1):
        began = time.perf_counter()
        workflow = serializer.deserialize_json(saved)
        task = workflow.get_next_task(state=TaskState.READY, manual=True)
        if task is None:  # after 333 rounds, a thousand tasks, the loop silently has no next one
            found[number] = (0.0, len(saved.encode()))
            break
        task.run()
        workflow.do_engine_steps()
        saved = serializer.serialize_json(workflow)
        spans.append((time.perf_counter() - began) * 1000)
        if number in ROUNDS:
            found[number] = (round(statistics.median(spans[-WINDOW:]), 2), len(saved.encode()))
    return found


if __name__ == "__main__":
    for number, (ms, size) in measure().items():
        print(f"rohe Bibliothek, Runde {number:>5}: {f'{ms:>8} ms' if ms else 'geht nicht weiter'}, Zustand {size} Bytes")
