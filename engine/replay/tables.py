"""Logs that are tables: CSV from any program and Excel, one row for each event."""

from __future__ import annotations

import csv
import gc
import gzip
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from openpyxl import load_workbook

from engine.model.calendar import ZURICH
from engine.model.errors import FallflussError
from engine.replay.columns import Columns, guess
from engine.replay.lifecycle import folded, transition
from engine.replay.log import COMPLETE, Case, Event, Log, LogUnreadable, Problem, Progress, Receiver, attributes
from engine.replay.textfile import delimiter_of, encoding_of, opened_text, too_large
from engine.replay.times import Times

MOST_PROBLEMS = 10_000
# A sheet ends after a million rows.
MOST_OF_A_WORKBOOK = 1 << 30
# The library holds a workbook's different texts in memory, four times as large as in the file.
TEXTS, MOST_TEXTS = "xl/sharedStrings.xml", 64 << 20
# States remembered by their spelling; a column of texts has more.
MOST_STATES = 1000
# Rows of a sheet between two words about progress.
ROWS_BETWEEN = 1000
LINES = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True)
class Preview:
    """What was understood of a table before reading it: for the screen on which columns are mapped."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    encoding: str = ""
    delimiter: str = ""


def preview(path: Path, *, rows: int = 20) -> Preview:
    """Columns and first rows of a CSV or Excel file.

    Raises:
        LogUnreadable: nothing of it can be read, or it has no two columns and a row below them.
    """
    encoding = delimiter = ""
    if path.suffix.lower() == ".xlsx":
        lines: list[Sequence[Any]] = [[str(_cell(cell)) for cell in row] for row in _first(_sheet(path), rows + 1)]
    else:
        encoding = encoding_of(path)
        with opened_text(path, encoding) as text:
            delimiter = delimiter_of(text)
            lines = _first_lines(path.name, csv.reader(text, delimiter=delimiter), rows + 1)
    if not lines:
        raise LogUnreadable(f"{path.name}: die Datei ist leer.")
    if len(lines[0]) < 2:
        raise LogUnreadable(f"{path.name}: die Tabelle hat nur eine Spalte. Nötig sind mindestens zwei, für den Fall und für die Aktivität, getrennt mit Strichpunkt oder Komma.")
    if len(lines) < 2:
        raise LogUnreadable(f"{path.name}: die Tabelle enthält keine Zeilen, nur Überschriften. Nötig ist je Ereignis eine Zeile.")
    return Preview(tuple(lines[0]), tuple(tuple(row) for row in lines[1:]), encoding, delimiter)


def read_csv(path: Path, mapping: Columns | None = None, *, zone: tzinfo = ZURICH, progress: Progress | None = None) -> Log:
    """A ``.csv`` or ``.csv.gz``; times without an offset are wall times of ``zone``.

    Raises:
        LogUnreadable: empty, binary, or without a column for case and activity.
    """
    with _csv(path, progress) as (rows, line), uncollected():
        return _table(path.name, rows, line, mapping, zone).read(rows, line)


def stream_csv(path: Path, receiver: Receiver, mapping: Columns | None = None, *, zone: tzinfo = ZURICH, progress: Progress | None = None) -> None:
    """The same, row by row."""
    with _csv(path, progress) as (rows, line):
        _table(path.name, rows, line, mapping, zone).stream(rows, line, receiver)


def read_excel(path: Path, mapping: Columns | None = None, *, zone: tzinfo = ZURICH, progress: Progress | None = None) -> Log:
    """The first sheet of an ``.xlsx`` file, read row by row."""
    rows, line = _excel(path, progress)
    with uncollected():
        return _table(path.name, rows, line, mapping, zone).read(rows, line)


def stream_excel(path: Path, receiver: Receiver, mapping: Columns | None = None, *, zone: tzinfo = ZURICH, progress: Progress | None = None) -> None:
    """The same, row by row."""
    rows, line = _excel(path, progress)
    _table(path.name, rows, line, mapping, zone).stream(rows, line, receiver)


Rows = tuple[Iterator[Sequence[Any]], Callable[[Sequence[Any]], int]]


@contextmanager
def _csv(path: Path, progress: Progress | None) -> Iterator[Rows]:
    """The rows of an open file, and which line one begins at."""
    csv.field_size_limit(1 << 24)
    with opened_text(path, encoding_of(path), progress) as text:
        reader = csv.reader(text, delimiter=delimiter_of(text))
        yield iter(reader), lambda row: reader.line_num - _breaks(row)


def _excel(path: Path, progress: Progress | None) -> Rows:
    line = 0

    def rows() -> Iterator[list[Any]]:
        nonlocal line
        for row in _sheet(path, progress):
            line += 1
            yield [_cell(cell) for cell in row]

    return rows(), lambda _: line


def _sheet(path: Path, progress: Progress | None = None) -> Iterator[tuple[Any, ...]]:
    """The rows. How much of the file they are follows from their share, where the sheet says how many it has."""
    try:
        with ZipFile(path) as archive:
            total = sum(entry.file_size for entry in archive.infolist())
            texts = sum(entry.file_size for entry in archive.infolist() if entry.filename == TEXTS)
        if total > MOST_OF_A_WORKBOOK:
            raise too_large(path, MOST_OF_A_WORKBOOK)
        if texts > MOST_TEXTS:
            raise LogUnreadable(f"{path.name}: die Excel-Datei enthält mehr als {MOST_TEXTS >> 20} MB verschiedene Texte. Speichern Sie die Tabelle als CSV (UTF-8), oder lassen Sie Spalten mit Bemerkungen weg.")
        book = load_workbook(path, read_only=True, data_only=True)
        sheet, size = book.worksheets[0], path.stat().st_size
        for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
            if progress is not None and sheet.max_row and not number % ROWS_BETWEEN:
                progress(size * min(number, sheet.max_row) // sheet.max_row)
            yield row
        book.close()
    except (FallflussError, GeneratorExit):
        raise
    except Exception as error:  # the library lets whatever a broken archive causes through, also from the midst of the rows
        raise LogUnreadable(f"{path.name}: das ist keine lesbare Excel-Datei (.xlsx). Öffnen Sie sie in Excel, und speichern Sie sie neu.") from error


def _cell(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | bool):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - a wall time, the zone comes later
    return "" if value is None else str(value)


def _first(rows: Iterable[Sequence[Any]], number: int) -> list[Sequence[Any]]:
    """The first rows in which anything stands."""
    return list(islice((row for row in rows if any(cell is not None and cell != "" for cell in row)), number))


def _first_lines(name: str, reader: Iterable[Sequence[Any]], number: int) -> list[Sequence[Any]]:
    csv.field_size_limit(1 << 24)
    try:
        return _first(reader, number)
    except (csv.Error, UnicodeError) as error:
        raise LogUnreadable(f"{name}: die ersten Zeilen sind keine Tabelle ({error}).") from error


# Rows


def _table(name: str, rows: Iterator[Sequence[Any]], line: Callable[[Sequence[Any]], int], mapping: Columns | None, zone: tzinfo) -> _Table:
    """How the rows are to be read; takes the headings off them."""
    try:
        header = [str(cell) for cell in next((row for row in rows if any(row)), [])]
    except (csv.Error, UnicodeError) as error:
        raise LogUnreadable(f"{name}: Zeile {line(())} ist keine Tabellenzeile ({error}).") from error
    if not header:
        raise LogUnreadable(f"{name}: die Datei ist leer.")
    chosen = mapping or guess(header)
    if chosen is None:
        raise LogUnreadable(
            f"{name}: welche Spalten Fall und Aktivität nennen, ist aus «{', '.join(header[:12])}» nicht zu erkennen. "
            "Üblich sind case_id, activity und timestamp."
        )
    for wanted in (chosen.case, chosen.activity, chosen.timestamp, chosen.lifecycle):
        if wanted is not None and wanted not in header:
            raise LogUnreadable(f"{name}: die Spalte «{wanted}» gibt es nicht. Vorhanden sind: {', '.join(header[:20])}.")
    return _Table(header, chosen, zone)


class _Table:
    def __init__(self, header: list[str], mapping: Columns, zone: tzinfo):
        self.header, self.mapping = header, mapping
        self.case, self.activity = header.index(mapping.case), header.index(mapping.activity)
        self.time = None if mapping.timestamp is None else header.index(mapping.timestamp)
        self.lifecycle = None if mapping.lifecycle is None else header.index(mapping.lifecycle)
        used = {self.case, self.activity, self.time, self.lifecycle}
        self.case_at = [at for at, name in enumerate(header) if name.startswith("case:") and at not in used]
        self.case_names = [header[at][5:] for at in self.case_at]
        others = [at for at in range(len(header)) if at not in used and at not in self.case_at]
        self.names = [header[at] for at in others]
        self.pick: Callable[[Sequence[Any]], Sequence[Any]] = itemgetter(*others) if len(others) > 1 else lambda row: [row[at] for at in others]
        self.width = len(header)
        self.times = Times(zone)
        self.states: dict[Any, str] = {}

    def read(self, rows: Iterator[Sequence[Any]], line: Callable[[Sequence[Any]], int]) -> Log:
        cases: dict[str, Case] = {}
        problems: list[Problem] = []
        for row, event in self._events(rows, line, problems):
            id_ = row[self.case]
            case = cases.get(id_)
            if case is None:
                case = cases[id_] = Case(str(id_), [], self._of_case(row))
            case.events.append(event)
        for case in cases.values():
            case.in_order()
        return Log(list(cases.values()), {}, problems)

    def stream(self, rows: Iterator[Sequence[Any]], line: Callable[[Sequence[Any]], int], receiver: Receiver) -> None:
        """Hand on each row's event; of a case is told whenever another one came between."""
        last = None
        for row, event in self._events(rows, line, receiver):
            id_ = row[self.case]
            if id_ != last:
                receiver.case(id_, str(id_), self._of_case(row))
                last = id_
            receiver.event(id_, event)

    def _of_case(self, row: Sequence[Any]) -> dict[str, Any]:
        return attributes(self.case_names, [row[i] for i in self.case_at])

    def _events(
        self, rows: Iterator[Sequence[Any]], line: Callable[[Sequence[Any]], int], problems: list[Problem] | Receiver
    ) -> Iterator[tuple[Sequence[Any], Event]]:
        """Each row that can be read, and its event; from where the file is damaged on nothing comes."""
        try:
            yield from self._take(rows, line, problems)
        except (csv.Error, UnicodeDecodeError, EOFError, OSError, zlib.error) as error:
            problems.append(Problem(line(()) + 1, f"ab hier nicht lesbar ({error})"))

    def _take(
        self, rows: Iterator[Sequence[Any]], line: Callable[[Sequence[Any]], int], problems: list[Problem] | Receiver
    ) -> Iterator[tuple[Sequence[Any], Event]]:
        """One loop over locals, because it runs a million times; what is wrong is told elsewhere."""
        width, case_at, activity_at, time_at, lifecycle_at = self.width, self.case, self.activity, self.time, self.lifecycle
        names, pick, known, states = self.names, self.pick, self.times.known, self.states
        at, lifecycle = None, COMPLETE
        for row in rows:
            if len(row) == width and row[case_at] != "" and row[activity_at] != "":
                if time_at is not None:
                    at = known.get(row[time_at]) or self.times.parse(row[time_at])
                if at is not None or time_at is None:
                    if lifecycle_at is not None:
                        text = row[lifecycle_at]
                        lifecycle = states.get(text) or self._state(text)
                    yield row, Event(str(row[activity_at]), at, lifecycle, (names, pick(row)))
                    continue
            if any(row):
                problems.append(self._wrong(row, line(row)))

    def _state(self, text: Any) -> str:
        """A transition of XES where the text means one, otherwise the text itself."""
        found = self.mapping.states.get(folded(str(text))) or transition(str(text)) or str(text).strip().lower()
        if len(self.states) < MOST_STATES:
            self.states[text] = found
        return found

    def _wrong(self, row: Sequence[Any], line: int) -> Problem:
        """Why a row is left out."""
        if len(row) != self.width:
            return Problem(line, f"{len(row)} Zellen statt {self.width}")
        if row[self.case] == "" or row[self.activity] == "":
            return Problem(line, "ohne Fall" if row[self.case] == "" else "ohne Aktivität")
        text = row[self.time or 0]
        if self.times.is_skipped(text):
            return Problem(line, f"«{str(text)[:40]}» gab es in der Zeitzone {self.times.zone} nicht (Umstellung auf Sommerzeit)")
        return Problem(line, f"«{str(text)[:40]}» ist kein Zeitpunkt", "timestamp")


