"""Fallfluss's own history as files for others, pseudonymised: XES, CSV and OCEL 2.0. However long it is, it is written as it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from engine.model.calendar import ZURICH
from engine.replay.ocel import write_ocel
from engine.replay.own_history import OwnCase, own_cases
from engine.replay.pseudonyms import Pseudonyms
from engine.replay.tables import write_csv
from engine.replay.verhuellt import OF_CASE, OF_EVENT, pseudonymised
from engine.replay.xes import write_xes
from engine.store.session import FallSession

FORMATS = ("xes", "csv", "ocel")


def export(
    session: FallSession,
    path: Path,
    format_: str,
    *,
    begun_from: datetime | None = None,
    begun_to: datetime | None = None,
    region: str | None = None,
    pseudonyms: Pseudonyms | None = None,
    progress: Callable[[], None] = lambda: None,
) -> int:
    """Write the instances that began in the period; returns how many. A file that exists is replaced."""
    hidden = pseudonyms or Pseudonyms()
    is_ocel = format_ == "ocel"
    found = _told(own_cases(session, begun_from=begun_from, begun_to=begun_to, region=region, by_fall=is_ocel), progress)
    if is_ocel:
        return write_ocel(session, path, found, hidden)
    cases = (pseudonymised(session, own, hidden) for own in found)
    return write_xes(path, cases) if format_ == "xes" else write_csv(path, cases, of_case=OF_CASE, of_event=OF_EVENT)


def begun_within(first: date | None, last: date | None) -> tuple[datetime | None, datetime | None]:
    """The moments from which and before which an instance began, for days of the canton's calendar, both included."""
    return None if first is None else _midnight(first), None if last is None else _midnight(last + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZURICH).astimezone(UTC)


def _told(cases: Iterable[OwnCase], progress: Callable[[], None]) -> Iterator[OwnCase]:
    for case in cases:
        yield case
        progress()
