"""Points in time as people and programs write them into logs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any

ZONES: Mapping[str, tzinfo] = {
    "Z": UTC, "UTC": UTC, "GMT": UTC, "CET": timezone(timedelta(hours=1)), "MEZ": timezone(timedelta(hours=1)),
    "CEST": timezone(timedelta(hours=2)), "MESZ": timezone(timedelta(hours=2)),
}  # fmt: skip
FORMATS = (
    "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S.%f", "%d.%m.%Y", "%d.%m.%y %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M:%S.%f",
    "%Y/%m/%d %H:%M", "%Y/%m/%d", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y", "%d-%m-%Y %H:%M:%S", "%d-%m-%Y %H:%M",
)  # fmt: skip
ZONED = re.compile(r"^(.*\d)\s*(Z|UTC|GMT|CES?T|MES?Z)$")
# Many programs write +01 or +0100 where Python wants +01:00.
OFFSET = re.compile(r"^(.*\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*([+-]\d{2}):?(\d{2})?$")

# No place on earth is farther from Greenwich.
DAY = timedelta(hours=24)


class Times:
    """Reads points in time as people and programs write them; remembers them, because logs repeat themselves.

    A time without zone is one of ``zone``. Of a time that occurs twice there the first is meant; one that is skipped is no point in time.
    """

    def __init__(self, zone: tzinfo):
        self.zone = zone
        self.known: dict[Any, datetime | None] = {}

    def parse(self, text: Any) -> datetime | None:
        """The moment in UTC, or None."""
        known = self.known
        if text in known:
            return known[text]
        found = self._parse(text)
        if len(known) < 200_000:
            known[text] = found
        return found

    def _parse(self, text: Any) -> datetime | None:
        if isinstance(text, datetime):
            return self._placed(text)
        try:
            return self._placed(datetime.fromisoformat(text))
        except ValueError:
            pass
        zoned = ZONED.match(text.strip())
        if zoned:
            inner = self._wall(zoned[1])
            return None if inner is None else self._placed(inner.replace(tzinfo=ZONES[zoned[2]]))
        shifted = OFFSET.match(text.strip())
        if shifted:
            inner = self._wall(shifted[1])
            hours = timedelta(hours=int(shifted[2]), minutes=int(f"{shifted[2][0]}{shifted[3] or 0}"))
            return None if inner is None or abs(hours) >= DAY else self._placed(inner.replace(tzinfo=timezone(hours)))
        wall = self._wall(text.strip())
        return None if wall is None else self._placed(wall)

    def is_skipped(self, text: Any) -> bool:
        """Whether it is a time of day that a change to summer time leaves out."""
        wall = text if isinstance(text, datetime) else self._wall(str(text).strip())
        return wall is not None and 1 < wall.year < 9999 and self._placed(wall.replace(tzinfo=None)) is None

    def _placed(self, moment: datetime) -> datetime | None:
        try:
            if moment.tzinfo is not None:
                return moment.astimezone(UTC)
            placed = moment.replace(tzinfo=self.zone).astimezone(UTC)
            return placed if placed.astimezone(self.zone).replace(tzinfo=None) == moment else None
        except OverflowError:  # the first and the last day that Python knows
            return None

    @staticmethod
    def _wall(text: str) -> datetime | None:
        try:
            return datetime.fromisoformat(text).replace(tzinfo=None)
        except ValueError:
            pass
        for form in FORMATS:
            try:
                return datetime.strptime(text, form)  # noqa: DTZ007 - a wall time, the zone comes later
            except ValueError:
                continue
        return None
