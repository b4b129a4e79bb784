"""Collects a log of any size beside memory: under pseudonyms from the first event on, as numbers in a file of SQLite that is gone afterwards.

A table lists its events in any order; what belongs to one case is brought together by sorting on disk.
"""

from __future__ import annotations

import gzip
import io
import json
import sqlite3
from array import array
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from contextlib import closing
from itertools import chain, count, groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import Any

from engine.replay.lifecycle import TRANSITIONS, transition
from engine.replay.log import COMPLETE, ELEMENT_KEYS, Event, LogUnreadable, Problem
from engine.replay.own_log import Origin, origin
from engine.replay.pseudonyms import Pseudonyms

MOST_PROBLEMS = 10_000
# Whoever names more activities than this has chosen a column of texts; the same for states.
MOST_ACTIVITIES = 1000
# No case of any log is longer; a table whose cases are is mapped wrongly, and the explanation of so long a case would take for ever.
MOST_EVENTS_OF_A_CASE = 200_000
CASES_PER_PART = 500
# Rows sent to the file together, and cases whose pseudonym is at hand.
ROWS, KNOWN = 5_000, 20_000
# What the sorting may hold in memory, in KiB.
CACHE = 8_000
MICRO = 1_000_000
# Part 0 holds the variants, the others the cases.
VARIANTS = 0
# A row that says only that there is such a case.
BEGINS = -1

Row = tuple[int, int, int | None, int]


class ColumnsWrong(LogUnreadable):
    """The file is a table, but not with these columns. ``about`` is the meaning that somebody should choose anew."""

    def __init__(self, about: str, message: str):
        self.about = about
        super().__init__(message)


