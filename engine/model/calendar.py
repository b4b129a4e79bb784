"""Dates, deadlines and working days, always in the calendar of Europe/Zurich.

An instant is a datetime with time zone; the functions return instants in UTC. Messages of the raised ValueErrors are German.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo

from engine.model.cron import next_time

ZURICH = ZoneInfo("Europe/Zurich")

TimerKind = Literal["date", "duration", "cycle"]

_DURATION = re.compile(
    r"(?P<sign>[+-])?P(?=.)(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=.)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)
_INSTANT = re.compile(r"(?P<plain>\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?)(?:\[(?P<zone>.+)\]|@(?P<at>.+))?")
_CYCLE = re.compile(r"R(?P<rounds>-?\d*)/(?:(?P<start>[^/]+)/)?(?P<every>[^/]+)")


@dataclass(frozen=True)
class Duration:
    """An ISO 8601 duration: a calendar part and an exact part."""

    months: int
    days: int
    exact: timedelta

    def times(self, count: int) -> Duration:
        return Duration(self.months * count, self.days * count, self.exact * count)


def parse_duration(iso: str) -> Duration:
    """Read ``P1Y2M3W4DT5H6M7S``.

    Raises:
        ValueError: not a duration.
    """
    match = _DURATION.fullmatch(iso.strip())
    if match is None:
        raise ValueError(f"«{iso}» ist keine Dauer; erwartet wird etwa P30D, P6M oder PT12H.")
    part = {name: float(text) if name == "seconds" else int(text) for name, text in match.groupdict("0").items() if name != "sign"}
    try:
        exact = timedelta(hours=part["hours"], minutes=part["minutes"], seconds=part["seconds"])
    except OverflowError:
        raise ValueError(f"Die Dauer «{iso}» ist zu lang.") from None
    duration = Duration(int(part["years"] * 12 + part["months"]), int(part["weeks"] * 7 + part["days"]), exact)
    return duration.times(-1) if match["sign"] == "-" else duration


def add_duration(start: datetime, iso: str) -> datetime:
    """The instant ``iso`` after ``start``.

    Years, months, weeks and days count on the Zurich calendar and keep the local time of day, so a change to summer time moves no due day; a
    month that is too short ends on its last day (31 August + P6M = 28 February). Hours, minutes and seconds are then added exactly.
    """
    return _after(start, parse_duration(iso), iso)


def months_after(day: date, months: int) -> date:
    """The same day ``months`` later, or the last day of a month that is too short."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise ValueError(f"{months} Monate nach {day:%d.%m.%Y} liegen ausserhalb des Kalenders.")
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def parse_instant(text: str) -> datetime:
    """An ISO date (00:00 in Zurich) or date and time; without offset the time is Zurich's.

    Accepts what FEEL and Camunda write after it, too: ``[Europe/Zurich]`` or ``@Europe/Zurich``.
    """
    match = _INSTANT.fullmatch(text.strip())
    try:
        if match is None:
            raise ValueError
        instant = datetime.fromisoformat(match["plain"])
        return _instant(instant if instant.tzinfo else instant.replace(tzinfo=_zone(match["zone"] or match["at"])))
    except (ValueError, OverflowError, KeyError, OSError):
        raise ValueError(f"«{text}» ist kein Zeitpunkt; erwartet wird etwa 2026-08-31 oder 2026-08-31T14:00:00+02:00.") from None


def end_of_day(day: date) -> datetime:
    """The last second of ``day``: something due on a date can be done until then."""
    return _instant(datetime.combine(day, time(23, 59, 59), ZURICH))


def due_at(kind: TimerKind, value: str, armed_at: datetime, fired: int = 0, *, previous: datetime | None = None) -> datetime:
    """When a timer is due next.

    A repeated timer passes the instant at which the *first* of its series was armed and how often it has fired: round n is due n times the
    duration after the start, so that a monthly cycle from 31 January comes on 28 February and on 31 March. ``previous``, the last due time,
    only saves a cron cycle from counting all rounds again.

    Raises:
        ValueError: ``value`` is not of this kind, or its rounds are used up.
    """
    match kind:
        case "date":
            return parse_instant(value)
        case "duration":
            return add_duration(armed_at, value)
        case "cycle":
            return _round(value.strip(), armed_at, fired, previous)
    raise ValueError(f"«{kind}» ist keine Art von Zeitereignis.")


