"""What logs that Fallfluss wrote say of their cases, read back the same way on every occasion: which process they belong to, and whether they are over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

from engine.replay.own_history import IS_OVER, PROCESS


class Origin(NamedTuple):
    """``process`` is None for a case of another system; then nobody knows whether it is over."""

    process: str | None = None
    is_over: bool = True


def origin(attributes: Mapping[str, Any]) -> Origin:
    """By what a case's own attributes say."""
    process = attributes.get(PROCESS)
    return Origin() if process is None else Origin(str(process), attributes.get(IS_OVER) is not False)


def others(cases: Counter[Origin], main: str) -> Counter[str]:
    """How many cases are not of the process ``main`` but of which, the most frequent first; nothing where none would be left over."""
    found = Counter[str]()
    for one, number in cases.items():
        if one.process not in (None, main):
            found[str(one.process)] += number
    return Counter() if found.total() == cases.total() else Counter(dict(found.most_common()))


def is_own(cases: Counter[Origin]) -> bool:
    """Whether Fallfluss wrote them all: then each event is in the log, and a case under way lacks nothing at its end."""
    return bool(cases) and all(one.process is not None for one in cases)
