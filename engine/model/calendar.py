"""Dates, deadlines and working days, always in the calendar of Europe/Zurich. An instant is a datetime with time zone, stored in UTC."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from zoneinfo import ZoneInfo

ZURICH = ZoneInfo("Europe/Zurich")


@cache
def feiertage(year: int) -> dict[date, str]:
    ostern = _ostern(year)
    return {
        date(year, 1, 1): "Neujahr",
        date(year, 1, 2): "Berchtoldstag",
        ostern - timedelta(days=2): "Karfreitag",
        ostern + timedelta(days=1): "Ostermontag",
        ostern + timedelta(days=39): "Auffahrt",
        ostern + timedelta(days=50): "Pfingstmontag",
        date(year, 8, 1): "Bundesfeier",
        date(year, 12, 25): "Weihnachten",
        date(year, 12, 26): "Stephanstag",
    }


def _ostern(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (the anonymous algorithm, Nature 1876)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (a + 11 * h) // 319
    r = (2 * e + 2 * i - k - h + m + 32) % 7
    n = (h - m + r + 90) // 25
    return date(year, n, (h - m + r + n + 19) % 32)
