"""A file of running cases (Bestandsfälle): read, checked and grouped, before anything of it is stored.

One line is one person; the lines of a case share ``fachapplikation_nr``. Process description, chapter 4: running cases are imported and
enter at their next Standortbestimmung.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine.cases.projection import SEGMENTE
from engine.cases.tabelle import MAX_LINES, Line, Problem, TableUnreadable, day, one_of, past, quoted, read_lines, short
from engine.definitions.forms.checks import Day, ahvn13, geburtsdatum

CASE_COLUMNS = ("fachapplikation_nr", "region", "gemeinde_bfs", "eroeffnet_am", "naechste_sb")
PERSON_COLUMNS = ("name", "vorname", "geburtsdatum", "geschlecht", "rolle_ue")
REQUIRED = (*CASE_COLUMNS, *PERSON_COLUMNS)
OPTIONAL = ("ahvn13", "segment")
# eCH-0044, and how people write it.
GESCHLECHTER = {"1": "1", "2": "2", "3": "3", "m": "1", "w": "2", "f": "2"}
ROLLEN_UE = ("antragstellend", "partner", "kind", "weitere")


@dataclass(frozen=True)
class RunningCase:
    """One case of the file. ``personen`` are objects as the process knows them; ``segmente`` maps a person's id to its segment."""

    line: int
    fachapplikation_nr: str
    gemeinde_bfs: int
    eroeffnet_am: date
    naechste_sb: date
    personen: tuple[Mapping[str, Any], ...]
    segmente: Mapping[str, str]


@dataclass(frozen=True)
class Table:
    """All that was read; a case with a problem in any line is not among ``cases``."""

    cases: tuple[RunningCase, ...]
    problems: tuple[Problem, ...]
    lines: int


def read_table(content: bytes, *, region: str, gemeinden: Mapping[int, str], today: date) -> Table:
    """The cases in a CSV file (UTF-8 or Windows-1252, separated by semicolons or commas). ``gemeinden`` maps BFS numbers to regions.

    Raises:
        TableUnreadable: too large, not a table, or columns are missing.
    """
    return _table(read_lines(content, REQUIRED), region, gemeinden, today)


def read_rows(rows: Sequence[Mapping[str, Any]], *, region: str, gemeinden: Mapping[int, str], today: date) -> Table:
    """The same from rows that another program sends: one mapping a person, with the file's columns as keys; counted from 1."""
    if len(rows) > MAX_LINES:
        raise TableUnreadable(f"Es sind {len(rows)} Zeilen; höchstens {MAX_LINES} auf einmal. Teilen Sie sie auf.")
    texts = [{key: "" if value is None else str(value).strip() for key, value in row.items()} for row in rows]
    return _table([Line(number, text) for number, text in enumerate(texts, start=1)], region, gemeinden, today)


def _table(lines: list[Line], region: str, gemeinden: Mapping[int, str], today: date) -> Table:
    grouped: dict[str, list[Line]] = {}
    for line in lines:
        grouped.setdefault(line.text.get("fachapplikation_nr", ""), []).append(line)
    found = [_case(nr, members, region, gemeinden, today) for nr, members in grouped.items()]
    problems = [Problem(line.number, line.text.get("fachapplikation_nr", ""), text) for line in lines for text in line.messages]
    bad = {problem.fachapplikation_nr for problem in problems}
    return Table(tuple(case for case in found if case and case.fachapplikation_nr not in bad), tuple(problems), len(lines))


def _case(nr: str, lines: list[Line], region: str, gemeinden: Mapping[int, str], today: date) -> RunningCase | None:
    first = lines[0]
    for line in lines:
        line.read("fachapplikation_nr", lambda text: short(text, 60))
        _check_same(first, line)
    first.read("region", lambda text: _own_region(text, region))
    gemeinde = first.read("gemeinde_bfs", lambda text: _commune(text, region, gemeinden))
    opened = first.read("eroeffnet_am", lambda text: past(text, today))
    review = first.read("naechste_sb", day)
    persons = [_person(line, f"P{place}", today) for place, line in enumerate(lines, start=1)]
    _check_persons(lines, persons)
    if any(line.messages for line in lines):
        return None
    segments = {person["person_id"]: person.pop("segment") for person in persons}
    chosen = {person_id: segment for person_id, segment in segments.items() if segment}
    return RunningCase(first.number, nr, gemeinde, opened, review, tuple(persons), chosen)


def _check_same(first: Line, line: Line) -> None:
    for column in CASE_COLUMNS[1:]:
        if line.text.get(column) not in ("", None, first.text.get(column)):
            line.messages.append(f"«{column}» widerspricht Zeile {first.number} desselben Falls.")


def _person(line: Line, person_id: str, today: date) -> dict[str, Any]:
    now = Day(today)
    return {
        "person_id": person_id,
        "name": line.read("name", lambda text: short(text, 100)),
        "vorname": line.read("vorname", lambda text: short(text, 100)),
        "geburtsdatum": line.read("geburtsdatum", lambda text: str(geburtsdatum(day(text).isoformat(), now))),
        "geschlecht": line.read("geschlecht", lambda text: one_of(text.lower(), GESCHLECHTER)),
        "rolle_ue": line.read("rolle_ue", lambda text: one_of(text.lower(), dict(zip(ROLLEN_UE, ROLLEN_UE, strict=True)))),
        "ahvn13": line.read("ahvn13", lambda text: ahvn13(text, now), optional=True),
        "segment": line.read("segment", lambda text: one_of(_ascii(text), dict(zip(SEGMENTE, SEGMENTE, strict=True))), optional=True),
    }


def _check_persons(lines: list[Line], persons: Iterable[Mapping[str, Any]]) -> None:
    seen: dict[Any, int] = {}
    for line, person in zip(lines, persons, strict=True):
        who = person["ahvn13"] or (person["name"], person["vorname"], person["geburtsdatum"])
        if who in seen:
            line.messages.append(f"Dieselbe Person steht schon in Zeile {seen[who]}.")
        seen.setdefault(who, line.number)


def _own_region(text: str, region: str) -> str:
    if text != region:
        raise ValueError(f"{quoted(text)} ist nicht die Region {region}, für die importiert wird.")
    return text


def _commune(text: str, region: str, gemeinden: Mapping[int, str]) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
    if number not in gemeinden:
        raise ValueError(f"{quoted(text)} ist keine heutige Gemeinde des Kantons (BFS-Nummer 2401 bis 2622).")
    if gemeinden[number] != region:
        raise ValueError(f"Die Gemeinde {number} gehört nicht zur Region {region}.")
    return number


def _ascii(text: str) -> str:
    return text.upper().replace("Ä", "AE").replace("Ö", "OE")
