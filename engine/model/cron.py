"""Cron expressions as Camunda's timers use them: ``minute hour day month weekday``, optionally with seconds in front.

A field is ``*``, ``?``, a number, a range, a step or a list of these; months and weekdays have English names, ``L`` is the last day of the month.
Day of month *and* weekday must fit, as in Spring, not one of them, as in Unix.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import product

# 29 February comes back after at most eight years.
HORIZON = 366 * 8 + 1

MACROS = {
    "@yearly": "0 0 0 1 1 *",
    "@annually": "0 0 0 1 1 *",
    "@monthly": "0 0 0 1 * *",
    "@weekly": "0 0 0 * * 0",
    "@daily": "0 0 0 * * *",
    "@midnight": "0 0 0 * * *",
    "@hourly": "0 0 * * * *",
}
MONTHS = {
    name: number for number, name in enumerate(("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"), 1)
}
WEEKDAYS = {name: number for number, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"))}
LIMITS = ((0, 59), (0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_PART = re.compile(r"(?P<first>\*|\?|\d+)(?:-(?P<last>\d+))?(?:/(?P<step>\d+))?")


@dataclass(frozen=True)
class Cron:
    times: tuple[time, ...]
    days: frozenset[int]
    last_day: bool
    months: frozenset[int]
    weekdays: frozenset[int]

    def falls_on(self, day: date) -> bool:
        is_day = day.day in self.days or (self.last_day and day.day == monthrange(day.year, day.month)[1])
        return is_day and day.month in self.months and day.isoweekday() % 7 in self.weekdays


def next_time(expression: str, after: datetime) -> datetime:
    """The first time after ``after``, on the clock of its time zone.

    Raises:
        ValueError: not a cron expression, or one without any date.
    """
    cron = parse(expression)
    for day in _days(after.date()):
        if cron.falls_on(day):
            for clock in cron.times:
                moment = datetime.combine(day, clock, after.tzinfo)
                if moment.astimezone(UTC) > after.astimezone(UTC):
                    return moment
    raise ValueError(f"«{expression}» trifft nie ein.")


@lru_cache(maxsize=256)
def parse(expression: str) -> Cron:
    fields = MACROS.get(expression, expression).upper().split()
    if len(fields) == 5:
        fields = ["0", *fields]
    if len(fields) != 6:
        raise ValueError(
            f"«{expression}» ist kein Zyklus; erwartet wird etwa R/P1M, R3/PT10H oder ein Cron-Ausdruck wie 0 0 6 * * MON-FRI."
        )
    last_day = fields[3] == "L"
    if last_day:
        fields[3] = "31"
    seconds, minutes, hours, days, months, weekdays = (
        _field(expression, text, *limit) for text, limit in zip(_numbers(fields), LIMITS, strict=True)
    )
    times = tuple(time(*clock) for clock in product(sorted(hours), sorted(minutes), sorted(seconds)))
    return Cron(times, days, last_day, months, frozenset(weekday % 7 for weekday in weekdays))


def _days(first: date) -> Iterator[date]:
    return (first + timedelta(days=offset) for offset in range(HORIZON))


def _numbers(fields: list[str]) -> list[str]:
    return [*fields[:4], _translate(fields[4], MONTHS), _translate(fields[5], WEEKDAYS)]


def _translate(text: str, names: dict[str, int]) -> str:
    return re.sub(r"[A-Z]{3}", lambda match: str(names.get(match[0], match[0])), text)


def _field(expression: str, text: str, low: int, high: int) -> frozenset[int]:
    return frozenset(number for part in text.split(",") for number in _part(expression, part, low, high))


def _part(expression: str, text: str, low: int, high: int) -> range:
    match = _PART.fullmatch(text)
    if match is None:
        raise ValueError(f"Im Cron-Ausdruck «{expression}» ist «{text}» nicht verständlich.")
    everything = match["first"] in "*?"
    first = low if everything else int(match["first"])
    # `5/10` means every ten from five on; `5` alone means five.
    last = int(match["last"]) if match["last"] else (high if everything or match["step"] else first)
    if not low <= first <= last <= high or match["step"] == "0":
        raise ValueError(f"Im Cron-Ausdruck «{expression}» liegt «{text}» nicht zwischen {low} und {high}.")
    return range(first, last + 1, int(match["step"] or 1))
