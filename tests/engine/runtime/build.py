"""A small notation for test diagrams: nodes as lines, flows as ``a -> b : condition``."""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

HEAD = ('<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
        'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="t">')
ENDS = {"error": "errorRef", "escalation": "escalationRef", "signal": "signalRef", "message": "messageRef"}


def element(tag: str, id: str, *inner: str, **attributes: str) -> str:
    text = "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items())
    return f'<bpmn:{tag} id="{id}"{text}>{"".join(inner)}</bpmn:{tag}>'


def ext(*inner: str) -> str:
    return f"<bpmn:extensionElements>{''.join(inner)}</bpmn:extensionElements>"


def zeebe(tag: str, **attributes: str) -> str:
    return f"<zeebe:{tag}" + "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items()) + "/>"


def io(inputs: dict[str, str] | None = None, outputs: dict[str, str] | None = None) -> str:
    rows = [zeebe("input", target=t, source=s) for t, s in (inputs or {}).items()]
    rows += [zeebe("output", target=t, source=s) for t, s in (outputs or {}).items()]
    return f"<zeebe:ioMapping>{''.join(rows)}</zeebe:ioMapping>" if rows else ""


def listen(*rows):
    """Listeners as ``("start", "type")``; an event of user tasks makes a task listener. A third entry gives the retries."""
    def texts(tag, events):
        found = [zeebe(tag, eventType=event, type=type, **({"retries": rest[0]} if rest else {})) for event, type, *rest in rows if (event in ("start", "end")) == events]
        return f"<zeebe:{tag}s>{''.join(found)}</zeebe:{tag}s>" if found else ""

    return texts("executionListener", True) + texts("taskListener", False)


def user(id, *inner, fields=(), **mapping):
    return element("userTask", id, ext(zeebe("userTask"), *fields, io(**mapping)), *inner)


def job(id, *inner, type="work", retries="3", headers=None, **mapping):
    rows = "".join(zeebe("header", key=key, value=value) for key, value in (headers or {}).items())
    task = zeebe("taskDefinition", type=type, retries=retries)
    return element("serviceTask", id, ext(task, f"<zeebe:taskHeaders>{rows}</zeebe:taskHeaders>", io(**mapping)), *inner)


def script(id, expression, result):
    return element("scriptTask", id, ext(zeebe("script", expression=expression, resultVariable=result)))


def decision(id, name, result):
    return element("businessRuleTask", id, ext(zeebe("calledDecision", decisionId=name, resultVariable=result)))


def call(id, process, *inner, parent="true", children="true", **mapping):
    return element("callActivity", id, ext(zeebe("calledElement", processId=process, propagateAllParentVariables=parent,
                   propagateAllChildVariables=children), io(**mapping)), *inner)


def each(collection, item, output="", element_="", condition=None, sequential=False):
    inner = ext(zeebe("loopCharacteristics", inputCollection=collection, inputElement=item,
                      **({"outputCollection": output, "outputElement": element_} if output else {})))
    done = f"<bpmn:completionCondition>{condition}</bpmn:completionCondition>" if condition else ""
    flag = "true" if sequential else "false"
    return f'<bpmn:multiInstanceLoopCharacteristics isSequential="{flag}">{inner}{done}</bpmn:multiInstanceLoopCharacteristics>'


def timer(kind, text):
    return f"<bpmn:timerEventDefinition><bpmn:time{kind}>{text}</bpmn:time{kind}></bpmn:timerEventDefinition>"


def on(kind, ref=None):
    return f"<bpmn:{kind}EventDefinition" + (f' {kind}Ref="{ref}"' if ref else "") + "/>"


def catch(id, definition, **mapping):
    return element("intermediateCatchEvent", id, ext(io(**mapping)), definition)


def boundary(id, host, definition, interrupting=True, **mapping):
    return element("boundaryEvent", id, ext(io(**mapping)), definition, attachedToRef=host,
                   cancelActivity="true" if interrupting else "false")


def nodes(tag, *ids):
    return "".join(element(tag, id) for id in ids)


def start(*ids):
    return nodes("startEvent", *(ids or ("start",)))


def end(*ids):
    return nodes("endEvent", *(ids or ("end",)))


def xor(*ids, default=None):
    return "".join(element("exclusiveGateway", id, **({"default": default} if default else {})) for id in ids)


def par(*ids):
    return nodes("parallelGateway", *ids)


def flows(text: str) -> str:
    """``a -> b -> c; b -> d -> c : =x > 1``; a flow's id is ``a_b``. The condition belongs to the first flow of its path."""
    rows = []
    for line in filter(None, (line.strip() for line in text.replace("\n", ";").split(";"))):
        path, _, condition = line.partition(" : ")
        names = [name.strip() for name in path.split("->")]
        for index, (source, target) in enumerate(zip(names, names[1:], strict=False)):
            has_condition = bool(condition) and index == 0
            inner = f"<bpmn:conditionExpression><![CDATA[{condition.strip()}]]></bpmn:conditionExpression>" if has_condition else ""
            rows.append(element("sequenceFlow", f"{source}_{target}", inner, sourceRef=source, targetRef=target))
    return "".join(rows)


def sub(id, *inner, mapping=None, loop=""):
    return element("subProcess", id, ext(io(**(mapping or {}))), loop, *inner)


def process(id, *inner):
    return f'<bpmn:process id="{id}" isExecutable="true">{"".join(inner)}</bpmn:process>'


def diagram(*inner: str) -> bytes:
    return (HEAD + "".join(inner) + "</bpmn:definitions>").encode()


def message(id, name, key=None):
    return element("message", id, ext(zeebe("subscription", correlationKey=key)) if key else "", name=name)
