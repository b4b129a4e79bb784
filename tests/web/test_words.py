"""Words, numbers and the little Markdown of forms."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from engine.model.calendar import end_of_day
from webui import words
from webui.markdown import markdown

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=ZoneInfo("Europe/Zurich"))


@pytest.mark.parametrize(
    ("day", "stufe", "worte"),
    [
        pytest.param(date(2026, 2, 27), "ueberfaellig", "überfällig seit 3 Tagen", id="three days ago"),
        pytest.param(date(2026, 3, 1), "ueberfaellig", "überfällig seit 1 Tag", id="yesterday"),
        pytest.param(date(2026, 3, 2), "heute", "heute", id="the whole of today is in time"),
        pytest.param(date(2026, 3, 3), "bald", "morgen", id="tomorrow"),
        pytest.param(date(2026, 3, 9), "bald", "in 7 Tagen", id="a week"),
        pytest.param(date(2026, 3, 30), "spaeter", "in 28 Tagen", id="beyond the change to summer time"),
    ],
)
def test_a_deadline_is_told_in_days_of_the_calendar(day: date, stufe: str, worte: str) -> None:
    found = words.frist(end_of_day(day), NOW)
    assert found == words.Frist(stufe, worte, day.strftime("%d.%m.%Y"))


def test_a_deadline_earlier_today_is_overdue() -> None:
    found = words.frist(datetime(2026, 3, 2, 6, 0, tzinfo=UTC), NOW)
    assert found is not None
    assert found.worte == "seit heute überfällig"


def test_without_a_deadline_nothing_is_said() -> None:
    assert words.frist(None, NOW) is None
    assert words.eintritt(None, NOW) is None


@pytest.mark.parametrize(
    ("at", "told"),
    [
        pytest.param(datetime(2026, 3, 3, 0, 0, tzinfo=ZoneInfo("Europe/Zurich")), ("morgen", "03.03.2026"), id="a birthday begins at midnight"),
        pytest.param(datetime(2026, 3, 12, 14, 30, tzinfo=ZoneInfo("Europe/Zurich")), ("in 10 Tagen", "12.03.2026"), id="ten days after something in the afternoon"),
    ],
)
def test_what_happens_by_itself_is_told_with_its_own_day(at: datetime, told: tuple[str, str]) -> None:
    found = words.eintritt(at, NOW)
    assert found is not None
    assert (found.worte, found.datum) == told


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("2026-08-31", "31.08.2026"),
        (1234.5, "1234.5"),
        (12345, "12'345"),
        (True, "Ja"),
        (None, "–"),
        ([], "–"),
        (["a", "b"], "a, b"),
        ({"ziel": "Arbeit", "ok": False}, "ziel: Arbeit, ok: Nein"),
        ("Keine-Zeit", "Keine-Zeit"),
    ],
)
def test_stored_values_are_shown_as_people_here_write_them(value: object, text: str) -> None:
    assert words.wert(value) == text


def test_an_instant_is_shown_in_the_time_of_zurich() -> None:
    assert words.zeitpunkt(datetime(2026, 7, 1, 22, 30, tzinfo=UTC)) == "02.07.2026, 00:30"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Nur **so** viel", '<p class="govuk-body">Nur <strong>so</strong> viel</p>'),
        ("## Titel", '<h2 class="govuk-heading-m">Titel</h2>'),
        ("<b>x</b>", '<p class="govuk-body">&lt;b&gt;x&lt;/b&gt;</p>'),
        ("[böse](javascript:alert)", '<p class="govuk-body">[böse](javascript:alert)</p>'),
        ("2 * 3 * 4", '<p class="govuk-body">2 * 3 * 4</p>'),
    ],
    ids=["bold", "heading", "HTML", "script address", "multiplication"],
)
def test_markdown_formats_and_never_obeys(text: str, html: str) -> None:
    assert str(markdown(text)) == html


def test_a_list_is_a_list() -> None:
    assert str(markdown("- eins\n- zwei")).count("<li>") == 2
