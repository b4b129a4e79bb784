"""The parameters' values in force: own value of the region, else the canton's, else the default (process description, chapter 10).

They are never part of a case's state: expressions and decisions see them as ``parameter`` with the values of the command's day and
the case's region. Because rows are only ever added, ``values(…, known_at=…)`` gives a replay what a past command saw.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import ScalarSelect, func, select

from engine.definitions.parameter import Parameter, catalogue, is_at_most
from engine.store.session import Database, FallSession
from engine.store.tables import Parameterwert

KANTON = "*"
_STAND = "parameter_stand"
_OWN = "parameter_own"
# Regions, each between two changes.
_REMEMBERED = 200


@dataclass(frozen=True)
class Eintrag:
    """A row of the log, free of the session that read it; see ``Parameterwert``."""

    key: str
    region: str
    value: str | None
    gueltig_von: date
    gueltig_bis: date | None
    at: datetime
    by: str
    note: str

    def covers(self, day: date) -> bool:
        return self.gueltig_von <= day and (self.gueltig_bis is None or day <= self.gueltig_bis)


class Log:
    """All rows as they were at one moment, oldest first, and what follows from them."""

    def __init__(self, stand: int, rows: Sequence[Eintrag]):
        self.stand = stand
        self.rows = tuple(rows)
        self._latest = max((row.at for row in self.rows), default=None)
        self._known: dict[tuple[str, int], Mapping[str, Any]] = {}
        # What held in a region from day to day is the same until a row begins or ends.
        self._changes = sorted({day for row in self.rows for day in (row.gueltig_von, row.gueltig_bis and row.gueltig_bis + timedelta(days=1)) if day})

    def as_of(self, at: datetime) -> Log:
        """The log as it was at that moment."""
        if self._latest is None or self._latest <= at:
            return self
        return Log(-1, [row for row in self.rows if row.at <= at])

    def values(self, region: str, day: date) -> Mapping[str, Any]:
        """All values in force in ``region`` on ``day``, by the names that expressions use."""
        key = (region, bisect_right(self._changes, day))
        found = self._known.get(key)
        if found is None:
            if len(self._known) > _REMEMBERED:
                self._known.clear()
            found = {parameter.name: in_days(self.value(parameter, region, day)) for parameter in catalogue().values()}
            self._known[key] = found
        return found

    def value(self, parameter: Parameter, region: str, day: date) -> Any:
        """The value in force. Where a region may only be shorter, the canton's counts as soon as that is the shorter one."""
        kanton = self._set(parameter, KANTON, day, parameter.default)
        if region == KANTON or not parameter.allows_regions:
            return kanton
        own = self._set(parameter, region, day, kanton)
        return own if not parameter.must_be_shorter or is_at_most(own, kanton) else kanton

    def newest(self, parameter: Parameter, region: str, day: date) -> Eintrag | None:
        """The row that counts at exactly this level on ``day``; its value may be None, taken back."""
        level = (parameter.key, region)
        return next((row for row in reversed(self.rows) if (row.key, row.region) == level and row.covers(day)), None)

    def _set(self, parameter: Parameter, region: str, day: date, otherwise: Any) -> Any:
        row = self.newest(parameter, region, day)
        return otherwise if row is None or row.value is None else parameter.stored(row.value)


def in_days(value: Any) -> Any:
    """A duration in weeks as days, because FEEL knows no weeks; everything else as it is."""
    weeks = re.fullmatch(r"P(\d+)W", value) if isinstance(value, str) else None
    return f"P{7 * int(weeks[1])}D" if weeks else value


_logs: WeakKeyDictionary[Database, Log] = WeakKeyDictionary()


def values(session: FallSession, region: str, day: date, *, known_at: datetime | None = None) -> Mapping[str, Any]:
    """All values in force in ``region`` (``*`` for the canton) on ``day``, by the names that expressions use.

    ``known_at`` leaves out what was set later, as a replay needs it.
    """
    known = log(session)
    return (known if known_at is None else known.as_of(known_at)).values(region, day)


def log(session: FallSession) -> Log:
    """All rows, from memory as long as none was added."""
    if session.info.get(_OWN):
        # Not yet committed: nobody else may see it, not even from memory.
        return Log(-1, _rows(session))
    stand = session.info.get(_STAND)
    if stand is None:
        stand = note_stand(session, session.scalar(select(stand_now())) or 0)
    known = _logs.get(session.database)
    if known is None or known.stand != stand:
        rows = _rows(session)
        known = _logs[session.database] = Log(len(rows), rows)
    return known


def stand_now() -> ScalarSelect[int]:
    """The number of rows, for a statement that is sent anyway. Rows are only added, so an equal number means equal rows; the
    highest id would not do, because a lower one may be committed later."""
    return select(func.count(Parameterwert.id)).scalar_subquery()


def note_stand(session: FallSession, stand: int) -> int:
    """Remember for this transaction what ``stand_now`` said, so that it is not asked again."""
    session.info[_STAND] = stand
    return stand


def add(session: FallSession, row: Parameterwert) -> None:
    """Append a row; this transaction sees it at once, everybody else after the commit."""
    session.add(row)
    session.flush()
    session.info[_OWN] = True


def _rows(session: FallSession) -> Sequence[Eintrag]:
    columns = (getattr(Parameterwert, field.name) for field in fields(Eintrag))
    return [Eintrag(*row) for row in session.execute(select(*columns).order_by(Parameterwert.id))]
