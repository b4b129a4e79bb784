"""Logs come in as they are in the world and lose nothing on the way."""

from __future__ import annotations

import gc
import gzip
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.parsers import expat

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from engine.model.calendar import ZURICH
from engine.replay import tables
from engine.replay.columns import Columns, guess, likely
from engine.replay.files import read_log
from engine.replay.log import Case, Event, Id, LogUnreadable, Nested
from engine.replay.tables import preview, read_csv, write_csv
from engine.replay.times import Times
from engine.replay.xes import read_xes, write_xes

NOON = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def events(path: Path) -> list[tuple[str, str, str]]:
    return [(case.id, event.activity, event.at.isoformat() if event.at else "") for case in read_log(path).cases for event in case.events]


TEXT = st.text(st.characters(blacklist_categories=("Cs", "Cc")) | st.sampled_from("\n\t"), max_size=12)
VALUES = TEXT | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False) | TEXT.map(Id)
VALUES |= st.integers(10**8, 2 * 10**9).map(lambda s: datetime.fromtimestamp(s, UTC))
VALUES |= st.just(NOON).map(lambda d: d.replace(microsecond=d.microsecond // 1000 * 1000))
KEYS = st.text("abcdefgh:", min_size=1, max_size=6)
NESTED = st.recursive(VALUES, lambda inner: st.builds(Nested, VALUES, st.dictionaries(KEYS, inner, min_size=1, max_size=2)), max_leaves=4)
NAMES = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=12)


@settings(max_examples=60, deadline=None)
@given(name=NAMES, activity=NAMES, attributes=st.dictionaries(KEYS, NESTED, max_size=3))
def test_xes_comes_back_as_it_went_out(tmp_path_factory: pytest.TempPathFactory, name: str, activity: str, attributes: dict[str, object]) -> None:
    path = tmp_path_factory.mktemp("xes") / "log.xes.gz"
    cases = [Case(name, [Event(activity, NOON, "start", attributes), Event(activity, None, "complete", {})], attributes)]
    write_xes(path, cases, attributes={"origin": "test"})
    back = read_xes(path)
    assert (back.cases, back.attributes, back.problems) == (cases, {"origin": "test"}, [])


def test_a_missing_lifecycle_means_complete_and_starts_are_not_counted_twice(tmp_path: Path) -> None:
    path = tmp_path / "log.xes"
    write_xes(path, [Case("1", [Event("a", NOON, "start"), Event("a", NOON), Event("b", NOON)])])
    assert dict(read_xes(path).variants(match="name")) == {("a", "b"): 1}
    write_xes(path, [Case("1", [Event("a", NOON, "start"), Event("b", NOON, "start")])])
    assert dict(read_xes(path).variants(match="name")) == {("a", "b"): 1}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(b'<!DOCTYPE x [<!ENTITY a "b">]><log/>', "DOCTYPE", id="entities"),
        pytest.param(b"<log><trace>", "kein g", id="cut off"),
        pytest.param(b"<html/>", "kein XES", id="something else"),
        pytest.param(b"<log>" + b'<string key="a" value="b">' * 200, "verschachtelt", id="very deep"),
    ],
)
def test_a_broken_or_hostile_xes_is_refused_by_name(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "log.xes"
    path.write_bytes(content)
    with pytest.raises(LogUnreadable, match=says):
        read_xes(path)


def test_a_damaged_archive_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "log.xes.gz"
    path.write_bytes(gzip.compress(b"<log>" + b" " * 100_000)[:60])
    with pytest.raises(LogUnreadable, match="unvollst"):
        read_xes(path)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16"])
def test_any_usual_dialect_and_encoding_is_recognised(tmp_path: Path, delimiter: str, encoding: str) -> None:
    rows = ["Case ID,Activity,Timestamp", "NA,Prüfen,2026-03-02T12:00:00+01:00", 'F2,"Klären",2026-03-02 12:00']
    path = write(tmp_path / "log.csv", "\r\n".join(rows).replace(",", delimiter), encoding)
    assert events(path) == [("NA", "Prüfen", "2026-03-02T11:00:00+00:00"), ("F2", "Klären", "2026-03-02T11:00:00+00:00")]


def test_quotes_and_line_breaks_in_cells_stay_and_bad_rows_are_listed_by_line(tmp_path: Path) -> None:
    text = 'case_id,activity,timestamp,note\n1,a,2026-03-02,"eine ""Notiz""\nzwei Zeilen"\n1,b,gestern,\n,c,2026-03-02,\n1,d\n1,e,2026-03-03,x\n'
    log = read_csv(write(tmp_path / "log.csv", text))
    assert [event.activity for event in log.cases[0].events] == ["a", "e"]
    assert log.cases[0].events[0].attributes["note"] == 'eine "Notiz"\nzwei Zeilen'
    assert [(problem.line, problem.reason.split()[-1]) for problem in log.problems] == [(4, "Zeitpunkt"), (5, "Fall"), (6, "4")]


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        pytest.param("2026-03-29 01:59", "2026-03-29T00:59:00+00:00", id="before summer time"),
        pytest.param("2026-03-29 03:01", "2026-03-29T01:01:00+00:00", id="after the clocks went forward"),
        pytest.param("29.03.2026 03:01", "2026-03-29T01:01:00+00:00", id="as people write in Switzerland"),
        pytest.param("2026-10-25 02:30 CEST", "2026-10-25T00:30:00+00:00", id="the first half past two"),
        pytest.param("2026-10-25 02:30 CET", "2026-10-25T01:30:00+00:00", id="the second half past two"),
        pytest.param("2026-10-25 02:30", "2026-10-25T00:30:00+00:00", id="without a zone half past two is the first"),
        pytest.param("2026/03/02 12:00:00+0100", "2026-03-02T11:00:00+00:00", id="an offset without colon"),
        pytest.param("2026-03-02T11:00:00.250Z", "2026-03-02T11:00:00.250000+00:00", id="UTC"),
    ],
)
def test_points_in_time_mean_what_their_writers_meant(tmp_path: Path, written: str, utc: str) -> None:
    assert events(write(tmp_path / "log.csv", f"case_id,activity,timestamp\n1,a,{written}\n")) == [("1", "a", utc)]