def rounds(value: str) -> int | None:
    """How often a cycle fires in all; None is for ever."""
    match = _CYCLE.fullmatch(value.strip())
    return int(match["rounds"]) if match and match["rounds"] not in ("", "-1") else None


def is_arbeitstag(day: date) -> bool:
    return day.weekday() < 5 and day not in feiertage(day.year)


def arbeitstage_plus(day: date, n: int) -> date:
    """The n-th working day after ``day`` (before it when negative); 0 gives the day itself or, if it is free, the next working day."""
    step = timedelta(days=-1 if n < 0 else 1)
    left = abs(n)
    while left or not is_arbeitstag(day):
        day += step
        if left and is_arbeitstag(day):
            left -= 1
    return day


@cache
def feiertage(year: int) -> dict[date, str]:
    """The days of ``year`` besides Saturday and Sunday on which the offices of the canton of Solothurn are closed.

    Source: § 2 Abs. 1 Ruhetagsgesetz of 18 May 2014 (BGS 512.41), for the canton without the district Bucheggberg (where Fronleichnam, Maria
    Himmelfahrt and Allerheiligen are working days), and Art. 110 Abs. 3 BV for the Bundesfeier. 1 May is a day of rest from noon on: it does
    not count as a working day here. Berchtoldstag, Ostermontag, Pfingstmontag and Stephanstag are no days of rest by that law but
    customarily free (assumption). Days that single communes add, such as Josefstag, are left out.
    """
    ostern = _ostern(year)
    days = {
        date(year, 1, 1): "Neujahr",
        date(year, 1, 2): "Berchtoldstag",
        ostern - timedelta(days=2): "Karfreitag",
        ostern + timedelta(days=1): "Ostermontag",
        date(year, 5, 1): "Tag der Arbeit (ab 12 Uhr)",
        ostern + timedelta(days=39): "Auffahrt",
        ostern + timedelta(days=50): "Pfingstmontag",
        ostern + timedelta(days=60): "Fronleichnam",
        date(year, 8, 1): "Bundesfeier",
        date(year, 8, 15): "Maria Himmelfahrt",
        date(year, 11, 1): "Allerheiligen",
        date(year, 12, 25): "Weihnachten",
        date(year, 12, 26): "Stephanstag",
    }
    return dict(sorted(days.items()))


def _ostern(year: int) -> date:
    """Easter Sunday of the Gregorian calendar, by the anonymous algorithm in the form that Nature printed in 1876."""
    century, rest = divmod(year, 100)
    moon = year % 19
    leap, skipped = divmod(century, 4)
    epact = (19 * moon + century - leap - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * skipped + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (moon + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def _round(value: str, armed_at: datetime, fired: int, previous: datetime | None) -> datetime:
    match = _CYCLE.fullmatch(value)
    if match is None:
        return _cron(value, armed_at, fired, previous)
    total = rounds(value)
    if total is not None and fired >= total:
        raise ValueError(f"Der Zyklus «{value}» hat keine weitere Wiederholung.")
    every = parse_duration(match["every"])
    if every.months <= 0 and every.days <= 0 and every.exact <= timedelta(0):
        raise ValueError(f"Der Zyklus «{value}» braucht einen Abstand, der grösser als null ist.")
    if match["start"]:
        return _after(parse_instant(match["start"]), every.times(fired), value)
    return _after(armed_at, every.times(fired + 1), value)


def _cron(value: str, armed_at: datetime, fired: int, previous: datetime | None) -> datetime:
    moment = (previous or armed_at).astimezone(ZURICH)
    for _ in range(1 if previous else fired + 1):
        moment = next_time(value, moment)
    return _instant(moment)


def _after(start: datetime, duration: Duration, text: str) -> datetime:
    try:
        if not duration.months and not duration.days:
            return _instant(start) + duration.exact
        local = start.astimezone(ZURICH)
        day = months_after(local.date(), duration.months) + timedelta(days=duration.days)
        return _instant(datetime.combine(day, local.time(), ZURICH)) + duration.exact
    except OverflowError:
        raise ValueError(f"«{text}» führt aus dem Kalender hinaus.") from None


def _instant(moment: datetime) -> datetime:
    """In UTC. A local time that occurs twice is the first one; one that a change to summer time skips is as much later as was skipped."""
    return moment.astimezone(UTC)


def _zone(name: str | None) -> ZoneInfo:
    return ZoneInfo(name) if name else ZURICH
