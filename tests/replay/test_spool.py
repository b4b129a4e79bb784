"""A log of any size is collected beside memory: what comes out is what reading it as a whole would give."""

from __future__ import annotations

import gzip
import json
import random
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from engine.replay import spool
from engine.replay.columns import Columns
from engine.replay.files import read_log, stream_log
from engine.replay.lifecycle import transition
from engine.replay.log import Case, Event, LogUnreadable
from engine.replay.spool import ColumnsWrong, Spool
from engine.replay.tables import write_csv
from engine.replay.xes import write_xes
from tests.replay.reference import reference

BEGIN = datetime(2026, 3, 2, 8, tzinfo=UTC)
COLUMNS = Columns("case:concept:name", "concept:name", "time:timestamp", "lifecycle:transition")


def collected(path: Path, columns: Columns | None = None) -> tuple[Spool, dict[int, Any]]:
    with closing(Spool(path.parent, is_table=".xes" not in path.name)) as found:
        stream_log(path, found, columns)
        found.finish()
        parts = {nr: json.loads(gzip.decompress(content)) for nr, content in found.parts()}
    (path.parent / "sammlung").unlink()
    return found, parts


def cases_of(parts: dict[int, Any]) -> list[Any]:
    return [case for nr, part in parts.items() if nr for case in part]


def invented(count: int, *, seed: int = 1) -> Iterator[Case]:
    """Cases of a handful of activities in two states."""
    chance = random.Random(seed)
    for nr in range(count):
        at = BEGIN + timedelta(minutes=chance.randrange(100))
        events = []
        for _ in range(chance.randrange(6)):
            at += timedelta(seconds=chance.randrange(3))  # often at the same moment
            events.append(Event(chance.choice("abcd"), at, chance.choice(["start", "complete"]), {"note": f"text {nr}"}))
        yield Case(f"case {nr}", events)


@pytest.mark.parametrize("kind", ["xes", "csv", "shuffled.csv", "xlsx"])
def test_streaming_tells_the_same_as_reading_the_whole(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "ROWS", 7)
    monkeypatch.setattr(spool, "KNOWN", 3)
    monkeypatch.setattr(spool, "CASES_PER_PART", 10)
    path = tmp_path / f"log.{kind}"
    if kind == "xes":
        write_xes(path, invented(95))
    else:
        write_csv(path, invented(95))
        head, *rows = path.read_text().splitlines()
        if kind == "shuffled.csv":
            random.Random(2).shuffle(rows)
            path.write_text("\n".join([head, *rows]))
        if kind == "xlsx":
            book = Workbook()
            for row in (head, *rows):
                book.active.append(row.split(","))
            book.save(path)
    whole = read_log(path, None if kind == "xes" else COLUMNS)
    found, parts = collected(path, None if kind == "xes" else COLUMNS)
    names = [name for name, _ in found.activities]
    expected = [[(event.activity, int(event.at.timestamp())) for event in case.events if event.lifecycle == "complete" and event.at] for case in whole.cases]
    assert [[(names[activity], at) for activity, at in events] for _, events, *_ in cases_of(parts)] == expected
    assert {tuple(names[one] for one in variant): count for variant, count, *_ in parts[0]} == Counter(tuple(name for name, _ in case) for case in expected)
    assert (found.case_count, found.event_count) == (len(whole.cases), sum(len(case.events) for case in whole.cases))
    assert len({pseudonym for pseudonym, *_ in cases_of(parts)}) == len(whole.cases)


def test_a_real_log_has_the_same_variants_either_way(tmp_path: Path) -> None:
    path = tmp_path / "receipt.xes.gz"
    path.write_bytes(reference("receipt.xes.gz").read_bytes())
    found, parts = collected(path)
    names = [name for name, _ in found.activities]
    assert {tuple(names[one] for one in variant): count for variant, count, *_ in parts[0]} == read_log(path).variants(match="name")


