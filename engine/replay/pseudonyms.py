"""Nobody is recognised in an export: names become keyed digests, days move, ages become classes.

The key lives as long as one export. Two exports cannot be joined, and nobody can compute a pseudonym who knows a case number.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import date, datetime, timedelta
from hashlib import sha256
from uuid import UUID

AGE_CLASSES = ((16, "0–15"), (25, "16–24"), (35, "25–34"), (45, "35–44"), (55, "45–54"), (64, "55–63"), (200, "64+"))
# Dates move by up to half a year either way, in whole weeks: weekdays and durations stay what they were.
MOST_WEEKS = 26


class Pseudonyms:
    """One export's pseudonyms; without ``key`` they are new and unrepeatable."""

    def __init__(self, key: bytes | None = None):
        self._key = key or secrets.token_bytes(32)

    def of(self, kind: str, value: object) -> str:
        """What stands for the value; the same within this export, whatever is asked when."""
        return self._digest(kind, value).hex()[:16]

    def uuid(self, kind: str, value: object) -> str:
        """The same as a UUID (version 8, of one's own making: RFC 9562)."""
        digits = bytearray(self._digest(kind, value)[:16])
        digits[6], digits[8] = digits[6] & 0x0F | 0x80, digits[8] & 0x3F | 0x80
        return str(UUID(bytes=bytes(digits)))

    def moved(self, case: object, moment: datetime) -> datetime:
        """The moment, moved as far as everything else of that case."""
        return moment + self.shift(case)

    def moved_day(self, case: object, day: date) -> date:
        return day + self.shift(case)

    def shift(self, case: object) -> timedelta:
        """Between one and ``MOST_WEEKS`` weeks, earlier or later."""
        number = int.from_bytes(self._digest("Tage", case)[:4], "big") % (2 * MOST_WEEKS)
        return timedelta(weeks=number - MOST_WEEKS if number < MOST_WEEKS else number - MOST_WEEKS + 1)

    def _digest(self, kind: str, value: object) -> bytes:
        return hmac.new(self._key, f"{kind}\0{value}".encode(), sha256).digest()


def age_class(born: date | None, on: date) -> str:
    """The class of the age in full years on that day; ``unbekannt`` without a date of birth."""
    if born is None:
        return "unbekannt"
    age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return next(name for limit, name in AGE_CLASSES if age < limit)


def size_class(people: int) -> str:
    """How many live together, as far as statistics need it."""
    return str(people) if people < 4 else "4+"
