"""A decision model as plain data. The dataclasses' fields are the JSON that feel_decision.js evaluates; ``kind`` tells the boxes apart."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from functools import cached_property
from hashlib import sha256


@dataclass(frozen=True)
class Type:
    """``base`` is empty when anything goes; ``many``: a list of such values; ``allowed`` are unary tests; ``fields`` those of a structure."""

    base: str = ""
    many: bool = False
    allowed: str = ""
    fields: tuple[tuple[str, Type], ...] = ()


ANYTHING = Type()


@dataclass(frozen=True)
class Column:
    """An input or output. ``label`` is what people call it."""

    id: str
    name: str
    label: str
    source: str
    shape: Type

    @property
    def type(self) -> str:
        return "list" if self.shape.many else self.shape.base

    @property
    def allowed(self) -> str:
        return self.shape.allowed

    @property
    def many(self) -> bool:
        return self.shape.many


@dataclass(frozen=True)
class Rule:
    """``id`` is the published one; an empty or ``-`` test always fits."""

    id: str
    tests: tuple[str, ...]
    outputs: tuple[str, ...]


@dataclass(frozen=True)
class Literal:
    source: str
    kind: str = field(default="literal", init=False)


@dataclass(frozen=True)
class Table:
    hit_policy: str
    aggregation: str
    inputs: tuple[Column, ...]
    outputs: tuple[Column, ...]
    rules: tuple[Rule, ...]
    fallback: tuple[str, ...] | None
    kind: str = field(default="table", init=False)


@dataclass(frozen=True)
class Entry:
    """A named part: of a context (without a name it is the result), a parameter given in an invocation."""

    name: str
    logic: Logic
    type: Type = ANYTHING


@dataclass(frozen=True)
class Parameter:
    name: str
    type: Type


@dataclass(frozen=True)
class Context:
    entries: tuple[Entry, ...]
    kind: str = field(default="context", init=False)


@dataclass(frozen=True)
class Items:
    items: tuple[Logic, ...]
    kind: str = field(default="items", init=False)


@dataclass(frozen=True)
class Relation:
    columns: tuple[str, ...]
    rows: tuple[tuple[Logic, ...], ...]
    kind: str = field(default="relation", init=False)


@dataclass(frozen=True)
class Invocation:
    function: Logic
    bindings: tuple[Entry, ...]
    kind: str = field(default="invocation", init=False)


@dataclass(frozen=True)
class Function:
    """``type`` is what its body says it gives."""

    parameters: tuple[Parameter, ...]
    body: Logic
    type: Type = ANYTHING
    kind: str = field(default="function", init=False)


@dataclass(frozen=True)
class Conditional:
    test: Logic
    then: Logic
    otherwise: Logic
    kind: str = field(default="conditional", init=False)


@dataclass(frozen=True)
class Filter:
    collection: Logic
    match: Logic
    kind: str = field(default="filter", init=False)


@dataclass(frozen=True)
class Iteration:
    """``mode``: for, some or every."""

    mode: str
    variable: str
    collection: Logic
    body: Logic
    kind: str = field(default="iteration", init=False)


Logic = Literal | Table | Context | Items | Relation | Invocation | Function | Conditional | Filter | Iteration


@dataclass(frozen=True)
class Knowledge:
    """A business knowledge model under the name its users call; ``logic`` is a function."""

    name: str
    logic: Logic
    knowledge: tuple[Knowledge, ...]


@dataclass(frozen=True)
class Decision:
    """One decision. ``requires`` are ids of decisions, ``variable`` is the name others see the result under.

    ``inputs`` are the names of the required input data. ``table`` or ``expression`` is the logic when it is just that.
    """

    id: str
    name: str
    file: str
    variable: str
    requires: tuple[str, ...]
    data: tuple[Parameter, ...]
    knowledge: tuple[Knowledge, ...]
    type: Type
    logic: Logic

    @property
    def inputs(self) -> tuple[str, ...]:
        return tuple(parameter.name for parameter in self.data)

    @property
    def table(self) -> Table | None:
        return self.logic if isinstance(self.logic, Table) else None

    @property
    def expression(self) -> str:
        return self.logic.source if isinstance(self.logic, Literal) else ""

    @cached_property
    def program(self) -> str:
        """The JSON that is evaluated."""
        whole = asdict(self)
        return json.dumps({**whole, "inputs": whole.pop("data")}, ensure_ascii=False)

    @cached_property
    def hash(self) -> str:
        return sha256(self.program.encode()).hexdigest()

    def texts(self) -> Iterator[tuple[str, Logic]]:
        """Every literal and table of the decision and of the business knowledge it uses, with the name of the box it stands in."""
        yield from _leaves("", self.logic)
        for model in self.knowledge:
            yield from _known(model)

    def names(self) -> frozenset[str]:
        """All names its boxes bind: entries, parameters, variables of loops, business knowledge, input data."""
        found = {*self.inputs, *(name for model in self.knowledge for name in _bound(model)), *_bound(self.logic)}
        return frozenset(found)


def _known(model: Knowledge) -> Iterator[tuple[str, Logic]]:
    yield from _leaves(model.name, model.logic)
    for deeper in model.knowledge:
        yield from _known(deeper)


def _leaves(where: str, part: object) -> Iterator[tuple[str, Logic]]:
    if isinstance(part, Literal | Table):
        yield where, part
    elif isinstance(part, tuple):
        for one in part:
            yield from _leaves(where, one)
    elif is_dataclass(part):
        inside = f"{where}.{part.name}".strip(".") if isinstance(part, Entry) else where
        for one in fields(part):
            yield from _leaves(inside, getattr(part, one.name))


def _bound(part: object) -> Iterator[str]:
    if isinstance(part, tuple):
        for one in part:
            yield from _bound(one)
    elif is_dataclass(part) and not isinstance(part, Type | Table):
        name = part.variable if isinstance(part, Iteration) else part.name if isinstance(part, Entry | Parameter | Knowledge) else ""
        if name:
            yield name
        for one in fields(part):
            yield from _bound(getattr(part, one.name))
