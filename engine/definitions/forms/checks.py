"""Rules for single values. A message tells the person what to type, never only what is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from engine.definitions.forms.components import (
    Checkbox,
    Checklist,
    Choice,
    DateTime,
    Field,
    Number,
    Radio,
    Select,
    TextArea,
    TextField,
)
from engine.definitions.forms.text import Unreadable

AHVN13 = re.compile(r"756\d{10}", re.ASCII)
ZEMIS = re.compile(r"\d{6,12}(\.\d)?", re.ASCII)
IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", re.ASCII)
EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
PHONE = re.compile(r"\+?[\d ()/.-]{6,25}", re.ASCII)
# BFS numbers of the canton of Solothurn, process description chapter 8.
GEMEINDEN_SOLOTHURN = range(2401, 2623)
MAX_AGE = 110
# Nothing that is agreed today lies further ahead: what does is a slip of the finger. Counted from the case's own clock.
MAX_YEARS_AHEAD = 150
DEFAULT_LENGTH = {TextField: 500, TextArea: 10_000}
MAX_CHOICES = 200


@dataclass(frozen=True)
class Day:
    """What the checks need to know of the world: today in Europe/Zurich, and the communes valid today (None: any of the canton)."""

    today: date
    gemeinden: frozenset[int] | None = None


def ahvn13(value: Any, day: Day) -> str:
    """The AHV number in its dotted form, its EAN-13 check digit verified (process description, chapter 8)."""
    digits = re.sub(r"[.\s-]", "", str(value))
    if not AHVN13.fullmatch(digits):
        raise Unreadable("Geben Sie die AHV-Nummer mit 13 Ziffern ein, beginnend mit 756, zum Beispiel 756.9217.0769.85.")
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits[:12]))
    if (10 - total % 10) % 10 != int(digits[12]):
        raise Unreadable("Die Prüfziffer der AHV-Nummer stimmt nicht. Geben Sie die Nummer so ein, wie sie auf dem Versicherungsausweis steht.")
    return f"{digits[:3]}.{digits[3:7]}.{digits[7:11]}.{digits[11:]}"


def zemis(value: Any, day: Day) -> str:
    """The ZEMIS number; no check digit is documented, so only its shape counts (process description, chapter 8)."""
    text = re.sub(r"\s", "", str(value))
    if not ZEMIS.fullmatch(text):
        raise Unreadable("Geben Sie die ZEMIS-Nummer mit 6 bis 12 Ziffern ein, zum Beispiel 012345678.9.")
    return text


def iban(value: Any, day: Day) -> str:
    """The IBAN in groups of four, its remainder modulo 97 verified."""
    text = re.sub(r"\s", "", str(value)).upper()
    if not IBAN.fullmatch(text) or (text.startswith("CH") and len(text) != 21):
        raise Unreadable("Geben Sie die IBAN vollständig ein; eine schweizerische beginnt mit CH und hat 21 Zeichen.")
    if int("".join(str(int(sign, 36)) for sign in text[4:] + text[:4])) % 97 != 1:
        raise Unreadable("Die IBAN enthält einen Tippfehler. Geben Sie sie so ein, wie sie auf dem Kontoauszug steht.")
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def gemeinde(value: Any, day: Day) -> Any:
    """A BFS number of the canton, of the same type as given (eCH-0007)."""
    text = str(value).strip()
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
    known = number in GEMEINDEN_SOLOTHURN if day.gemeinden is None else number in day.gemeinden
    if not known:
        raise Unreadable("Geben Sie eine heutige Solothurner Gemeinde an (BFS-Nummer 2401 bis 2622). Diese besteht nicht mehr oder liegt nicht im Kanton.")
    return value


def datum_vergangen(value: Any, day: Day) -> Any:
    if str(value)[:10] > day.today.isoformat():
        raise Unreadable("Geben Sie ein Datum ein, das nicht in der Zukunft liegt.")
    return value


def datum_kuenftig(value: Any, day: Day) -> Any:
    if str(value)[:10] < day.today.isoformat():
        raise Unreadable("Geben Sie ein Datum ein, das nicht in der Vergangenheit liegt.")
    return value


def geburtsdatum(value: Any, day: Day) -> Any:
    """At most 110 years old, not born tomorrow (process description, chapter 8)."""
    born = date.fromisoformat(str(value)[:10])
    if born > day.today:
        raise Unreadable("Geben Sie ein Geburtsdatum ein, das nicht in der Zukunft liegt.")
    if day.today.year - born.year - ((day.today.month, day.today.day) < (born.month, born.day)) > MAX_AGE:
        raise Unreadable(f"Prüfen Sie das Geburtsdatum: Die Person wäre älter als {MAX_AGE} Jahre.")
    return value


VALIDIERUNGEN: Mapping[str, Callable[[Any, Day], Any]] = {
    check.__name__: check for check in (ahvn13, zemis, iban, gemeinde, datum_vergangen, datum_kuenftig, geburtsdatum)
}


def check(field: Field, value: Any, day: Day) -> Any:
    """The value as it is stored: normalised, or as given.

    ``field`` has been resolved by ``Form.show``: its limits and options are values, not FEEL.

    Raises:
        Unreadable: with the message for the person.
    """
    if value is None or value == "" or value == [] or (isinstance(field, Checkbox) and value is False):
        if field.required:
            raise Unreadable(_missing(field))
        return value
    for kind, rule in RULES:
        if isinstance(field, kind):
            value = rule(field, value, day)
    for name in field.validierung:
        value = VALIDIERUNGEN[name](value, day)
    return value


def _missing(field: Field) -> str:
    name = f"«{field.label or field.key}»"
    if isinstance(field, Checkbox):
        return f"Bestätigen Sie {name}, indem Sie das Feld ankreuzen."
    if isinstance(field, Checklist):
        return f"Wählen Sie bei {name} mindestens eine Möglichkeit."
    if isinstance(field, Choice):
        return f"Wählen Sie bei {name} eine Möglichkeit."
    if isinstance(field, DateTime) and field.subtype == "date":
        return f"Geben Sie bei {name} ein Datum ein, zum Beispiel 31.8.2026."
    return f"Geben Sie {name} ein."


def _text(field: TextField, value: str, day: Day) -> str:
    shortest = _limit(field.min_length, 0)
    longest = _limit(field.max_length, DEFAULT_LENGTH[TextArea if isinstance(field, TextArea) else TextField])
    if len(value) < shortest:
        raise Unreadable(f"Geben Sie bei «{field.label}» mindestens {shortest:g} Zeichen ein (jetzt {len(value)}).")
    if len(value) > longest:
        raise Unreadable(f"Kürzen Sie «{field.label}» auf höchstens {longest:g} Zeichen (jetzt {len(value)}).")
    if field.validation == "email" and not EMAIL.fullmatch(value):
        raise Unreadable("Geben Sie eine E-Mail-Adresse ein, zum Beispiel name@beispiel.ch.")
    if field.validation == "phone" and not PHONE.fullmatch(value):
        raise Unreadable("Geben Sie eine Telefonnummer ein, zum Beispiel 032 123 45 67.")
    return value


def _number(field: Number, value: Any, day: Day) -> Any:
    amount = float(value)
    if amount < _limit(field.minimum, float("-inf")):
        raise Unreadable(f"Geben Sie bei «{field.label}» eine Zahl ab {_limit(field.minimum, 0):g} ein.")
    if amount > _limit(field.maximum, float("inf")):
        raise Unreadable(f"Geben Sie bei «{field.label}» eine Zahl bis höchstens {_limit(field.maximum, 0):g} ein.")
    if field.decimals is not None and round(amount, field.decimals) != amount:
        places = "ohne Nachkommastellen" if field.decimals == 0 else f"mit höchstens {field.decimals} Nachkommastellen"
        raise Unreadable(f"Geben Sie bei «{field.label}» eine Zahl {places} ein.")
    return str(value) if field.as_text else value


def _one(field: Choice, value: Any, day: Day) -> Any:
    return _option(field, value)


def _several(field: Checklist, value: Sequence[Any], day: Day) -> list[Any]:
    chosen: list[Any] = []
    for one in value[:MAX_CHOICES]:
        option = _option(field, one)
        chosen += [] if option in chosen else [option]
    return chosen


def _option(field: Choice, value: Any) -> Any:
    """The option's own value, whose type HTML has lost."""
    for option in field.options:
        if option.value == value or str(option.value) == str(value):
            return option.value
    raise Unreadable(f"Wählen Sie bei «{field.label or field.key}» eine der angebotenen Möglichkeiten.")


