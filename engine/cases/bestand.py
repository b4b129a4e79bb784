"""A file of running cases (Bestandsfälle): read, checked and grouped, before anything of it is stored.

One line is one person; the lines of a case share ``fachapplikation_nr``. Process description, chapter 4: running cases are imported and
enter at their next Standortbestimmung.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from engine.cases.projection import SEGMENTE
from engine.definitions.forms.checks import Day, ahvn13, geburtsdatum
from engine.definitions.forms.text import Unreadable
from engine.model.errors import FallflussError

MAX_BYTES = 5 * 1024 * 1024
MAX_LINES = 20_000
CASE_COLUMNS = ("fachapplikation_nr", "region", "gemeinde_bfs", "eroeffnet_am", "naechste_sb")
PERSON_COLUMNS = ("name", "vorname", "geburtsdatum", "geschlecht", "rolle_ue")
REQUIRED = (*CASE_COLUMNS, *PERSON_COLUMNS)
OPTIONAL = ("ahvn13", "segment")
# eCH-0044, and how people write it.
GESCHLECHTER = {"1": "1", "2": "2", "3": "3", "m": "1", "w": "2", "f": "2"}
ROLLEN_UE = ("antragstellend", "partner", "kind", "weitere")


class BestandUnreadable(FallflussError):
    """The file cannot be read as a table at all."""

    def __init__(self, why: str):
        super().__init__(f"Die Datei lässt sich nicht lesen: {why} Es wurde nichts gespeichert.")


@dataclass(frozen=True)
class Problem:
    """What is wrong with a line of the file, counted from 1 with the headings; ``fachapplikation_nr`` says with which case."""

    line: int
    fachapplikation_nr: str
    message: str


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


@dataclass
class _Line:
    number: int
    text: Mapping[str, str]
    messages: list[str] = field(default_factory=list)

    def read(self, column: str, reader: Callable[[str], Any], *, optional: bool = False) -> Any:
        value = self.text.get(column, "")
        if not value:
            if not optional:
                self.messages.append(f"«{column}» fehlt.")
            return None
        try:
            return reader(value)
        except (ValueError, Unreadable) as error:
            self.messages.append(f"«{column}»: {error}")
            return None


def read_table(content: bytes, *, region: str, gemeinden: Mapping[int, str], today: date) -> Table:
    """The cases in a CSV file (UTF-8 or Windows-1252, separated by semicolons or commas). ``gemeinden`` maps BFS numbers to regions.

    Raises:
        BestandUnreadable: too large, not a table, or columns are missing.
    """
    return _table(_lines(content), region, gemeinden, today)


def read_rows(rows: Sequence[Mapping[str, Any]], *, region: str, gemeinden: Mapping[int, str], today: date) -> Table:
    """The same from rows that another program sends: one mapping a person, with the file's columns as keys; counted from 1."""
    if len(rows) > MAX_LINES:
        raise BestandUnreadable(f"Es sind {len(rows)} Zeilen; höchstens {MAX_LINES} auf einmal. Teilen Sie sie auf.")
    texts = [{key: "" if value is None else str(value).strip() for key, value in row.items()} for row in rows]
    return _table([_Line(number, text) for number, text in enumerate(texts, start=1)], region, gemeinden, today)


def _table(lines: list[_Line], region: str, gemeinden: Mapping[int, str], today: date) -> Table:
    grouped: dict[str, list[_Line]] = {}
    for line in lines:
        grouped.setdefault(line.text.get("fachapplikation_nr", ""), []).append(line)
    found = [_case(nr, members, region, gemeinden, today) for nr, members in grouped.items()]
    problems = [Problem(line.number, line.text.get("fachapplikation_nr", ""), text) for line in lines for text in line.messages]
    bad = {problem.fachapplikation_nr for problem in problems}
    return Table(tuple(case for case in found if case and case.fachapplikation_nr not in bad), tuple(problems), len(lines))