def _breaks(row: Sequence[Any]) -> int:
    """How many lines a row takes beyond its first: cells may hold line breaks."""
    return sum(len(LINES.findall(cell)) for cell in row)


@contextmanager
def uncollected() -> Iterator[None]:
    """Without the collector of cyclic garbage: a log is millions of new objects, none of them garbage."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            # Frozen and thawed, they count as old: the next collection need not walk through all of them.
            gc.freeze()
            gc.unfreeze()
            gc.enable()


# Writing


def write_csv(path: Path, cases: Iterable[Case], *, of_case: Sequence[str] = (), of_event: Sequence[str] = ()) -> int:
    """One row for each event, with the keys of XES as columns; those of a case begin with ``case:``. Returns how many cases.

    ``of_case`` and ``of_event`` are the attributes; where they are not named, all cases are held in memory to find them.
    """
    if not of_case and not of_event:
        cases = list(cases)
        of_case = list(dict.fromkeys(key for case in cases for key in case.attributes))
        of_event = list(dict.fromkeys(key for case in cases for event in case.events for key in event.attributes))
    count = 0
    with gzip.open(path, "wt", encoding="utf-8", newline="") if path.suffix == ".gz" else path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["case:concept:name", "concept:name", "time:timestamp", "lifecycle:transition", *(f"case:{key}" for key in of_case), *of_event])
        for count, case in enumerate(cases, 1):  # noqa: B007 - how many there were
            head = [_written(case.attributes.get(key)) for key in of_case]
            for event in case.events:
                rest = [_written(event.attributes.get(key)) for key in of_event]
                writer.writerow([case.id, event.activity, _written(event.at), event.lifecycle, *head, *rest])
    return count


def _written(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.astimezone(UTC).isoformat(timespec="milliseconds") if isinstance(value, datetime) else str(value)
