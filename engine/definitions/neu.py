"""What a new file holds before anybody drew in it: just enough for the editors and for the linter to say what is missing."""

from __future__ import annotations

import json
import re
from xml.sax.saxutils import quoteattr

from engine.definitions.xml import BPMN, BPMNDI, DC, DI, DMN, MODELER, ZEEBE

_BPMN = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="{bpmn}" xmlns:bpmndi="{bpmndi}" xmlns:dc="{dc}" xmlns:di="{di}" xmlns:zeebe="{zeebe}" xmlns:modeler="{modeler}" id="definitions_{id}" targetNamespace="http://bpmn.io/schema/bpmn" modeler:executionPlatform="Camunda Cloud" modeler:executionPlatformVersion="8.9.0">
  <bpmn:process id="{id}" name={name} isExecutable="true">
    <bpmn:startEvent id="start" />
  </bpmn:process>
  <bpmndi:BPMNDiagram id="diagram">
    <bpmndi:BPMNPlane id="plane" bpmnElement="{id}">
      <bpmndi:BPMNShape id="start_di" bpmnElement="start"><dc:Bounds x="180" y="160" width="36" height="36" /></bpmndi:BPMNShape>
    </bpmndi:BPMNPlane>
  </bpmndi:BPMNDiagram>
</bpmn:definitions>
"""
_DMN = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="{dmn}" xmlns:dmndi="https://www.omg.org/spec/DMN/20191111/DMNDI/" xmlns:dc="http://www.omg.org/spec/DMN/20180521/DC/" xmlns:modeler="{modeler}" id="definitions_{id}" name={name} namespace="http://camunda.org/schema/1.0/dmn" modeler:executionPlatform="Camunda Cloud" modeler:executionPlatformVersion="8.9.0">
  <decision id="{id}" name={name}>
    <variable id="variable_{id}" name="{id}" />
    <decisionTable id="tabelle_{id}" hitPolicy="UNIQUE">
      <input id="eingabe_1" label="Eingabe"><inputExpression id="ausdruck_1" typeRef="string"><text>eingabe</text></inputExpression></input>
      <output id="ausgabe_1" label="Ergebnis" name="ergebnis" typeRef="string" />
    </decisionTable>
  </decision>
  <dmndi:DMNDI>
    <dmndi:DMNDiagram>
      <dmndi:DMNShape dmnElementRef="{id}"><dc:Bounds height="80" width="180" x="160" y="100" /></dmndi:DMNShape>
    </dmndi:DMNDiagram>
  </dmndi:DMNDI>
</definitions>
"""


def empty_file(name: str) -> bytes:
    """A new diagram, decision table or form for that file name; its id follows from the name."""
    stem, _, kind = name.rpartition(".")
    id = re.sub(r"[^a-z0-9_]+", "_", stem.lower()).strip("_") or "neu"
    id = id if id[0].isalpha() else f"n_{id}"
    if kind == "form":
        return _form(id, stem)
    text = (_BPMN if kind == "bpmn" else _DMN).format(id=id, name=quoteattr(stem), bpmn=BPMN, bpmndi=BPMNDI, dc=DC, di=DI, zeebe=ZEEBE, modeler=MODELER, dmn=DMN)
    return text.encode()


def _form(id: str, title: str) -> bytes:
    schema = {
        "components": [{"type": "text", "id": "text_1", "text": f"# {title}"}],
        "type": "default",
        "id": id,
        "executionPlatform": "Camunda Cloud",
        "executionPlatformVersion": "8.9.0",
        "schemaVersion": 19,
    }
    return json.dumps(schema, ensure_ascii=False, indent=2).encode()
