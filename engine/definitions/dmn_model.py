"""A decision model as plain data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """An input or output. ``type`` is empty when anything goes; ``allowed`` are unary tests; ``many``: a list of such values."""

    id: str
    name: str
    label: str
    source: str
    type: str
    allowed: str
    many: bool


@dataclass(frozen=True)
class Rule:
    """``id`` is the published one; an empty or ``-`` test always fits."""

    id: str
    tests: tuple[str, ...]
    outputs: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    hit_policy: str
    aggregation: str
    inputs: tuple[Column, ...]
    outputs: tuple[Column, ...]
    rules: tuple[Rule, ...]
    fallback: tuple[str, ...] | None


@dataclass(frozen=True)
class Decision:
    """One decision: a table or a FEEL expression. ``requires`` are ids of decisions, ``variable`` is the name others see the result under."""

    id: str
    name: str
    file: str
    variable: str
    requires: tuple[str, ...]
    inputs: tuple[str, ...]
    table: Table | None
    expression: str
