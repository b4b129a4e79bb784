"""What an execution needs from outside."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from engine.runtime.definition import Definition


class Evaluator(Protocol):
    """FEEL, as ``engine.definitions.feel.Feel`` gives it."""

    def evaluate_all(self, expressions: Sequence[str], context: Mapping[str, Any], *, now: datetime) -> list[Any]:
        """One JSON value for each expression; ``Trouble`` when one fails."""

    def explain(self, expression: str, context: Mapping[str, Any], *, now: datetime) -> list[str]:
        """What went strangely while evaluating, such as a missing variable, for a message."""


@dataclass(frozen=True)
class Services:
    """``find`` gives a definition by process and version, ``resolve(process)`` the version of the case's release (or ``Trouble``).

    ``decide(decision_id, variables)`` gives a decision's result. Where the diagram binds to a version, ``resolve`` and ``decide`` get
    its tag, or the calling definition's ``together``, as a last argument. ``now`` is the instant of the command, with zone.
    """

    find: Callable[[str, int], Definition]
    resolve: Callable[..., Definition]
    feel: Evaluator
    decide: Callable[..., Any]
    now: datetime
