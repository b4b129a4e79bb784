"""(definition or state, command) → Step. No clock, no database, no surprise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import Any

from engine.model.step import Step
from engine.runtime import codec
from engine.runtime.case import Case
from engine.runtime.commands import Command
from engine.runtime.definition import Definition
from engine.runtime.drive import drive
from engine.runtime.looking import Seen
from engine.runtime.services import Services
from engine.runtime.tokens import plant


class Runtime(Services):
    """Runs cases: every method loads the state it is given and hands out a new one; nothing is kept in between."""

    def start(
        self, definition: Definition, variables: Mapping[str, Any], *, key: int, at: str | None = None, last: str | None = None
    ) -> Step:
        """Start a case at its start event, or at the element ``at``. ``key`` is its root key (instance number · 10⁹);
        all other keys follow it, one by one. With ``last`` the case ends when that element is completed; see ``until``.

        Raises:
            NotFound: the process has no element ``at``.
        """
        case = Case(definition, self)
        plant(case, at)
        case.last = last
        case.counter = case.root = key
        case.variables.open(key, None, variables)
        return _driven(case)

    def apply(self, state: str, command: Command) -> Step:
        """Carry out one command on a saved case.

        Raises:
            NotWaiting: nothing waits under the command's key any more.
        """
        case = codec.load(state, self)
        command(case)
        return _driven(case)

    def visible(self, state: str, keys: Iterable[int]) -> dict[int, dict[str, Any]]:
        """For each key, all variables that the waiting element sees; of a boundary event, those its activity sees.

        Raises:
            NotWaiting: nothing waits under a key any more.
        """
        return Seen(state).visible(keys)

    def variables(self, state: str) -> dict[str, Any]:
        """The variables of the case itself, as every element sees them that hides none."""
        return Seen(state).root()


def _driven(case: Case) -> Step:
    drive(case)
    step = outcome(case, codec.dump(case))
    case.dissolve()
    return step


def outcome(case: Case, state: str) -> Step:
    by_key = attrgetter("key")
    return Step(
        state=state,
        waits=tuple(sorted(case.waits(), key=by_key)),
        incidents=tuple(sorted(case.incidents(), key=by_key)),
        events=tuple(case.events),
        changes=tuple(case.variables.changes),
        signals=tuple(case.signals),
        variables=case.variables.visible(case.root),
        completed=case.completed,
    )
