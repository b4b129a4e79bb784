"""What the canton and its regions may set (process description, chapter 10): names, types, defaults. The values set are in the database.

``data/parameter.csv`` holds one parameter a line, so that a new one needs no code. Diagrams, decisions and forms read them as
``parameter.ka_frist``; a dot in a key becomes ``_`` there, as in ``parameter.sb_intervall_abloesen``. Columns: ``typ`` dauer, zahl, wahl
or ja_nein; ``werte`` the limits ``0..100`` or the choices ``wert=Text|…``; ``ebene`` see ``Ebene``; ``quelle`` the process
description's marks S, A, Q12 …, or M: not verified.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from engine.model.calendar import Duration, months_after, parse_duration

# The name under which every expression sees the parameters.
CONTEXT = "parameter"
UNGEPRUEFT = "M"

Typ = Literal["dauer", "zahl", "wahl", "ja_nein"]
# Who may deviate from the default: the canton; a region freely; a region, but only to something shorter; nobody.
Ebene = Literal["kanton", "region", "kanton_kuerzer", "fix"]

_FILE = Path(__file__).parent / "data" / "parameter.csv"
_UNITS = {"Y": ("Jahr", "Jahre"), "M": ("Monat", "Monate"), "W": ("Woche", "Wochen"), "D": ("Tag", "Tage")}
_WORDS = re.compile(r"(?P<number>\d{1,4})\s*(?P<unit>jahr|monat|woche|tag)(e|en|n)?", re.IGNORECASE)
_ISO = re.compile(r"P(\d{1,4}[YMWD])+")
_LONGEST = Duration(months=1200, days=36500, exact=timedelta(0))


class ValueUnreadable(ValueError):
    """A parameter's value that is not of its type; the message is German, for the person who typed it."""


@dataclass(frozen=True)
class Parameter:
    """One parameter; ``default`` is a JSON value as expressions see it, ``choices`` maps values to their texts."""

    key: str
    thema: str
    titel: str
    typ: Typ
    einheit: str
    ebene: Ebene
    quelle: str
    erklaerung: str
    default: Any
    limits: tuple[int, int] | None = None
    choices: Mapping[str, str] | None = None

    @property
    def name(self) -> str:
        """What stands after ``parameter.`` in an expression."""
        return feel_name(self.key)

    @property
    def is_ungeprueft(self) -> bool:
        return self.quelle == UNGEPRUEFT

    @property
    def allows_regions(self) -> bool:
        return self.ebene in ("region", "kanton_kuerzer")

    @property
    def must_be_shorter(self) -> bool:
        """A region may set it, but only below the canton's value."""
        return self.ebene == "kanton_kuerzer"

    def read(self, text: str) -> Any:
        """The JSON value that somebody typed: ``3 Monate`` and ``P3M`` are ``"P3M"``, ``Ja`` is True.

        Raises:
            ValueUnreadable: not of the parameter's type, or outside its limits.
        """
        return _READERS[self.typ](self, text.strip())

    def stored(self, text: str) -> Any:
        """The JSON value of what ``as_text`` made. It was checked when it was set: limits that change later must stop no case."""
        return int(text) if self.typ == "zahl" else text == "Ja" if self.typ == "ja_nein" else text

    def words(self, value: Any) -> str:
        """The value for people: ``3 Monate``, ``35 Fälle je VZÄ``."""
        if self.typ == "dauer":
            return duration_words(str(value))
        if self.typ == "wahl":
            return (self.choices or {}).get(value, str(value))
        if self.typ == "ja_nein":
            return "Ja" if value else "Nein"
        return f"{value} {self.einheit}".strip()


def feel_name(key: str) -> str:
    return key.replace(".", "_")


def as_text(value: Any) -> str:
    """How a value is stored; ``Parameter.stored`` gives it back."""
    return ("Ja" if value else "Nein") if isinstance(value, bool) else str(value)


@cache
def catalogue() -> Mapping[str, Parameter]:
    """All parameters by key, in the order of the file."""
    with _FILE.open(encoding="utf-8", newline="") as lines:
        found = [_parameter(line) for line in csv.DictReader(lines)]
    by_key = {parameter.key: parameter for parameter in found}
    if len(by_key) < len(found):
        raise ValueError("parameter.csv: a key stands twice")
    return by_key


