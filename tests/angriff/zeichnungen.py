"""Diagrams as other programs might write them: any elements in any order, joined anyhow, in other words, prefixes and encodings."""

from __future__ import annotations

import random
from xml.sax.saxutils import quoteattr

NAMESPACES = {
    "bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "zeebe": "http://camunda.org/schema/zeebe/1.0",
    "camunda": "http://camunda.org/schema/1.0/bpmn",
    "signavio": "http://www.signavio.com",
    "modeler": "http://camunda.org/schema/modeler/1.0",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}
NODES = ["startEvent", "endEvent", "task", "userTask", "manualTask", "serviceTask", "sendTask", "receiveTask", "scriptTask", "businessRuleTask", "callActivity", "subProcess", "adHocSubProcess", "transaction", "exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway", "complexGateway", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent", "dataObject", "dataStoreReference", "textAnnotation"]
EVENTS = ["timer", "message", "signal", "error", "escalation", "compensate", "conditional", "link", "terminate", "cancel"]
TEXTS = ["", "=", "=x", "=1 +", "PT1H", "P1Y", "R/PT1H", "0 0 9 * * *", "${x}", "#{x}", "ä" * 50, "<script>", "]]>", "a" * 3000, "\u202eumgekehrt", "=" + "(" * 200]
IDS = ["a", "b", "c", "d", "e", "f", "g", "h", "_1", "Ä", "x-1", "a"]
PREFIXES = ["bpmn", "bpmn2", "semantic", "ns0"]


def foreign(chance: random.Random) -> bytes:
    """One diagram; most are invalid in some way."""
    prefix = chance.choice(PREFIXES)
    inside = _nodes(chance, prefix, 2) + _flows(chance, prefix)
    executable = chance.choice(['isExecutable="true"', 'isExecutable="false"', ""])
    platform = chance.choice(['modeler:executionPlatform="Camunda Cloud" modeler:executionPlatformVersion="8.9.0"', 'modeler:executionPlatform="Camunda Platform"', ""])
    spaces = " ".join(f'xmlns:{prefix if name == "bpmn" else name}="{uri}"' for name, uri in NAMESPACES.items())
    text = f'<{prefix}:definitions {spaces} targetNamespace="t" {platform}><{prefix}:process id="p{chance.randint(0, 3)}" {executable}>{inside}</{prefix}:process></{prefix}:definitions>'
    return _spoiled(chance, text)


def _nodes(chance: random.Random, prefix: str, depth: int) -> str:
    return "".join(_node(chance, prefix, depth) for _ in range(chance.randint(1, 8)))


def _node(chance: random.Random, prefix: str, depth: int) -> str:
    tag = chance.choice(NODES)
    attributes = {"id": chance.choice(IDS) + str(chance.choice(["", 1, 2, depth])), "name": chance.choice(TEXTS)}
    more = {"attachedToRef": chance.choice(IDS), "default": chance.choice(IDS), "cancelActivity": "maybe", "camunda:assignee": "${x}", "triggeredByEvent": "true"}
    attributes |= {name: value for name, value in more.items() if chance.random() < 0.15}
    inner = _event(chance, prefix) if "Event" in tag else _extension(chance, prefix)
    if depth and tag in ("subProcess", "adHocSubProcess", "transaction"):
        inner += _nodes(chance, prefix, depth - 1) + _flows(chance, prefix)
    if chance.random() < 0.15:
        inner += f"<{prefix}:multiInstanceLoopCharacteristics><{prefix}:extensionElements><zeebe:loopCharacteristics inputCollection={quoteattr(chance.choice(TEXTS))}/></{prefix}:extensionElements></{prefix}:multiInstanceLoopCharacteristics>"
    return f"<{prefix}:{tag} {' '.join(f'{name}={quoteattr(value)}' for name, value in attributes.items())}>{inner}</{prefix}:{tag}>"


def _event(chance: random.Random, prefix: str) -> str:
    kind = chance.choice([*EVENTS, ""])
    if not kind:
        return ""
    inner = f"<{prefix}:timeDuration xsi:type='{prefix}:tFormalExpression'><![CDATA[{chance.choice(TEXTS).replace(']]>', '')}]]></{prefix}:timeDuration>" if kind == "timer" else ""
    return f"<{prefix}:{kind}EventDefinition {kind}Ref='gone'>{inner}</{prefix}:{kind}EventDefinition>"


def _extension(chance: random.Random, prefix: str) -> str:
    kinds = [
        "<zeebe:userTask/>",
        f"<zeebe:taskDefinition type={quoteattr(chance.choice(TEXTS))} retries={quoteattr(chance.choice(TEXTS))}/>",
        f"<zeebe:assignmentDefinition candidateGroups={quoteattr(chance.choice(TEXTS))}/>",
        f"<zeebe:formDefinition formId={quoteattr(chance.choice(TEXTS))}/>",
        f"<zeebe:ioMapping><zeebe:input source={quoteattr(chance.choice(TEXTS))} target={quoteattr(chance.choice(TEXTS))}/></zeebe:ioMapping>",
        "<camunda:formData><camunda:formField id='x'/></camunda:formData>",
        "<signavio:signavioMetaData metaKey='bgcolor' metaValue='#fff'/>",
    ]
    return f"<{prefix}:extensionElements>{''.join(chance.sample(kinds, chance.randint(0, 3)))}</{prefix}:extensionElements>"


def _flows(chance: random.Random, prefix: str) -> str:
    flows = []
    for number in range(chance.randint(0, 12)):
        condition = f"<{prefix}:conditionExpression>{'=x' if chance.random() < 0.5 else '${x}'}</{prefix}:conditionExpression>" if chance.random() < 0.3 else ""
        flows.append(f"<{prefix}:sequenceFlow id='f{number}' sourceRef='{chance.choice(IDS)}' targetRef='{chance.choice(IDS)}'>{condition}</{prefix}:sequenceFlow>")
    return "".join(flows)


def _spoiled(chance: random.Random, text: str) -> bytes:
    """Mostly as it is; sometimes in another encoding, cut off, or with a byte changed."""
    choice = chance.random()
    if choice < 0.05:
        return ("<?xml version='1.0' encoding='UTF-16'?>" + text).encode("utf-16")
    if choice < 0.1:
        return ("<?xml version='1.0' encoding='ISO-8859-1'?>" + text).encode("latin-1", "xmlcharrefreplace")
    content = bytearray(text.encode())
    if choice < 0.15:
        del content[chance.randint(0, len(content)) :]
    elif choice < 0.2:
        content[chance.randrange(len(content))] = chance.randrange(256)
    return bytes(content)
