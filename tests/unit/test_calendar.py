"""Due times of timers and deadlines, on the calendar of Europe/Zurich."""

from datetime import UTC, date, datetime

import pytest

from engine.model.calendar import ZURICH, add_duration, arbeitstage_plus, due_at, end_of_day, feiertage, months_after, parse_instant, rounds


def zurich(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZURICH)


def shown(moment: datetime) -> str:
    return moment.astimezone(ZURICH).isoformat(timespec="minutes")[:-6]


@pytest.mark.parametrize(
    ("start", "duration", "due"),
    [
        pytest.param("2026-08-31T08:00", "P6M", "2027-02-28T08:00", id="six months after 31 August is the end of February"),
        pytest.param("2027-08-31T08:00", "P6M", "2028-02-29T08:00", id="and its 29th in a leap year"),
        pytest.param("2026-01-31T08:00", "P1M", "2026-02-28T08:00", id="a month after 31 January"),
        pytest.param("2028-02-29T08:00", "P1Y", "2029-02-28T08:00", id="a year after 29 February"),
        pytest.param("2026-03-01T08:00", "P6M", "2026-09-01T08:00", id="a change to summer time does not move the due day"),
        pytest.param("2026-03-28T08:00", "P1D", "2026-03-29T08:00", id="a day over the change to summer time keeps the time of day"),
        pytest.param("2026-03-28T08:00", "PT24H", "2026-03-29T09:00", id="24 hours over the change to summer time are 24 hours"),
        pytest.param("2026-10-24T08:00", "PT24H", "2026-10-25T07:00", id="24 hours over the change to winter time are 24 hours"),
        pytest.param("2026-03-28T02:30", "P1D", "2026-03-29T03:30", id="a time that does not exist comes later"),
        pytest.param("2026-10-24T02:30", "P1D", "2026-10-25T02:30", id="a time that comes twice is the first one"),
        pytest.param("2025-01-30T08:00", "P1Y2M3W4DT5H6M", "2026-04-24T13:06", id="all parts, months before days"),
        pytest.param("2026-03-31T08:00", "-P1M", "2026-02-28T08:00", id="a negative duration"),
        pytest.param("2026-03-02T08:00", "PT90M", "2026-03-02T09:30", id="minutes beyond the hour"),
    ],
)
def test_a_duration_is_added_on_the_zurich_calendar(start: str, duration: str, due: str) -> None:
    assert shown(add_duration(zurich(start), duration)) == due


def test_the_first_of_two_equal_local_times_is_meant() -> None:
    assert add_duration(zurich("2026-10-24T02:30"), "P1D") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "P1", "1D", "P1H", "PT1D", "P1M2Y", "P-1D", "P1.5D", "30 Tage", "P99999Y", "P9999999999D", "PT9999999999999H"]
)
def test_what_is_not_a_duration_is_refused_in_german(text: str) -> None:
    with pytest.raises(ValueError, match="Dauer|Kalender"):
        add_duration(zurich("2026-03-02T08:00"), text)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        pytest.param("2026-03-02", "2026-03-01T23:00", id="a date is its midnight in Zurich"),
        pytest.param("2026-07-02", "2026-07-01T22:00", id="in summer, too"),
        pytest.param("2026-03-02T08:00:00", "2026-03-02T07:00", id="a time without offset is Zurich's"),
        pytest.param("2026-03-02T08:00:00Z", "2026-03-02T08:00", id="UTC"),
        pytest.param("2026-03-02T08:00:00.5-05:00", "2026-03-02T13:00", id="an offset"),
        pytest.param("2026-03-02T08:00:00@Europe/Zurich", "2026-03-02T07:00", id="FEEL's zone"),
        pytest.param("2026-03-02T08:00:00+01:00[Europe/Zurich]", "2026-03-02T07:00", id="Camunda's zone"),
    ],
)
def test_an_instant_is_read_from_iso_text(text: str, instant: str) -> None:
    assert parse_instant(text).isoformat(timespec="minutes") == instant + "+00:00"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "31.8.2026",
        "2026-02-30",
        "20260302",
        "2026-03-02 08:00",
        "2026-03-02T25:00",
        "2026-03-02T08:00@Mars/Base",
        "2026-03-02T08:00@Europe",
        "heute",
        "0001-01-01",
    ],
)
def test_what_is_not_an_instant_is_refused_in_german(text: str) -> None:
    with pytest.raises(ValueError, match="kein Zeitpunkt"):
        parse_instant(text)


def test_a_day_ends_one_second_before_midnight() -> None:
    assert shown(end_of_day(date(2026, 3, 29))) == "2026-03-29T23:59"


