"""Lists as files: CSV line by line, Excel by way of a temporary file, so that a long list needs no memory."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import IO, Any

import xlsxwriter

from webui import words

# What a spreadsheet would take for the beginning of a formula, or hide it behind.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_DATE = "dd.mm.yyyy"


class _Line:
    """A file that remembers only what was written last."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> int:
        self.text = text
        return len(text)


def csv_lines(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The lines of a CSV file as Swiss Excel opens it: UTF-8 with its mark, semicolons, no cell that would be a formula."""
    line = _Line()
    writer = csv.writer(line, delimiter=";", lineterminator="\r\n")
    writer.writerow(head)
    yield "\ufeff" + line.text
    for row in rows:
        writer.writerow([harmless(_text(value)) for value in row])
        yield line.text


def xlsx_file(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> IO[bytes]:
    """An Excel file; text goes in as text, whatever it begins with. The caller closes it, which deletes it."""
    file = tempfile.TemporaryFile()  # noqa: SIM115
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "default_date_format": _DATE, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("Liste")
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": _DATE})
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(head) - 1, 22)
    sheet.write_row(0, 0, head, bold)
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            _write(sheet, number, column, value, day)
    book.close()
    file.seek(0)
    return file


def harmless(text: str) -> str:
    """With an apostrophe in front if a spreadsheet would otherwise calculate it."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _text(value: Any) -> str:
    return words.datum(value) if isinstance(value, date | datetime) else "" if value is None else str(value)


def _write(sheet: Any, row: int, column: int, value: Any, day: Any) -> None:
    if isinstance(value, datetime):
        value = words.zurich(value).date()
    if isinstance(value, date):
        sheet.write_datetime(row, column, datetime(value.year, value.month, value.day), day)  # noqa: DTZ001
    elif isinstance(value, int):
        sheet.write_number(row, column, value)
    elif value:
        sheet.write_string(row, column, str(value))
