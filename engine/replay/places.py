"""What a compiled drawing consists of: places, actions, and the scopes that hold them. Static; ``states`` plays it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from engine.definitions.plain import Loop, Scope

BITS = 4
FULL = 15
# An inclusive split of more branches is read as: each one alone, or all of them.
MANY_BRANCHES = 8
# An event that tells again and again is taken to have told at most so often without anything having come of it yet.
AT_ONCE = 3

# What happens to a token that arrives: an operation and its argument.
PASS, PUT, JOIN, MERGE, KID, END, ERROR, ESCALATE, TERMINATE = range(9)
Op = tuple[int, Any]


@dataclass(frozen=True)
class Visible:
    """Something a log can show. ``path`` are the activities it lies in, outermost first."""

    path: tuple[str, ...]
    element: str
    name: str
    type: str
    label: int


@dataclass(frozen=True)
class Action:
    """One way for a token to leave. ``take`` is subtracted from the scope's marking, which must hold ``need``.

    ``visible`` is an index into ``Net.visible`` or -1. ``leaves`` is the activity that ends by it; ``kid`` says its instance is taken away;
    ``clears`` ends everything in the scope first.
    """

    take: int
    ops: tuple[Op, ...]
    visible: int = -1
    need: int = 0
    leaves: str | None = None
    kid: str | None = None
    clears: bool = False


@dataclass
class Def:
    """A compiled scope. ``places`` names for each place its node; ``tokens`` masks those that keep the scope alive."""

    path: tuple[str, ...]
    scope: Scope
    places: list[str] = field(default_factory=list)
    actions: list[list[Action]] = field(default_factory=list)
    ops: dict[str, Op] = field(default_factory=dict)
    # What an activity permits when it begins: of which place how many tokens, and how many there may be at most.
    arms: dict[int | str, tuple[tuple[int, int, int], ...]] = field(default_factory=dict)
    live: dict[str, tuple[tuple[int, tuple[Op, ...], int], ...]] = field(default_factory=dict)
    ends_with: dict[str, int] = field(default_factory=dict)
    caught: dict[str, tuple[tuple[str, str | None, bool, Op], ...]] = field(default_factory=dict)
    kids: dict[str, Def | LoopDef] = field(default_factory=dict)
    kid_actions: dict[str, list[Action]] = field(default_factory=dict)
    joins: dict[int, tuple[tuple[int, ...], Op]] = field(default_factory=dict)
    merges: list[Merge] = field(default_factory=list)
    starts: tuple[Op, ...] = ()
    begins: tuple[int, ...] = ()
    errors: tuple[tuple[str, str | None, bool, Op], ...] = ()
    tokens: int = 0
    waits: int = 0
    syncs: int = 0
    parent: Def | LoopDef | None = None


@dataclass
class LoopDef:
    """The repetition of an activity; its body is a scope."""

    path: tuple[str, ...]
    loop: Loop
    body: Def | None = None
    parent: Def | LoopDef | None = None
    node: str = ""


@dataclass
class Merge:
    """An inclusive join: its places, and from where tokens can still come to which of them."""

    places: tuple[int, ...]
    after: Op
    from_place: dict[int, int] = field(default_factory=dict)
    from_kid: dict[str, int] = field(default_factory=dict)


def unit(place: int) -> int:
    return 1 << BITS * place


def mask(place: int) -> int:
    return FULL << BITS * place


def subsets(flows: Sequence[str]) -> Iterator[tuple[str, ...]]:
    if len(flows) > MANY_BRANCHES:
        yield from ((flow,) for flow in flows)
        yield tuple(flows)
        return
    for size in range(1, len(flows) + 1):
        yield from combinations(flows, size)


def thrown(scope: Scope, called: Mapping[str, Scope], seen: frozenset[str]) -> set[tuple[str, str]]:
    """Errors and escalations that something inside throws, whether or not something inside catches them too."""
    found: set[tuple[str, str]] = set()
    for node in scope.nodes.values():
        if node.kind in ("end", "throw") and node.event in ("error", "escalation", "cancel"):
            found.add(("error" if node.event == "cancel" else node.event, node.code or ""))
        inner = node.body or (called.get(node.called or "") if node.kind == "call" else None)
        if inner is not None and inner.id not in seen:
            found |= thrown(inner, called, seen | {inner.id})
    return found