@pytest.mark.parametrize("written", ["2026-03-29 02:30", "29.03.2026 02:00", "29.03.2026 02:59:59"])
def test_a_time_of_day_that_summer_time_skips_is_a_bad_row_that_says_so(tmp_path: Path, written: str) -> None:
    path = write(tmp_path / "log.csv", f"case_id,activity,timestamp\n1,a,{written}\n1,b,2026-03-29 03:00\n")
    log = read_log(path)
    assert [[event.activity for event in case.events] for case in log.cases] == [["b"]]
    assert [(problem.line, problem.reason) for problem in log.problems] == [
        (2, f"«{written}» gab es in der Zeitzone Europe/Zurich nicht (Umstellung auf Sommerzeit)")
    ]
    assert len(read_csv(path, zone=UTC).cases[0].events) == 2, "elsewhere that time exists"


def test_a_workbook_time_that_summer_time_skips_is_a_bad_row_too(tmp_path: Path) -> None:
    book = Workbook()
    for row in (["case_id", "activity", "timestamp"], ["1", "a", datetime(2026, 3, 29, 2, 30)], ["1", "b", datetime(2026, 3, 29, 3, 30)]):  # noqa: DTZ001 - as Excel keeps it
        book.active.append(row)
    book.save(tmp_path / "log.xlsx")
    log = read_log(tmp_path / "log.xlsx")
    assert [event.activity for event in log.cases[0].events] == ["b"]
    assert [problem.reason.split(" in ")[-1] for problem in log.problems] == ["der Zeitzone Europe/Zurich nicht (Umstellung auf Sommerzeit)"]


@pytest.mark.parametrize("written", ["0001-01-01 00:30", "9999-12-31T23:59:00-14:00"])
def test_a_day_at_the_end_of_time_is_a_bad_row(tmp_path: Path, written: str) -> None:
    log = read_log(write(tmp_path / "log.csv", f"case_id,activity,timestamp\n1,a,{written}\n"))
    assert [problem.reason for problem in log.problems] == [f"«{written}» ist kein Zeitpunkt"]


