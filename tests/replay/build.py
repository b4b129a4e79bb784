"""Small diagrams as text: ``drawn("s > a > x; x > b > e; x > c > e")``.

The first letter of an id that is not given in ``nodes`` says what it is: s start, e end, x exclusive, p parallel, o inclusive, g event-based,
anything else a task named by its id.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from engine.replay.alignment import Aligner, Alignment
from engine.replay.model import Model, load
from engine.replay.states import States

KINDS = {"s": "startEvent", "e": "endEvent", "x": "exclusiveGateway", "p": "parallelGateway", "o": "inclusiveGateway", "g": "eventBasedGateway"}
HEAD = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0">'
CODES = '<error id="err" errorCode="E1"/><error id="err2" errorCode="E2"/><escalation id="esc" escalationCode="S1"/>'
TIMER = "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"
CYCLE = "<timerEventDefinition><timeCycle>R/PT1H</timeCycle></timerEventDefinition>"
MESSAGE = "<messageEventDefinition/>"
ERROR = '<errorEventDefinition errorRef="err"/>'
ERROR_2 = '<errorEventDefinition errorRef="err2"/>'
ESCALATION = '<escalationEventDefinition escalationRef="esc"/>'
TERMINATE = "<terminateEventDefinition/>"


def scope(flows: str, nodes: str = "") -> str:
    """The inside of a process or sub-process."""
    found: list[str] = []
    pairs: list[tuple[str, str]] = []
    for chain in flows.split(";"):
        ids = [part.strip() for part in chain.split(">") if part.strip()]
        found += ids
        pairs += zip(ids, ids[1:], strict=False)
    drawn = [_node(id_) for id_ in dict.fromkeys(found) if f'id="{id_}"' not in nodes]
    arrows = [f'<sequenceFlow id="{a}_{b}_{n}" sourceRef="{a}" targetRef="{b}"/>' for n, (a, b) in enumerate(pairs)]
    return nodes + "".join(drawn + arrows)


def _node(id_: str) -> str:
    kind = KINDS.get(id_[0], "task") if id_.rstrip("0123456789") in KINDS or id_ in KINDS else "task"
    return f'<{kind} id="{id_}"/>'


def process(flows: str, nodes: str = "", *, id_: str = "main") -> str:
    return f'<process id="{id_}" isExecutable="{"true" if id_ == "main" else "false"}">{scope(flows, nodes)}</process>'


def sub(id_: str, flows: str, nodes: str = "", attributes: str = "", inside: str = "") -> str:
    return f'<subProcess id="{id_}" {attributes}>{inside}{scope(flows, nodes)}</subProcess>'


def boundary(id_: str, host: str, event: str, *, interrupting: bool = True) -> str:
    return f'<boundaryEvent id="{id_}" attachedToRef="{host}" cancelActivity="{"true" if interrupting else "false"}">{event}</boundaryEvent>'


def drawn(flows: str, nodes: str = "", *called: str) -> bytes:
    return f"{HEAD}{CODES}{process(flows, nodes)}{''.join(called)}</definitions>".encode()


def model(content: bytes) -> Model:
    return load([("test.bpmn", content)])


def aligner(model: Model, traces: Iterable[Sequence[str]], *, match: str = "id", events: str = "optional") -> Aligner:
    counts: Counter[str] = Counter()
    for trace in traces:
        counts |= Counter(trace)
    return Aligner(States(model.net(match=match, counts=counts, events=events)))


def cost(content: bytes, trace: Sequence[str]) -> int | None:
    return aligned(content, trace).cost


def aligned(content: bytes, trace: Sequence[str]) -> Alignment:
    return aligner(model(content), [trace]).align(trace)
