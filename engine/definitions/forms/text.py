"""What people type, read tolerantly: Swiss dates, apostrophes in numbers, and JSON values of programs alike."""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

ZURICH = ZoneInfo("Europe/Zurich")
# What a date can be at all; how far ahead of today a form takes one is said in ``checks``.
EARLIEST, LATEST = 1880, 2999
TRUE = frozenset({"true", "on", "1", "ja"})
FALSE = frozenset({"", "false", "off", "0", "nein"})
APOSTROPHES_AND_BLANKS = str.maketrans("", "", "'’ʼ`´ \u00a0\u2009\u202f")
NUMBER = re.compile(r"[+-]?\d{1,18}(\.\d{1,12})?", re.ASCII)
SWISS_DATE = re.compile(r"(\d{1,2})[./-] ?(\d{1,2})[./-] ?(\d{4})", re.ASCII)
ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
TIME = re.compile(r"(\d{1,2})(?:[:.h](\d{2})(?::\d{2}(?:\.\d+)?)?)?(?: ?Uhr)?", re.ASCII)


class Unreadable(ValueError):
    """A field's text cannot be understood; the text of the error tells the person what to type."""


def clean(value: Any) -> str:
    """Text without surrounding blanks, with one kind of line break and composed characters."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Unreadable("Geben Sie hier einen Text ein.")
    text = unicodedata.normalize("NFC", str(value)).replace("\r\n", "\n").replace("\r", "\n").strip()
    if any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t" for c in text):
        raise Unreadable("Entfernen Sie die unsichtbaren Steuerzeichen aus dem Text.")
    return text


def number(value: Any) -> int | float | None:
    """``1'234.50`` in any of its Swiss spellings; None when empty. Whole numbers come out as ``int``."""
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Unreadable("Geben Sie eine Zahl ein, zum Beispiel 1'234.50.")
    if not isinstance(value, str):
        return _finite(value)
    text = _plain(value)
    if not text:
        return None
    if not NUMBER.fullmatch(text):
        raise Unreadable("Geben Sie eine Zahl ein, zum Beispiel 1'234.50.")
    return _exact(text)


def _plain(value: str) -> str:
    text = value.strip().removeprefix("CHF").removeprefix("Fr.").translate(APOSTROPHES_AND_BLANKS)
    text = re.sub(r"\.[–—-]+$", "", text).replace("−", "-")
    # One comma before one or two digits is a decimal comma; "1,234" could mean either and is asked back.
    return re.sub(r",(\d{1,2})$", r".\1", text) if "." not in text else text


def _exact(text: str) -> int | float:
    try:
        exact = Decimal(text)
    except InvalidOperation as error:
        raise Unreadable("Geben Sie eine Zahl ein, zum Beispiel 1'234.50.") from error
    return int(exact) if exact == exact.to_integral_value() else float(exact)


def _finite(value: int | float) -> int | float:
    if isinstance(value, float) and not math.isfinite(value):
        raise Unreadable("Geben Sie eine Zahl ein, zum Beispiel 1'234.50.")
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else value


def truth(value: Any) -> bool:
    """A checkbox: HTML sends text or nothing, programs send booleans."""
    if value is None or isinstance(value, bool):
        return bool(value)
    text = str(value).strip().lower()
    if text not in TRUE | FALSE:
        raise Unreadable("Kreuzen Sie das Feld an oder lassen Sie es leer.")
    return text in TRUE


def iso_date(value: Any) -> str | None:
    """``31.8.2026`` or ``2026-08-31`` as ISO text; None when empty."""
    text = _as_text(value, "Geben Sie ein Datum ein, zum Beispiel 31.8.2026.")
    return _date(text).isoformat() if text else None


def iso_time(value: Any) -> str | None:
    """``14:30``, ``14.30`` or ``9`` as ``HH:MM``; None when empty."""
    text = _as_text(value, "Geben Sie eine Uhrzeit ein, zum Beispiel 14:30.")
    return _time(text).strftime("%H:%M") if text else None


def iso_datetime(value: Any) -> str | None:
    """``31.8.2026 14:30`` or ISO as ``2026-08-31T14:30:00`` in Europe/Zurich; an offset is converted. None when empty."""
    text = _as_text(value, "Geben Sie Datum und Uhrzeit ein, zum Beispiel 31.8.2026 14:30.")
    if not text:
        return None
    instant = _with_offset(text)
    if instant is not None:
        return instant.astimezone(ZURICH).replace(tzinfo=None, microsecond=0).isoformat()
    day, _, clock = text.replace("T", " ", 1).replace(", ", " ").rpartition(" ")
    if not day:
        raise Unreadable("Geben Sie Datum und Uhrzeit ein, zum Beispiel 31.8.2026 14:30.")
    return datetime.combine(_date(day.strip()), _time(clock)).isoformat()


def _as_text(value: Any, message: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > 60:
        raise Unreadable(message)
    return value.strip()


def _with_offset(text: str) -> datetime | None:
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        return None
    return parsed if parsed.tzinfo else None


def _date(text: str) -> date:
    swiss, iso = SWISS_DATE.fullmatch(text), ISO_DATE.fullmatch(text)
    if swiss:
        day, month, year = (int(part) for part in swiss.groups())
    elif iso:
        year, month, day = (int(part) for part in iso.groups())
    else:
        raise Unreadable("Geben Sie das Datum mit Tag, Monat und vierstelligem Jahr ein, zum Beispiel 31.8.2026.")
    if not EARLIEST <= year <= LATEST:
        raise Unreadable(f"Geben Sie ein Jahr zwischen {EARLIEST} und {LATEST} ein.")
    try:
        return date(year, month, day)
    except ValueError as error:
        raise Unreadable(f"Den {day}.{month}.{year} gibt es nicht. Geben Sie ein Datum aus dem Kalender ein.") from error


def _time(text: str) -> time:
    found = TIME.fullmatch(text.strip())
    if not found or int(found[1]) > 23 or int(found[2] or 0) > 59:
        raise Unreadable("Geben Sie eine Uhrzeit zwischen 0:00 und 23:59 ein, zum Beispiel 14:30.")
    return time(int(found[1]), int(found[2] or 0))