@cache
def names() -> frozenset[str]:
    """All names an expression may read after ``parameter.``."""
    return frozenset(parameter.name for parameter in catalogue().values())


def defaults() -> dict[str, Any]:
    """Every default by the name that expressions use: what holds as long as nobody has set anything."""
    return {parameter.name: parameter.default for parameter in catalogue().values()}


def is_at_most(value: str, limit: str) -> bool:
    """Whether a duration never ends later than another, from whichever month it starts: P30D is not at most P1M, because of February."""
    starts = [date(2027, month, 1) for month in range(1, 13)]
    return all(_end(start, value) <= _end(start, limit) for start in starts)


def duration_words(iso: str) -> str:
    """``P3M`` as ``3 Monate``, ``P1Y6M`` as ``1 Jahr, 6 Monate``."""
    parts = [(int(number), unit) for number, unit in re.findall(r"(\d+)([YMWD])", iso)]
    return ", ".join(f"{number} {_UNITS[unit][0 if number == 1 else 1]}" for number, unit in parts)


def _end(start: date, iso: str) -> date:
    duration: Duration = parse_duration(iso)
    return months_after(start, duration.months) + timedelta(days=duration.days)


def _dauer(parameter: Parameter, text: str) -> str:
    words = _WORDS.fullmatch(text)
    letters = {one.lower(): letter for letter, (one, _) in _UNITS.items()}
    iso = f"P{int(words['number'])}{letters[words['unit'].lower()]}" if words else text.upper()
    if not _ISO.fullmatch(iso):
        raise ValueUnreadable("Geben Sie eine Dauer in Tagen, Wochen, Monaten oder Jahren ein, zum Beispiel 3 Monate.")
    try:
        duration = parse_duration(iso)
    except ValueError:
        raise ValueUnreadable("Geben Sie die Dauer mit der grössten Einheit zuerst ein, zum Beispiel P1Y6M.") from None
    if not (duration.months or duration.days) or duration.months > _LONGEST.months or duration.days > _LONGEST.days:
        raise ValueUnreadable("Geben Sie eine Dauer zwischen 1 Tag und 100 Jahren ein.")
    return iso


def _zahl(parameter: Parameter, text: str) -> int:
    low, high = parameter.limits or (0, 10**9)
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or not low <= int(text) <= high:
        raise ValueUnreadable(f"Geben Sie eine ganze Zahl von {low} bis {high} ein.")
    return int(text)


def _wahl(parameter: Parameter, text: str) -> str:
    choices = parameter.choices or {}
    if text not in choices:
        raise ValueUnreadable(f"Wählen Sie eine der Möglichkeiten: {', '.join(choices.values())}.")
    return text


def _ja_nein(parameter: Parameter, text: str) -> bool:
    if text not in ("Ja", "Nein"):
        raise ValueUnreadable("Wählen Sie Ja oder Nein.")
    return text == "Ja"


_READERS = {"dauer": _dauer, "zahl": _zahl, "wahl": _wahl, "ja_nein": _ja_nein}


def _parameter(line: Mapping[str, str]) -> Parameter:
    typ, ebene = line["typ"], line["ebene"]
    if typ not in get_args(Typ) or ebene not in get_args(Ebene):
        raise ValueError(f"parameter.csv: «{line['key']}» has an unknown type or level ({typ}, {ebene})")
    low, _, high = line["werte"].partition("..")
    limits = (int(low), int(high)) if typ == "zahl" else None
    choices = dict(pair.split("=", 1) for pair in line["werte"].split("|")) if typ == "wahl" else None
    texts = {name: line[name] for name in ("key", "thema", "titel", "einheit", "quelle", "erklaerung")}
    bare = Parameter(**texts, typ=typ, ebene=ebene, default=None, limits=limits, choices=choices)  # type: ignore[arg-type]
    return Parameter(**{**vars(bare), "default": bare.read(line["default"])})