class Spool:
    """A ``Receiver``. Once a log was read, ``parts`` tells everything that is kept of it.

    ``is_table``: its events are brought into the order of their times, and its columns may be wrong.
    """

    def __init__(self, folder: Path, *, is_table: bool):
        self.is_table = is_table
        self.hidden = Pseudonyms()
        self.problems: list[Problem] = []
        self.problem_count = self.bad_times = self.event_count = self.case_count = 0
        self.unknown_states: Counter[str] = Counter()
        self.activities: list[tuple[str, str]] = []
        self._numbers: dict[tuple[str, str], int] = {}
        self._states: dict[str, int] = {}
        self._seen: Counter[int] = Counter()
        self._keys: dict[Hashable, int] = {}
        self._told: set[int] = set()
        self._rows: list[Row] = []
        self._file = sqlite3.connect(folder / "sammlung", isolation_level=None)
        # A crash loses the file anyway: nobody need wait for the disk.
        for setting in ("journal_mode=OFF", "synchronous=OFF", "locking_mode=EXCLUSIVE", "temp_store=FILE", f"cache_size=-{CACHE}"):
            self._file.execute(f"PRAGMA {setting}")
        self._file.execute("CREATE TABLE fall (key INTEGER PRIMARY KEY, erste INTEGER, pseudonym TEXT, prozess TEXT, beendet INTEGER)")
        self._file.execute("CREATE TABLE ereignis (nr INTEGER PRIMARY KEY, key INTEGER, aktivitaet INTEGER, at INTEGER, zustand INTEGER)")

    def close(self) -> None:
        self._file.close()

    # Receiving

    def event(self, case: Hashable, event: Event) -> None:
        state = self._state(event.lifecycle)
        self._seen[state] += 1
        self.event_count += 1
        at = None if event.at is None else round(event.at.timestamp() * MICRO)
        self._add((self._key(case), self._activity(event), at, state))

    def case(self, case: Hashable, id: str, attributes: Mapping[str, Any]) -> None:
        key = self._key(case)
        if key in self._told:
            return
        if len(self._told) >= KNOWN:
            self._told.clear()
        self._told.add(key)
        said = origin(attributes)
        process = None if said.process is None else said.process[:120]
        order = self._add((key, BEGINS, None, BEGINS))
        self._file.execute("INSERT OR IGNORE INTO fall VALUES (?, ?, ?, ?, ?)", (key, order, self.hidden.of("Fall", id), process, said.is_over))

    def append(self, problem: Problem) -> None:
        self.problem_count += 1
        self.bad_times += problem.about == "timestamp"
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(problem)

    def _add(self, row: Row) -> int:
        self._rows.append(row)
        if len(self._rows) >= ROWS:
            self._send()
        return self.event_count

    def _send(self) -> None:
        self._file.execute("BEGIN")
        self._file.executemany("INSERT INTO ereignis (key, aktivitaet, at, zustand) VALUES (?, ?, ?, ?)", self._rows)
        self._file.execute("COMMIT")
        self._rows.clear()

    def _key(self, case: Hashable) -> int:
        """Cases of XES have numbers; names of a table are kept nowhere, only what stands for them."""
        if isinstance(case, int):
            return case
        key = self._keys.get(case)
        if key is None:
            if len(self._keys) >= KNOWN:
                self._keys.clear()
            key = self._keys[case] = int.from_bytes(bytes.fromhex(self.hidden.of("Fall", str(case))), "big", signed=True)
        return key

    def _activity(self, event: Event) -> int:
        given = event.attributes
        element = next((str(given[key]) for key in ELEMENT_KEYS if given.get(key)), "")
        pair = (event.activity[:200], element[:200])
        number = self._numbers.get(pair)
        if number is None:
            if len(self._numbers) >= MOST_ACTIVITIES:
                raise self._wrong("activity", f"Die Spalte für die Aktivität nennt mehr als {MOST_ACTIVITIES} verschiedene Werte; das sind wohl Texte. Es wurde nichts eingelesen.")
            number = self._numbers[pair] = len(self._numbers)
        return number

    def _state(self, text: str) -> int:
        """The number of a transition. What nobody knows counts as done, and is told: nothing of a log is lost by a word."""
        name = text if text in TRANSITIONS else transition(text)
        if name is None:
            name = COMPLETE
            if text not in self.unknown_states and len(self.unknown_states) >= MOST_ACTIVITIES:
                raise self._wrong("lifecycle", f"Die Spalte für den Zustand nennt mehr als {MOST_ACTIVITIES} verschiedene Werte; das sind wohl Texte. Es wurde nichts eingelesen.")
            self.unknown_states[text[:200]] += 1
        return self._states.setdefault(name, len(self._states))

    def _wrong(self, about: str, message: str) -> LogUnreadable:
        return ColumnsWrong(about, message) if self.is_table else LogUnreadable(message)

    # Telling

    def finish(self) -> None:
        """Everything was received.

        Raises:
            LogUnreadable: not a single event, or, of a table (``ColumnsWrong``), hardly any with a time.
        """
        self._send()
        if self.bad_times > self.event_count:
            raise self._wrong("timestamp", self._bad_times())
        if not self.event_count:
            raise self._wrong("", self._nothing()) if self.problems else LogUnreadable(self._nothing())
        self.case_count = self._file.execute("SELECT count(*) FROM fall").fetchone()[0]

    def _bad_times(self) -> str:
        first = next(one for one in self.problems if one.about == "timestamp")
        return f"Die gewählte Spalte nennt selten oder nie einen Zeitpunkt: Zeile {first.line}: {first.reason}. Es wurde nichts eingelesen."

    def _nothing(self) -> str:
        """Why there is no event, as far as the file says."""
        if not self.problems:
            return "Die Datei enthält keine Ereignisse. Prüfen Sie den Export, und laden Sie die Datei neu hoch."
        first = self.problems[0]
        return f"Kein Ereignis der Datei liess sich einlesen: Zeile {first.line}: {first.reason}. Prüfen Sie die Datei und die gewählten Spalten."

    def parts(self) -> Iterator[tuple[int, bytes]]:
        """The parts of a log as ``Protokollteil`` keeps them, by their numbers; afterwards ``activities`` is known."""
        variants: Counter[tuple[bytes, str | None, bool]] = Counter()
        numbers: dict[int, int] = {}

        def packed(some: Iterable[tuple[str, Origin, list[tuple[int, int | None]]]]) -> Iterator[object]:
            for pseudonym, said, happened in some:
                events = [(numbers.setdefault(activity, len(numbers)), at) for activity, at in happened]
                variants[array("H", [activity for activity, _ in events]).tobytes(), *said] += 1
                yield [pseudonym, events, *said]

        cases = self._cases()
        for nr in count(1):
            first = next(cases, None)
            if first is None:
                break
            yield nr, _zipped(packed(chain([first], islice(cases, CASES_PER_PART - 1))))
        pairs = list(self._numbers)
        self.activities = [pairs[number] for number in numbers]
        yield VARIANTS, _zipped([list(array("H", variant)), number, *said] for (variant, *said), number in variants.most_common())

    def _cases(self) -> Iterator[tuple[str, Origin, list[tuple[int, int | None]]]]:
        """Each case in the order of the file, with the events that count as done."""
        order = "erste, fall.key, at, nr" if self.is_table else "erste, fall.key, nr"
        with closing(self._file.cursor()) as cursor:
            cursor.execute(
                "SELECT fall.key, pseudonym, prozess, beendet, aktivitaet, at FROM ereignis JOIN fall USING (key)"  # noqa: S608 - no word of anybody else
                f" WHERE zustand IN (?, ?) ORDER BY {order}",
                (BEGINS, self._done()),
            )
            for _, rows in groupby(cursor, key=itemgetter(0)):
                first = next(rows)
                done = ((row[4], None if row[5] is None else row[5] // MICRO) for row in chain([first], rows) if row[4] != BEGINS)
                events = list(islice(done, MOST_EVENTS_OF_A_CASE + 1))
                if len(events) > MOST_EVENTS_OF_A_CASE:
                    raise self._wrong("case", f"Ein Fall hätte mehr als {MOST_EVENTS_OF_A_CASE} Ereignisse; die Spalte für den Fall nennt wohl etwas anderes. Es wurde nichts eingelesen.")
                yield first[1], Origin(first[2], bool(first[3])), events

    def _done(self) -> int:
        """Complete, unless the log has other transitions only; then the most frequent one."""
        complete = self._states.get(COMPLETE)
        return self._seen.most_common(1)[0][0] if complete is None else complete


def _zipped(rows: Iterable[object]) -> bytes:
    """JSON of a list, row by row."""
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=5) as file:
        before = b"["
        for row in rows:
            file.write(before + json.dumps(row, separators=(",", ":")).encode())
            before = b","
        file.write(b"]" if before == b"," else b"[]")
    return out.getvalue()
