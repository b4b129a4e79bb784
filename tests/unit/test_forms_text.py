"""What people type, and what is understood."""

from __future__ import annotations

import pytest

from engine.definitions.forms.text import Unreadable, clean, iso_date, iso_datetime, iso_time, number, truth


@pytest.mark.parametrize(("typed", "understood"), [
    pytest.param("1'234.50", 1234.5, id="apostrophe"),
    pytest.param("1’234.50", 1234.5, id="U+2019, as Babel prints it"),
    pytest.param("1 234.50", 1234.5, id="blank"),
    pytest.param("1\u202f234.50", 1234.5, id="narrow blank"),
    pytest.param("CHF 1'234.-", 1234, id="francs with a dash"),
    pytest.param("1'234.–", 1234, id="en dash"),
    pytest.param("12,5", 12.5, id="decimal comma"),
    pytest.param("-3", -3, id="negative"),
    pytest.param("−3", -3, id="a typographic minus"),
    pytest.param("2.0", 2, id="whole numbers are integers"),
    pytest.param("", None, id="empty"),
    pytest.param("   ", None, id="blanks"),
    pytest.param(7, 7, id="JSON integer"),
    pytest.param(7.25, 7.25, id="JSON float"),
])
def test_a_number_is_read_in_any_swiss_spelling(typed, understood):
    assert number(typed) == understood
    assert not isinstance(number(typed), bool)


@pytest.mark.parametrize("typed", [
    "zwölf", "1,234", "1.234.567", "1e5", "NaN", "Infinity", "--3", "0x10", "1" * 30, "٣", True, [1], {"a": 1}, float("nan"), float("inf"),
])  # fmt: skip
def test_what_is_no_clear_number_is_asked_back(typed):
    with pytest.raises(Unreadable, match="Geben Sie eine Zahl ein"):
        number(typed)


@pytest.mark.parametrize(("typed", "iso"), [
    ("31.8.2026", "2026-08-31"), ("31.08.2026", "2026-08-31"), ("1. 2. 2026", "2026-02-01"), ("31/8/2026", "2026-08-31"), ("2026-08-31", "2026-08-31"),
    ("29.2.2028", "2028-02-29"), ("", None), (None, None),
])  # fmt: skip
def test_a_date_is_read_as_the_swiss_write_it(typed, iso):
    assert iso_date(typed) == iso


@pytest.mark.parametrize(("typed", "advice"), [
    pytest.param("29.2.2026", "29.2.2026 gibt es nicht", id="no leap year"),
    pytest.param("31.8.26", "vierstelligem Jahr", id="two-digit year"),
    pytest.param("8/31/2026", "gibt es nicht", id="American order"),
    pytest.param("31.8.0026", "Jahr zwischen", id="year 26"),
    pytest.param("morgen", "zum Beispiel 31.8.2026", id="a word"),
    pytest.param(20260831, "Datum", id="a number"),
    pytest.param("1" * 5000, "Datum", id="endless digits"),
])
def test_a_date_that_is_none_is_explained(typed, advice):
    with pytest.raises(Unreadable, match=advice):
        iso_date(typed)


@pytest.mark.parametrize(("typed", "iso"), [("14:30", "14:30"), ("14.30", "14:30"), ("9", "09:00"), ("9h05", "09:05"), ("14:30 Uhr", "14:30"), ("", None)])
def test_a_time_is_read(typed, iso):
    assert iso_time(typed) == iso


@pytest.mark.parametrize("typed", ["24:00", "12:60", "abends"])
def test_a_time_that_is_none_is_explained(typed):
    with pytest.raises(Unreadable, match="zwischen 0:00 und 23:59"):
        iso_time(typed)


@pytest.mark.parametrize(("typed", "iso"), [
    ("31.8.2026 14:30", "2026-08-31T14:30:00"), ("2026-08-31T14:30", "2026-08-31T14:30:00"), ("31.8.2026, 9:00", "2026-08-31T09:00:00"),
    ("2026-08-31T12:30:00Z", "2026-08-31T14:30:00"), ("2026-01-31T12:30:00+00:00", "2026-01-31T13:30:00"),
])  # fmt: skip
def test_date_and_time_are_zurich_time(typed, iso):
    assert iso_datetime(typed) == iso


def test_a_date_without_time_is_asked_back():
    with pytest.raises(Unreadable, match="Datum und Uhrzeit"):
        iso_datetime("31.8.2026")


def test_text_is_composed_trimmed_and_has_one_kind_of_line_break():
    assert clean("  u\u0308ber\r\nzwei\rZeilen ") == "über\nzwei\nZeilen"


def test_control_characters_are_refused():
    with pytest.raises(Unreadable, match="Steuerzeichen"):
        clean("a\x00b")


@pytest.mark.parametrize(("sent", "is_true"), [(True, True), ("on", True), ("true", True), ("", False), (None, False), ("false", False)])
def test_a_checkbox_is_a_truth_value(sent, is_true):
    assert truth(sent) is is_true
