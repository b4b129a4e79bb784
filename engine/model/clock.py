"""Where 'now' comes from. Everything below the entry points receives it; nothing asks the operating system itself."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """The present instant, in UTC with time zone."""

    def wall(self) -> datetime:
        """What the clocks outside show, such as somebody's telephone: the same, unless this clock was set."""


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def wall(self) -> datetime:
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands until it is set: for tests and for building demo data."""

    def __init__(self, at: datetime):
        self.at = at

    def now(self) -> datetime:
        return self.at

    def wall(self) -> datetime:
        return self.at
