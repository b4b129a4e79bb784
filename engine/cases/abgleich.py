"""What the Fachapplikation says of cases that are here: persons, claim, last payment. Read and checked before anything is compared.

One line is one person; the lines of a case share ``fachapplikation_nr`` and what they say of the case.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from engine.cases.tabelle import Line, Problem, day, one_of, past, quoted, read_lines, short
from engine.definitions.forms.checks import Day, ahvn13, geburtsdatum

REQUIRED = ("fachapplikation_nr", "name", "vorname", "geburtsdatum", "stand_am")
OPTIONAL = ("fall_nr", "ahvn13", "gemeinde_bfs", "anspruch", "anspruch_ab", "anspruch_bis", "letzte_zahlung_am", "letzte_zahlung_chf")
ANSPRUCH = {"ja": "ja", "nein": "nein", "ueberbrueckung": "ueberbrueckung", "überbrückung": "ueberbrueckung"}
PERSON = ("name", "vorname", "geburtsdatum", "ahvn13")


@dataclass(frozen=True)
class Angaben:
    """What a file says of one case. ``fall`` has the columns of the case, ``personen`` one dictionary for each line, with its number."""

    line: int
    fachapplikation_nr: str
    fall_nr: str
    fall: Mapping[str, Any]
    personen: tuple[tuple[int, Mapping[str, Any]], ...]


@dataclass(frozen=True)
class Table:
    """A case with a problem in any line is not among ``cases``."""

    cases: tuple[Angaben, ...]
    problems: tuple[Problem, ...]


def read_table(content: bytes, today: date) -> Table:
    """Raises:
    TableUnreadable: too large, not a table, or columns are missing.
    """
    lines = read_lines(content, REQUIRED)
    grouped: dict[str, list[Line]] = {}
    for line in lines:
        grouped.setdefault(line.text.get("fachapplikation_nr", ""), []).append(line)
    found = [_case(nr, members, today) for nr, members in grouped.items()]
    problems = tuple(Problem(line.number, line.text.get("fachapplikation_nr", ""), text) for line in lines for text in line.messages)
    bad = {problem.fachapplikation_nr for problem in problems}
    return Table(tuple(case for case in found if case.fachapplikation_nr not in bad), problems)


def _case(nr: str, lines: list[Line], today: date) -> Angaben:
    first = lines[0]
    for line in lines:
        line.read("fachapplikation_nr", lambda text: short(text, 60))
        _check_same(first, line)
    fall = {name: first.read(name, reader, optional=name != "stand_am") for name, reader in _readers(today).items()}
    personen = tuple((line.number, _person(line, today)) for line in lines)
    return Angaben(first.number, nr, first.text.get("fall_nr", ""), fall, personen)


def _readers(today: date) -> dict[str, Callable[[str], Any]]:
    return {
        "stand_am": lambda text: past(text, today),
        "gemeinde_bfs": _number,
        "anspruch": lambda text: one_of(text.lower(), ANSPRUCH),
        "anspruch_ab": day,
        "anspruch_bis": day,
        "letzte_zahlung_am": lambda text: past(text, today),
        "letzte_zahlung_chf": _rappen,
    }


def _check_same(first: Line, line: Line) -> None:
    for column in ("fall_nr", *_readers(date.min)):
        if line.text.get(column) not in ("", None, first.text.get(column)):
            line.messages.append(f"«{column}» widerspricht Zeile {first.number} desselben Falls.")


def _person(line: Line, today: date) -> dict[str, Any]:
    now = Day(today)
    return {
        "name": line.read("name", lambda text: short(text, 100)),
        "vorname": line.read("vorname", lambda text: short(text, 100)),
        "geburtsdatum": line.read("geburtsdatum", lambda text: str(geburtsdatum(day(text).isoformat(), now))),
        "ahvn13": line.read("ahvn13", lambda text: ahvn13(text, now), optional=True),
    }


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise ValueError(f"{quoted(text)} ist keine BFS-Nummer.")
    return int(text)


def _rappen(text: str) -> int:
    try:
        amount = Decimal(text.replace("'", "").replace("’", "").removeprefix("CHF").strip())
    except InvalidOperation:
        raise ValueError(f"{quoted(text)} ist kein Betrag; erwartet wird etwa 1'234.50.") from None
    if not amount.is_finite() or not 0 <= amount < 10_000_000 or amount != amount.quantize(Decimal("0.01")):
        raise ValueError(f"{quoted(text)} ist kein Betrag in Franken und Rappen.")
    return int(amount * 100)