@pytest.mark.parametrize(
    ("kind", "value", "fired", "due"),
    [
        pytest.param("date", "2026-03-01", 0, "2026-03-01T00:00", id="a date"),
        pytest.param("duration", "P1M", 0, "2026-02-28T08:00", id="a duration"),
        pytest.param("cycle", "R/P1M", 0, "2026-02-28T08:00", id="the first round of a monthly cycle is clipped"),
        pytest.param("cycle", "R/P1M", 1, "2026-03-31T08:00", id="the second one is not"),
        pytest.param("cycle", "R/P1M", 12, "2027-02-28T08:00", id="round thirteen"),
        pytest.param("cycle", "R3/PT10H", 2, "2026-02-01T14:00", id="the last of three"),
        pytest.param("cycle", "R-1/P14D", 1, "2026-02-28T08:00", id="Camunda's way to write for ever"),
        pytest.param("cycle", "R/2026-03-01T06:00/P1D", 0, "2026-03-01T06:00", id="a cycle with a start begins there"),
        pytest.param("cycle", "R/2026-03-28T06:00/P1D", 2, "2026-03-30T06:00", id="and keeps its time of day"),
        pytest.param("cycle", "0 6 * * MON-FRI", 0, "2026-02-02T06:00", id="cron with five fields"),
        pytest.param("cycle", "0 0 6 * * MON-FRI", 5, "2026-02-09T06:00", id="cron, sixth round"),
        pytest.param("cycle", "0 0 6 L * *", 0, "2026-02-28T06:00", id="cron on the last day of the month"),
        pytest.param("cycle", "0 0/20 6-7 1,15 2-4 ?", 4, "2026-02-01T07:20", id="cron with lists, ranges and steps"),
        pytest.param("cycle", "0 0 6 29 2 *", 0, "2028-02-29T06:00", id="cron on 29 February"),
        pytest.param("cycle", "@monthly", 1, "2026-03-01T00:00", id="a macro"),
        pytest.param("cycle", "0 30 2 29 3 *", 0, "2026-03-29T03:30", id="cron in the skipped hour"),
    ],
)
def test_a_timer_armed_on_31_january_is_due(kind: str, value: str, fired: int, due: str) -> None:
    assert shown(due_at(kind, value, zurich("2026-01-31T08:00"), fired)) == due  # type: ignore[arg-type]


def test_a_cron_cycle_goes_on_from_the_previous_due_time() -> None:
    assert shown(due_at("cycle", "0 6 * * *", zurich("2020-01-01T00:00"), 2000, previous=zurich("2026-03-02T06:00"))) == "2026-03-03T06:00"


@pytest.mark.parametrize(
    ("kind", "value", "fired"),
    [
        ("cycle", "R3/PT10H", 3),
        ("cycle", "R/PT0S", 0),
        ("cycle", "R/-P1D", 0),
        ("cycle", "R/P1X", 0),
        ("cycle", "jeden Tag", 0),
        ("cycle", "0 0 6 31 2 *", 0),
        ("cycle", "0 61 6 * * *", 0),
        ("cycle", "0 0 6 * * MON#1", 0),
        ("cycle", "0 0/0 6 * * *", 0),
        ("date", "P1D", 0),
        ("duration", "2026-03-01", 0),
        ("jahreszeit", "P1D", 0),
    ],
)
def test_a_timer_that_makes_no_sense_is_refused(kind: str, value: str, fired: int) -> None:
    with pytest.raises(ValueError, match="«"):
        due_at(kind, value, zurich("2026-01-31T08:00"), fired)  # type: ignore[arg-type]


@pytest.mark.parametrize(("value", "count"), [("R3/P1D", 3), ("R/P1D", None), ("R-1/P1D", None), ("R0/P1D", 0), ("0 6 * * *", None)])
def test_a_cycle_knows_its_rounds(value: str, count: int | None) -> None:
    assert rounds(value) == count


def test_the_holidays_of_solothurn_in_2026() -> None:
    assert [f"{day:%d.%m.} {name}" for day, name in feiertage(2026).items()] == [
        "01.01. Neujahr",
        "02.01. Berchtoldstag",
        "03.04. Karfreitag",
        "06.04. Ostermontag",
        "01.05. Tag der Arbeit (ab 12 Uhr)",
        "14.05. Auffahrt",
        "25.05. Pfingstmontag",
        "04.06. Fronleichnam",
        "01.08. Bundesfeier",
        "15.08. Maria Himmelfahrt",
        "01.11. Allerheiligen",
        "25.12. Weihnachten",
        "26.12. Stephanstag",
    ]


@pytest.mark.parametrize(
    ("year", "karfreitag"), [(2000, "21.04."), (2008, "21.03."), (2019, "19.04."), (2025, "18.04."), (2038, "23.04."), (2076, "17.04.")]
)
def test_karfreitag_follows_easter(year: int, karfreitag: str) -> None:
    assert [f"{day:%d.%m.}" for day, name in feiertage(year).items() if name == "Karfreitag"] == [karfreitag]


@pytest.mark.parametrize(
    ("day", "n", "expected"),
    [
        pytest.param("2026-03-02", 5, "2026-03-09", id="a weekend lies between"),
        pytest.param("2026-04-02", 1, "2026-04-07", id="after Maundy Thursday comes the Tuesday after Easter"),
        pytest.param("2026-04-03", 0, "2026-04-07", id="no days from a holiday on is the next working day"),
        pytest.param("2026-04-02", 0, "2026-04-02", id="no days from a working day on is that day"),
        pytest.param("2026-04-07", -1, "2026-04-02", id="backwards"),
        pytest.param("2026-12-24", 3, "2026-12-30", id="over Christmas"),
        pytest.param("2026-12-31", 1, "2027-01-04", id="over New Year and a weekend"),
    ],
)
def test_working_days_skip_weekends_and_holidays(day: str, n: int, expected: str) -> None:
    assert arbeitstage_plus(date.fromisoformat(day), n).isoformat() == expected


def test_months_stay_inside_the_calendar() -> None:
    with pytest.raises(ValueError, match="ausserhalb"):
        months_after(date(2026, 1, 1), 12 * 9000)
