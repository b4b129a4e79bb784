"""CSV tables from the Fachapplikation: lines with their messages, and readers for one cell. What a table means is elsewhere."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from engine.definitions.forms.text import Unreadable
from engine.model.errors import FallflussError

MAX_BYTES = 5 * 1024 * 1024
MAX_LINES = 20_000


class TableUnreadable(FallflussError):
    """The file cannot be read as a table at all."""

    def __init__(self, why: str):
        super().__init__(f"Die Datei lässt sich nicht lesen: {why} Es wurde nichts gespeichert.")


@dataclass(frozen=True)
class Problem:
    """What is wrong with a line of the file, counted from 1 with the headings; ``fachapplikation_nr`` says with which case."""

    line: int
    fachapplikation_nr: str
    message: str


@dataclass
class Line:
    """One line of a table by column, with what is wrong about it."""

    number: int
    text: Mapping[str, str]
    messages: list[str] = field(default_factory=list)

    def read(self, column: str, reader: Callable[[str], Any], *, optional: bool = False) -> Any:
        """The cell's value; what is missing or unreadable becomes a message."""
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


def read_lines(content: bytes, required: Sequence[str]) -> list[Line]:
    """The lines of a CSV file (UTF-8 or Windows-1252, separated by semicolons or commas).

    Raises:
        TableUnreadable: too large, not a table, or columns are missing.
    """
    if len(content) > MAX_BYTES:
        raise TableUnreadable(f"Sie ist grösser als {MAX_BYTES // 1024 // 1024} MB. Teilen Sie sie auf.")
    text = _decoded(content)
    heading = text.split("\n", 1)[0]
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=";" if heading.count(";") >= heading.count(",") else ",", strict=True)
    try:
        columns = [name.strip().lower() for name in next(rows, [])]
        _check_columns(columns, required)
        lines = [_line(rows.line_num, columns, row) for row in rows if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise TableUnreadable(f"Zeile {rows.line_num} ist keine Tabellenzeile ({error}).") from error
    if len(lines) > MAX_LINES:
        raise TableUnreadable(f"Sie hat {len(lines)} Zeilen; höchstens {MAX_LINES} auf einmal. Teilen Sie sie auf.")
    return lines


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise TableUnreadable("Sie ist weder UTF-8 noch Windows-1252. Speichern Sie sie als CSV.")


def _check_columns(columns: list[str], required: Sequence[str]) -> None:
    missing = [name for name in required if name not in columns]
    if missing:
        raise TableUnreadable(f"In der ersten Zeile fehlen die Spalten {', '.join(missing)}.")
    twice = sorted(name for name, count in Counter(columns).items() if name and count > 1)
    if twice:
        raise TableUnreadable(f"Die Spalten {', '.join(twice)} kommen mehrmals vor.")


def _line(number: int, columns: list[str], row: list[str]) -> Line:
    line = Line(number, {name: cell.strip() for name, cell in zip(columns, row, strict=False)})
    if len(row) > len(columns) and any(cell.strip() for cell in row[len(columns) :]):
        line.messages.append("Die Zeile hat mehr Felder als Spalten.")
    return line


def day(text: str) -> date:
    for pattern in ("%Y-%m-%d", "%d.%m.%Y"):
        try:
            return datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise ValueError(f"{quoted(text)} ist kein Datum; erwartet wird etwa 31.8.2026 oder 2026-08-31.")


def past(text: str, today: date) -> date:
    found = day(text)
    if found > today:
        raise ValueError(f"{found:%d.%m.%Y} liegt in der Zukunft.")
    return found


def short(text: str, length: int) -> str:
    if len(text) > length:
        raise ValueError(f"höchstens {length} Zeichen.")
    return text


def one_of(text: str, known: Mapping[str, str]) -> str:
    if text not in known:
        raise ValueError(f"{quoted(text)} ist unbekannt; erlaubt sind {', '.join(known)}.")
    return known[text]


def quoted(text: str) -> str:
    return f"«{text if len(text) <= 40 else text[:39] + '…'}»"
