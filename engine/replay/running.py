"""A scope while something happens in it, and what can be seen next of a state."""

from __future__ import annotations

from dataclasses import dataclass

Effects = tuple[tuple[str, str], ...]
Kids = tuple[tuple[str, int], ...]
# A state, or None for a scope that is over.
Outcome = tuple["int | None", Effects]


class OverBudget(Exception):  # noqa: N818 - no error: whoever gave the budget catches it and says "not decided"
    """What can happen unseen is more than may be looked at."""


@dataclass(frozen=True, slots=True)
class Closure:
    """What may be seen next: ``(index of the visible thing, state after it, effects)``; ``ends`` are the ways to end or tell unseen.

    ``truncated`` says that something may be missing: a place would have held more than fifteen tokens, or too much can happen unseen.
    """

    seen: tuple[tuple[int, int | None, Effects], ...]
    ends: tuple[Outcome, ...]
    truncated: bool


@dataclass(slots=True)
class Run:
    """A scope while a step runs in it. ``fresh`` marks tokens that this run of silent steps has made."""

    m: int
    kids: Kids
    fresh: int = 0
    fresh_kids: Kids = ()
    synced: bool = False
    pending: bool = False
    effects: Effects = ()
    is_over: bool = False
    is_lost: bool = False

    def key(self) -> tuple[object, ...]:
        return (self.m, self.kids, self.fresh, self.fresh_kids, self.synced, self.pending)


def plus(kids: Kids, kid: tuple[str, int]) -> Kids:
    return (kid,) if not kids else tuple(sorted((*kids, kid)))


def minus(kids: Kids, kid: tuple[str, int]) -> Kids:
    if kid not in kids:
        return kids
    at = kids.index(kid)
    return kids[:at] + kids[at + 1 :]


def without(run: Run, kid: tuple[str, int]) -> Run:
    return Run(run.m, minus(run.kids, kid), run.fresh, minus(run.fresh_kids, kid), effects=run.effects)


def with_(run: Run, kid: tuple[str, int]) -> Run:
    run.kids = plus(run.kids, kid)
    run.fresh_kids = plus(run.fresh_kids, kid)
    return run
