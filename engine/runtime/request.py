"""What an element asks of the outside, checked for its type: FEEL rarely fails, it gives null or something of another kind."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from engine.model import calendar
from engine.model.calendar import TimerKind
from engine.model.errors import Trouble

USER_TASK_DEFAULTS: Mapping[str, Any] = {
    "formId": None,
    "externalReference": None,
    "assignee": None,
    "candidateGroups": [],
    "candidateUsers": [],
    "dueDate": None,
    "followUpDate": None,
    "priority": 50,
}
_TIMERS: Mapping[str, str] = {"date": "Der Zeitpunkt", "duration": "Die Dauer", "cycle": "Die Wiederholung"}


@dataclass(frozen=True)
class Request:
    """What to wait for or to throw, as written in the diagram.

    ``kind`` is date, duration, cycle, message, signal, error, escalation or terminate.
    """

    kind: str
    text: str | None
    correlation: str | None = None

    @property
    def is_timer(self) -> bool:
        return self.kind in ("date", "duration", "cycle")


def wrong(what: str, value: Any, expected: str) -> Trouble:
    return Trouble("EXTRACT_VALUE_ERROR", f"{what} ergab {shown(value)}, erwartet ist {expected}.")


def shown(value: Any) -> str:
    """A value for a message: never longer than a line."""
    text = "null" if value is None else repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def text(what: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise wrong(what, value, "ein Text")
    return value


def texts(what: str, value: Any) -> list[str]:
    """A list of names, given as FEEL list or as text with commas."""
    if isinstance(value, str):
        return [name.strip() for name in value.split(",") if name.strip()]
    if isinstance(value, list) and all(isinstance(name, str) for name in value):
        return value
    raise wrong(what, value, "eine Liste von Texten")


def instant(what: str, value: Any) -> str:
    """An ISO date (until the end of that day) or date and time, as text."""
    try:
        calendar.parse_instant(text(what, value))
    except ValueError:
        raise wrong(what, value, "ein Datum wie 2026-08-31 oder ein Zeitpunkt wie 2026-08-31T17:00:00+02:00") from None
    return str(value)


def number(what: str, value: Any, *, least: int, most: int) -> int:
    read = int(value) if isinstance(value, str) and re.fullmatch(r"-?\d{1,9}", value) else value
    if isinstance(read, float) and read.is_integer():
        read = int(read)
    if not isinstance(read, int) or isinstance(read, bool) or not least <= read <= most:
        raise wrong(what, value, f"eine ganze Zahl von {least} bis {most}")
    return read


def _priority(what: str, value: Any) -> int:
    return number(what, value, least=0, most=100)


_USER_TASK: Mapping[str, Callable[[str, Any], Any]] = {
    "formId": text,
    "externalReference": text,
    "assignee": text,
    "candidateGroups": texts,
    "candidateUsers": texts,
    "dueDate": instant,
    "followUpDate": instant,
    "priority": _priority,
}
# Null means "nobody yet" and "no date"; a task without its form or its groups would be lost.
_MAY_BE_NULL = ("assignee", "dueDate", "followUpDate")


def user_task(answers: Mapping[str, Any]) -> dict[str, Any]:
    """The checked request of a user task; fields that are null or not given are left out.

    Raises:
        Trouble: a field has the wrong type, such as a due date that is no date.
    """
    given = {name: value for name, value in answers.items() if value is not None or name not in _MAY_BE_NULL}
    return {name: _USER_TASK[name](f"«{name}»", value) for name, value in given.items()}


def job(kind: Any, retries: Any, headers: Mapping[str, str]) -> dict[str, Any]:
    """The checked request of a job. Headers are static text."""
    found = number("Die Anzahl Versuche (retries)", retries, least=1, most=1_000)
    return {"type": text("Der Auftragstyp", kind), "retries": found, "headers": dict(headers)}


def timer(kind: str, value: Any, now: datetime) -> str:
    """The checked text of a timer: what passes here, the calendar can compute."""
    checked = text(_TIMERS[kind], value)
    try:
        calendar.due_at(cast(TimerKind, kind), checked, now)
    except ValueError as error:
        raise Trouble("EXTRACT_VALUE_ERROR", str(error)) from error
    return checked


def correlation(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        raise wrong("Der Korrelationsschlüssel", value, "ein Text oder eine ganze Zahl")
    return str(value)