def test_events_are_put_in_order_and_the_file_decides_ties(tmp_path: Path) -> None:
    text = "case_id;activity;timestamp\n1;b;2026-03-02 10:00\n1;a;2026-03-02 09:00\n1;c;2026-03-02 10:00\n"
    assert [activity for _, activity, _ in events(write(tmp_path / "log.csv", text))] == ["a", "b", "c"]


def test_csv_comes_back_as_it_went_out(tmp_path: Path) -> None:
    given = {"fallfluss:element": "pruefen", "dringend": True, "note": 'x;"y"\nz'}
    cases = [Case("NA", [Event("Prüfen", NOON, "complete", given), Event("Klären", NOON + timedelta(hours=1), "start", {})], {"region": "SDOL"})]
    write_csv(tmp_path / "log.csv.gz", cases)
    assert read_log(tmp_path / "log.csv.gz").cases == cases


def test_unusual_columns_are_refused_with_what_there_is_and_can_be_named(tmp_path: Path) -> None:
    path = write(tmp_path / "log.csv", "wer,was,wann\n1,a,2.3.2026 12:00\n")
    assert preview(path).rows == (("1", "a", "2.3.2026 12:00"),)
    with pytest.raises(LogUnreadable, match="wer, was, wann"):
        read_csv(path)
    assert read_csv(path, Columns("wer", "was", "wann")).cases[0].events[0].activity == "a"


@pytest.mark.parametrize(
    ("header", "case", "activity", "timestamp", "lifecycle"),
    [
        ("Fallnummer;Tätigkeit;Zeitpunkt;Status", "Fallnummer", "Tätigkeit", "Zeitpunkt", "Status"),
        ("Fall-Nr.;AKTIVITÄT;Datum;Status", "Fall-Nr.", "AKTIVITÄT", "Datum", "Status"),
        ("Bemerkung;Dossier-Nr;Taetigkeit;Erledigt am", "Dossier-Nr", "Taetigkeit", "Erledigt am", None),
        ("GESCHAFT;Aktivita\u0308t;Beginn;Ende", "GESCHAFT", "Aktivita\u0308t", "Ende", None),
        ("Geschäft;Aufgabe;Beginn", "Geschäft", "Aufgabe", "Beginn", None),
        ("Dossier;Ereignis;Zeit;Datum", "Dossier", "Ereignis", "Datum", None),
        ("Fall;Schritt", "Fall", "Schritt", None, None),
    ],
)
def test_german_headings_are_understood(header: str, case: str, activity: str, timestamp: str | None, lifecycle: str | None) -> None:
    assert guess(header.split(";")) == Columns(case, activity, timestamp, lifecycle)


def test_only_whole_words_count_and_each_column_for_itself() -> None:
    assert likely(["Sturzfall", "Aufgabenliste", "Geburtsdatum", "Statusbericht", "Zeitraum"]) == {}
    assert likely(["Kundin", "Tätigkeit", "Erledigt am"]) == {"activity": "Tätigkeit", "timestamp": "Erledigt am"}


def test_a_workbook_is_read_like_any_table(tmp_path: Path) -> None:
    book = Workbook()
    for row in (["Case ID", "Activity", "Timestamp", "ok"], [17, "Prüfen", datetime.fromisoformat("2026-03-02 12:00"), True], ["NA", "b", "2026-03-02 12:00", None]):
        book.active.append(row)
    book.save(tmp_path / "log.xlsx")
    assert events(tmp_path / "log.xlsx") == [("17", "Prüfen", "2026-03-02T11:00:00+00:00"), ("NA", "b", "2026-03-02T11:00:00+00:00")]
    assert read_log(tmp_path / "log.xlsx").cases[0].events[0].attributes == {"ok": True}


