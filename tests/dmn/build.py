"""A small notation for decision models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from engine.definitions.dmn import Decided, decide, read_decisions
from engine.definitions.feel import Feel

NOW = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)


def literal(text: str) -> str:
    return f"<literalExpression><text>{escape(text)}</text></literalExpression>"


def table(policy: str, inputs: Sequence[str], outputs: Sequence[str], rules: Sequence[Sequence[str]], aggregation: str = "") -> str:
    """Columns are ``name: type = allowed | default``, everything behind the name optional."""
    rows = [_rule(number, cells, len(inputs)) for number, cells in enumerate(rules, 1)]
    columns = [_column("input", text) for text in inputs] + [_column("output", text) for text in outputs]
    extra = f' aggregation="{aggregation}"' if aggregation else ""
    return f'<decisionTable hitPolicy="{policy}"{extra}>{"".join(columns)}{"".join(rows)}</decisionTable>'


def _column(tag: str, text: str) -> str:
    head, _, default = text.partition(" | ")
    head, _, allowed = head.partition(" = ")
    name, _, type = head.partition(": ")
    named = f"<inputExpression typeRef={quoteattr(type)}><text>{escape(name)}</text></inputExpression>" if tag == "input" else ""
    values = f"<{tag}Values><text>{escape(allowed)}</text></{tag}Values>" if allowed else ""
    fallback = f"<defaultOutputEntry><text>{escape(default)}</text></defaultOutputEntry>" if default else ""
    return f'<{tag} label={quoteattr(name)} name={quoteattr(name)} typeRef="{type}">{named}{values}{fallback}</{tag}>'


def _rule(number: int, cells: Sequence[str], inputs: int) -> str:
    tests = "".join(f"<inputEntry><text>{escape(cell)}</text></inputEntry>" for cell in cells[:inputs])
    return f'<rule id="R{number}">{tests}{"".join(f"<outputEntry><text>{escape(cell)}</text></outputEntry>" for cell in cells[inputs:])}</rule>'


def context(*entries: tuple[str, str]) -> str:
    """Entries ``(name, box)``; an empty name is the result."""
    return f"<context>{''.join(f'<contextEntry>{_variable(name)}{box}</contextEntry>' for name, box in entries)}</context>"


def invocation(function: str, **given: str) -> str:
    bindings = "".join(f'<binding><parameter name="{name}"/>{box}</binding>' for name, box in given.items())
    return f"<invocation>{literal(function)}{bindings}</invocation>"


def function(parameters: Sequence[str], box: str, tag: str = "functionDefinition") -> str:
    """Parameters are ``name: type``."""
    formal = "".join(f'<formalParameter name="{name}" typeRef="{type}"/>' for name, _, type in (text.partition(": ") for text in parameters))
    return f"<{tag}>{formal}{box}</{tag}>"


def relation(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    heads = "".join(f'<column name="{column}"/>' for column in columns)
    lines = "".join(f"<row>{''.join(map(literal, row))}</row>" for row in rows)
    return f"<relation>{heads}{lines}</relation>"


def listed(*boxes: str) -> str:
    return f"<list>{''.join(boxes)}</list>"


def item(name: str, type: str = "", allowed: str = "", many: bool = False, fields: Mapping[str, str] | None = None) -> str:  # noqa: FBT001, FBT002
    parts = "".join(f'<itemComponent name="{field}"><typeRef>{kind}</typeRef></itemComponent>' for field, kind in (fields or {}).items())
    ref = f"<typeRef>{type}</typeRef>" if type else ""
    values = f"<allowedValues><text>{escape(allowed)}</text></allowedValues>" if allowed else ""
    return f'<itemDefinition name="{name}" isCollection="{str(many).lower()}">{ref}{values}{parts}</itemDefinition>'


def data(name: str, type: str = "") -> str:
    return f'<inputData id="i_{name.replace(" ", "_")}" name="{name}"><variable name="{name}" typeRef="{type}"/></inputData>'


def knowledge(name: str, parameters: Sequence[str], box: str, calls: Sequence[str] = ()) -> str:
    needs = "".join(f'<knowledgeRequirement><requiredKnowledge href="#b_{other}"/></knowledgeRequirement>' for other in calls)
    inner = function(parameters, box, "encapsulatedLogic")
    return f'<businessKnowledgeModel id="b_{name.replace(" ", "_")}" name="{name}"><variable name="{name}"/>{inner}{needs}</businessKnowledgeModel>'


def decision(box: str, name: str = "D", needs: Sequence[str] = (), type: str = "") -> str:
    """``needs`` are ids: ``i_…`` input data, ``b_…`` knowledge, ``d_…`` decisions."""
    wanted = "".join(_need(id) for id in needs)
    return f'<decision id="d_{name.replace(" ", "_")}" name="{name}"><variable name="{name}" typeRef="{type}"/>{wanted}{box}</decision>'


def _need(id: str) -> str:
    if id.startswith("b_"):
        return f'<knowledgeRequirement><requiredKnowledge href="#{id}"/></knowledgeRequirement>'
    kind = "requiredInput" if id.startswith("i_") else "requiredDecision"
    return f'<informationRequirement><{kind} href="#{id}"/></informationRequirement>'


def _variable(name: str) -> str:
    return f'<variable name="{name}"/>' if name else ""


def model(*parts: str) -> bytes:
    return f'<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" id="m" name="m" namespace="n">{"".join(parts)}</definitions>'.encode()


def run(feel: Feel, content: bytes, variables: Mapping[str, Any] | None = None, name: str = "D") -> Decided:
    return decide(read_decisions(content, "test.dmn"), f"d_{name.replace(' ', '_')}", variables or {}, feel=feel, now=NOW)
