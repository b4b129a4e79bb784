"""A small notation for diagrams: nodes as calls, flows as ``a -> b : condition``; a flow's id is ``a_b``."""

from __future__ import annotations

from html import escape

from engine.definitions.lint import lint
from engine.model.errors import Finding

NAMESPACES = (
    'xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:modeler="http://camunda.org/schema/modeler/1.0"'
)
PLATFORM = 'modeler:executionPlatform="Camunda Cloud" modeler:executionPlatformVersion="8.9.0"'


def element(tag: str, id: str, *inner: str, **attributes: str) -> str:
    return f'<bpmn:{tag} id="{id}"{_attributes(attributes)}>{"".join(inner)}</bpmn:{tag}>'


def zeebe(tag: str, *inner: str, **attributes: str) -> str:
    return f"<zeebe:{tag}{_attributes(attributes)}>{''.join(inner)}</zeebe:{tag}>"


def _attributes(attributes: dict[str, str]) -> str:
    return "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())


def ext(*inner: str) -> str:
    return f"<bpmn:extensionElements>{''.join(inner)}</bpmn:extensionElements>"


def start(id: str = "start", *inner: str) -> str:
    return element("startEvent", id, *inner)


def end(id: str = "end", *inner: str) -> str:
    return element("endEvent", id, *inner)


def user(id: str, *inner: str, groups: str = "fallfuehrung", form: str = "") -> str:
    linked = zeebe("formDefinition", formId=form) if form else ""
    return element("userTask", id, ext(zeebe("userTask"), zeebe("assignmentDefinition", candidateGroups=groups), linked), *inner)


def job(id: str, *inner: str, type: str = "hinweis") -> str:
    return element("serviceTask", id, ext(zeebe("taskDefinition", type=type)), *inner)


def script(id: str, expression: str = "=1", result: str = "x") -> str:
    return element("scriptTask", id, ext(zeebe("script", expression=expression, resultVariable=result)))


def xor(id: str, default: str = "") -> str:
    return element("exclusiveGateway", id, **({"default": default} if default else {}))


def par(*ids: str) -> str:
    return "".join(element("parallelGateway", id) for id in ids)


def on(kind: str, ref: str = "") -> str:
    """An event definition."""
    return f"<bpmn:{kind}EventDefinition" + (f' {kind}Ref="{ref}"' if ref else "") + "/>"


def timer(text: str, kind: str = "Duration") -> str:
    return f"<bpmn:timerEventDefinition><bpmn:time{kind}>{escape(text)}</bpmn:time{kind}></bpmn:timerEventDefinition>"


def catch(id: str, definition: str) -> str:
    return element("intermediateCatchEvent", id, definition)


def boundary(id: str, host: str, definition: str, cancel: str = "true") -> str:
    return element("boundaryEvent", id, definition, attachedToRef=host, cancelActivity=cancel)


def message(id: str, name: str, key: str = "") -> str:
    return element("message", id, ext(zeebe("subscription", correlationKey=key)) if key else "", name=name)


def each(collection: str = "=personen", output: str = "", result: str = "") -> str:
    collected = {"outputCollection": output, "outputElement": result} if output or result else {}
    characteristics = zeebe("loopCharacteristics", inputCollection=collection, inputElement="person", **collected)
    return f"<bpmn:multiInstanceLoopCharacteristics>{ext(characteristics)}</bpmn:multiInstanceLoopCharacteristics>"


def sub(id: str, *inner: str, **attributes: str) -> str:
    return element("subProcess", id, *inner, **attributes)


def flows(text: str) -> str:
    """``a -> b -> c; b -> d : =x > 1``"""
    rows = []
    for line in filter(None, (line.strip() for line in text.split(";"))):
        path, _, condition = line.partition(" : ")
        names = [name.strip() for name in path.split("->")]
        for source, target in zip(names, names[1:], strict=False):
            inner = f"<bpmn:conditionExpression>{escape(condition.strip())}</bpmn:conditionExpression>" if condition else ""
            rows.append(element("sequenceFlow", f"{source}_{target}", inner, sourceRef=source, targetRef=target))
    return "".join(rows)


def process(*inner: str, id: str = "p", executable: str = "true") -> str:
    return element("process", id, *inner, isExecutable=executable)


def definitions(*inner: str, platform: str = PLATFORM) -> bytes:
    return f'<bpmn:definitions {NAMESPACES} id="d" {platform}>{"".join(inner)}</bpmn:definitions>'.encode()


def diagram(*inner: str, beside: str = "") -> bytes:
    """One executable process; ``beside`` holds messages, errors and the like."""
    return definitions(process(*inner), beside)


def around(*inner: str, beside: str = "") -> bytes:
    """A diagram ``start -> … -> end`` whose middle is given, flows included."""
    return diagram(start(), *inner, end(), beside=beside)


def findings(content: bytes, rule: str) -> list[Finding]:
    """What one rule says about a diagram."""
    return [finding for finding in lint({"fall.bpmn": content}) if finding.rule == rule]


def places(content: bytes, rule: str) -> list[str]:
    """The elements one rule complains about."""
    found = findings(content, rule)
    assert all(finding.message.endswith(".") and "\N{LATIN SMALL LETTER SHARP S}" not in finding.message for finding in found)
    return [finding.element for finding in found]