def _date(field: DateTime, value: str, day: Day) -> str:
    if field.subtype != "time" and int(value[:4]) > day.today.year + MAX_YEARS_AHEAD:
        raise Unreadable(f"Prüfen Sie bei «{field.label}» das Jahr: Es liegt mehr als {MAX_YEARS_AHEAD} Jahre in der Zukunft.")
    if field.no_past and field.subtype != "time" and value[:10] < day.today.isoformat():
        raise Unreadable(f"Geben Sie bei «{field.label}» ein Datum ein, das nicht in der Vergangenheit liegt.")
    latest = None if field.days_ahead is None else day.today + timedelta(days=field.days_ahead)
    if latest and field.subtype != "time" and value[:10] > latest.isoformat():
        raise Unreadable(f"Geben Sie bei «{field.label}» ein Datum ein, das nicht nach dem {latest:%d.%m.%Y} liegt: höchstens {field.days_ahead} Tage ab heute.")
    return value


def _limit(value: float | str | None, default: float) -> float:
    return float(value) if isinstance(value, int | float) else default


RULES: tuple[tuple[type[Field], Callable[[Any, Any, Day], Any]], ...] = (
    (TextField, _text),
    (Number, _number),
    (Radio, _one),
    (Select, _one),
    (Checklist, _several),
    (DateTime, _date),
)