def _lines(content: bytes) -> list[_Line]:
    if len(content) > MAX_BYTES:
        raise BestandUnreadable(f"Sie ist grösser als {MAX_BYTES // 1024 // 1024} MB. Teilen Sie sie auf.")
    text = _decoded(content)
    heading = text.split("\n", 1)[0]
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=";" if heading.count(";") >= heading.count(",") else ",", strict=True)
    try:
        columns = [name.strip().lower() for name in next(rows, [])]
        _check_columns(columns)
        lines = [_line(rows.line_num, columns, row) for row in rows if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise BestandUnreadable(f"Zeile {rows.line_num} ist keine Tabellenzeile ({error}).") from error
    if len(lines) > MAX_LINES:
        raise BestandUnreadable(f"Sie hat {len(lines)} Zeilen; höchstens {MAX_LINES} auf einmal. Teilen Sie sie auf.")
    return lines


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise BestandUnreadable("Sie ist weder UTF-8 noch Windows-1252. Speichern Sie sie als CSV.")


def _check_columns(columns: list[str]) -> None:
    missing = [name for name in REQUIRED if name not in columns]
    if missing:
        raise BestandUnreadable(f"In der ersten Zeile fehlen die Spalten {', '.join(missing)}.")
    twice = sorted({name for name in columns if name and columns.count(name) > 1})
    if twice:
        raise BestandUnreadable(f"Die Spalten {', '.join(twice)} kommen mehrmals vor.")


def _line(number: int, columns: list[str], row: list[str]) -> _Line:
    line = _Line(number, {name: cell.strip() for name, cell in zip(columns, row, strict=False)})
    if len(row) > len(columns) and any(cell.strip() for cell in row[len(columns) :]):
        line.messages.append("Die Zeile hat mehr Felder als Spalten.")
    return line


def _case(nr: str, lines: list[_Line], region: str, gemeinden: Mapping[int, str], today: date) -> RunningCase | None:
    first = lines[0]
    for line in lines:
        line.read("fachapplikation_nr", lambda text: _short(text, 60))
        _check_same(first, line)
    first.read("region", lambda text: _own_region(text, region))
    gemeinde = first.read("gemeinde_bfs", lambda text: _commune(text, region, gemeinden))
    opened = first.read("eroeffnet_am", lambda text: _past(text, today))
    review = first.read("naechste_sb", _day)
    persons = [_person(line, f"P{place}", today) for place, line in enumerate(lines, start=1)]
    _check_persons(lines, persons)
    if any(line.messages for line in lines):
        return None
    segments = {person["person_id"]: person.pop("segment") for person in persons}
    chosen = {person_id: segment for person_id, segment in segments.items() if segment}
    return RunningCase(first.number, nr, gemeinde, opened, review, tuple(persons), chosen)


def _check_same(first: _Line, line: _Line) -> None:
    for column in CASE_COLUMNS[1:]:
        if line.text.get(column) not in ("", None, first.text.get(column)):
            line.messages.append(f"«{column}» widerspricht Zeile {first.number} desselben Falls.")


def _person(line: _Line, person_id: str, today: date) -> dict[str, Any]:
    day = Day(today)
    return {
        "person_id": person_id,
        "name": line.read("name", lambda text: _short(text, 100)),
        "vorname": line.read("vorname", lambda text: _short(text, 100)),
        "geburtsdatum": line.read("geburtsdatum", lambda text: str(geburtsdatum(_day(text).isoformat(), day))),
        "geschlecht": line.read("geschlecht", lambda text: _one_of(text.lower(), GESCHLECHTER)),
        "rolle_ue": line.read("rolle_ue", lambda text: _one_of(text.lower(), dict(zip(ROLLEN_UE, ROLLEN_UE, strict=True)))),
        "ahvn13": line.read("ahvn13", lambda text: ahvn13(text, day), optional=True),
        "segment": line.read("segment", lambda text: _one_of(_ascii(text), dict(zip(SEGMENTE, SEGMENTE, strict=True))), optional=True),
    }


def _check_persons(lines: list[_Line], persons: Iterable[Mapping[str, Any]]) -> None:
    seen: dict[Any, int] = {}
    for line, person in zip(lines, persons, strict=True):
        who = person["ahvn13"] or (person["name"], person["vorname"], person["geburtsdatum"])
        if who in seen:
            line.messages.append(f"Dieselbe Person steht schon in Zeile {seen[who]}.")
        seen.setdefault(who, line.number)


def _day(text: str) -> date:
    for pattern in ("%Y-%m-%d", "%d.%m.%Y"):
        try:
            return datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise ValueError(f"{_quoted(text)} ist kein Datum; erwartet wird etwa 31.8.2026 oder 2026-08-31.")


def _past(text: str, today: date) -> date:
    day = _day(text)
    if day > today:
        raise ValueError(f"{day:%d.%m.%Y} liegt in der Zukunft.")
    return day


def _own_region(text: str, region: str) -> str:
    if text != region:
        raise ValueError(f"{_quoted(text)} ist nicht die Region {region}, für die importiert wird.")
    return text


def _commune(text: str, region: str, gemeinden: Mapping[int, str]) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
    if number not in gemeinden:
        raise ValueError(f"{_quoted(text)} ist keine heutige Gemeinde des Kantons (BFS-Nummer 2401 bis 2622).")
    if gemeinden[number] != region:
        raise ValueError(f"Die Gemeinde {number} gehört nicht zur Region {region}.")
    return number


def _short(text: str, length: int) -> str:
    if len(text) > length:
        raise ValueError(f"höchstens {length} Zeichen.")
    return text


def _one_of(text: str, known: Mapping[str, str]) -> str:
    if text not in known:
        raise ValueError(f"{_quoted(text)} ist unbekannt; erlaubt sind {', '.join(known)}.")
    return known[text]


def _ascii(text: str) -> str:
    return text.upper().replace("Ä", "AE").replace("Ö", "OE")


def _quoted(text: str) -> str:
    return f"«{text if len(text) <= 40 else text[:39] + '…'}»"
