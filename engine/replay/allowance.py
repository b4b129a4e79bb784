"""How much of what nobody sees a search may look at: models whose silent steps multiply must not keep it for ever."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from engine.replay.running import Kids, OverBudget

# Of more situations that can come about unseen from one state the rest is left away, and the state says so.
MANY_UNSEEN = 1_000


class Allowance:
    """``overflowed`` tells that something was left away; ``allowance`` is how much may still happen unseen, None: whatever it takes."""

    overflowed: bool = False
    allowance: int | None = None

    @contextmanager
    def allowing(self, situations: int) -> Iterator[None]:
        """Inside, at most so many situations come about unseen before ``OverBudget``; what was found till then stays known."""
        self.allowance = situations
        try:
            yield
        finally:
            self.allowance = None

    def look(self, seen_so_far: int, kids: Kids) -> bool:
        """Whether one more situation that comes about unseen may be looked at; it takes the longer, the more is running in it.

        Raises:
            OverBudget: nothing at all may be looked at any more.
        """
        if self.allowance is not None:
            self.allowance -= 1 + len(kids)
            if self.allowance < 0:
                raise OverBudget
        if seen_so_far > MANY_UNSEEN:
            self.overflowed = True
            return False
        return True