@pytest.mark.parametrize("content", [b"\xcf", b"\xff\xfea", b'case;activity\n1;"\xcf'], ids=["half a character", "half of UTF-16", "half a character later"])
def test_a_table_that_ends_within_a_character_is_no_error_of_ours(tmp_path: Path, content: bytes) -> None:
    """Found by the fuzzer."""
    (tmp_path / "halb.csv").write_bytes(content)
    with suppress(LogUnreadable):
        read_csv(tmp_path / "halb.csv")


@pytest.mark.parametrize(
    "content",
    [b'<?xml version="1.0" encoding="UTF-8TF-8"?><log/>', b'<?xml version="1.0" encoding="shift_jis"?><log/>', b"<log><values/></log>", b"<values/>", b"<log><string key='a' value='b'><values/></string><trace><trace/></trace></log>"],
    ids=["unknown encoding", "an encoding of several bytes", "values without a list", "nothing but values", "a trace in a trace"],
)
def test_odd_xes_is_read_or_refused(tmp_path: Path, content: bytes) -> None:
    """Found by changing files at random."""
    (tmp_path / "seltsam.xes").write_bytes(content)
    with suppress(LogUnreadable):
        read_xes(tmp_path / "seltsam.xes")


@pytest.mark.parametrize(
    "content",
    [b'<log><trace><event><date key="time:timestamp" value="2026-03-02T08:00:00Z"/></event></trace></log>', b"<log><trace>", b"<net/>"],
    ids=["a whole one", "cut off", "something else"],
)
def test_nothing_stays_of_what_a_log_was_read_with(tmp_path: Path, content: bytes) -> None:
    """Reader and parser know each other: forty thousand logs in one process left half a gigabyte of them, found by the fuzzer."""
    path = tmp_path / "log.xes"
    path.write_bytes(content)
    gc.collect()
    gc.disable()
    try:
        with suppress(LogUnreadable):
            read_xes(path)
        assert not [one for one in gc.get_objects() if isinstance(one, expat.XMLParserType)]
    finally:
        gc.enable()


@pytest.mark.parametrize("name", ["log.xes", "log.xes.gz", "log.csv", "log.csv.gz"])
def test_readers_say_how_far_they_are_until_the_last_byte(tmp_path: Path, name: str) -> None:
    path, told = tmp_path / name, list[int]()
    cases = [Case(str(number), [Event(f"Prüfen {number * 7919 % 10007}", NOON)] * 3) for number in range(2000)]
    (write_xes if ".xes" in name else write_csv)(path, cases)
    assert read_log(path, progress=told.append).cases == cases
    assert told[-1] == path.stat().st_size
    assert max(told) == told[-1]


def test_a_workbook_says_how_far_it_is_by_its_rows(tmp_path: Path) -> None:
    book, told = Workbook(), list[int]()
    for number in range(2500):
        book.active.append([number or "Fall", "Tätigkeit"])
    book.save(tmp_path / "log.xlsx")
    read_log(tmp_path / "log.xlsx", progress=told.append)
    size = (tmp_path / "log.xlsx").stat().st_size
    assert told == [size * 1000 // 2500, size * 2000 // 2500]


@pytest.mark.parametrize("text", ["02.03.2026 08:00 +41:00", "02.03.2026 08:00 -24:00", "01.01.0001 00:30 MEZ", "31.12.9999 23:30 -0100"])
def test_an_offset_that_no_place_has_and_moments_beyond_the_calendar_are_no_points_in_time(text: str) -> None:
    assert Times(ZURICH).parse(text) is None


def test_a_workbook_of_more_texts_than_fit_into_memory_is_refused_with_a_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with xlsxwriter.Workbook(tmp_path / "log.xlsx") as book:  # keeps texts apart from the rows, as Excel does
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ("case_id", "activity"))
        sheet.write_row(1, 0, ("1", "a" * 2000))
    assert len(read_log(tmp_path / "log.xlsx").cases) == 1
    monkeypatch.setattr(tables, "MOST_TEXTS", 1000)
    with pytest.raises(LogUnreadable, match="als CSV"):
        read_log(tmp_path / "log.xlsx")