@pytest.mark.parametrize("kind", ["xes", "csv"])
def test_four_times_the_log_takes_no_more_memory(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "KNOWN", 500)
    peaks = []
    for count in (5_000, 20_000):
        path = tmp_path / f"{count}.{kind}"
        write_xes(path, invented(count)) if kind == "xes" else write_csv(path, invented(count))
        tracemalloc.start()
        with closing(Spool(path.parent, is_table=kind == "csv")) as found:
            stream_log(path, found, None if kind == "xes" else COLUMNS)
            found.finish()
            assert sum(len(content) for _, content in found.parts()) > 0
        (path.parent / "sammlung").unlink()
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.5, peaks


def test_nothing_that_names_anybody_is_put_down_even_for_a_moment(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("case,activity,wer\nMeier Anna,pruefen,Huber\n" * 2)
    with closing(Spool(tmp_path, is_table=True)) as found:
        stream_log(path, found)
        found.finish()
        content = (tmp_path / "sammlung").read_bytes()
    assert [word for word in (b"Meier", b"Anna", b"Huber") if word in content] == []


def test_a_log_of_other_states_only_counts_the_most_frequent(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("case,activity,lifecycle\n1,a,start\n1,b,start\n1,a,assign\n")
    _, parts = collected(path)
    assert [(len(variant), count) for variant, count, *_ in parts[0]] == [(2, 1)]


def test_states_nobody_knows_count_as_done_and_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("case,activity,status\n1,a,Begonnen\n1,a,Xaver\n1,b,erledigt\n1,b,xaver\n")
    found, parts = collected(path)
    assert (found.unknown_states, [len(variant) for variant, *_ in parts[0]]) == (Counter({"xaver": 2}), [3])


@pytest.mark.parametrize(("word", "name"), [
    ("begonnen", "start"), ("Gestartet", "start"), ("in Bearbeitung", "start"), ("IN_PROGRESS", "start"), ("abgeschlossen", "complete"), ("Erledigt", "complete"),
    ("DONE", "complete"), ("", "complete"), ("abgebrochen", "ate_abort"), ("Cancelled", "ate_abort"), ("zugewiesen", "assign"), ("neu zugewiesen", "reassign"),
    ("eröffnet", "schedule"), ("eroeffnet", "schedule"), ("ERÖFFNET", "schedule"), ("sistiert", "suspend"), ("wieder aufgenommen", "resume"),
    ("Zurückgezogen", "withdraw"), ("übersprungen", "manualskip"), ("ate_abort", "ate_abort"), ("pi_abort", "pi_abort"), ("Xaver", None),
])  # fmt: skip
def test_words_for_states_are_understood(word: str, name: str | None) -> None:
    assert transition(word) == name


@pytest.mark.parametrize(("text", "about", "message"), [
    pytest.param("case,activity,time\n1,a,Meier\n2,b,Huber\n", "timestamp", "nennt selten oder nie einen Zeitpunkt: Zeile 2: «Meier»", id="no time at all"),
    pytest.param("case,activity,time\n1,a,2026-03-02\n2,b,x\n3,c,y\n", "timestamp", "Zeile 3: «x»", id="hardly any time"),
    pytest.param("case,activity,time\n" + "".join(f"1,text {n},2026-03-02\n" for n in range(1001)), "activity", "mehr als 1000 verschiedene Werte", id="texts"),
    pytest.param("case,activity,status\n" + "".join(f"1,a,text {n}\n" for n in range(1001)), "lifecycle", "Zustand nennt mehr als 1000", id="texts as state"),
])  # fmt: skip
def test_columns_that_cannot_be_meant_are_named(tmp_path: Path, text: str, about: str, message: str) -> None:
    path = tmp_path / "log.csv"
    path.write_text(text)
    with pytest.raises(ColumnsWrong, match=message) as caught:
        collected(path)
    assert caught.value.about == about


def test_a_file_without_columns_has_none_to_choose_again(tmp_path: Path) -> None:
    path = tmp_path / "log.xes"
    write_xes(path, [Case("1", [Event(f"text {n}", BEGIN) for n in range(1001)])])
    with pytest.raises(LogUnreadable) as caught:
        collected(path)
    assert not isinstance(caught.value, ColumnsWrong)
