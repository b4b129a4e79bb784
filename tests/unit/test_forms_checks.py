"""The rules of chapter 8 of the process description."""

from __future__ import annotations

from datetime import date

import pytest

from engine.definitions.forms.checks import VALIDIERUNGEN, Day
from engine.definitions.forms.text import Unreadable

DAY = Day(date(2026, 3, 2))


@pytest.mark.parametrize(("rule", "value", "stored"), [
    pytest.param("ahvn13", "756.9217.0769.85", "756.9217.0769.85", id="the published example"),
    pytest.param("ahvn13", "7569217076985", "756.9217.0769.85", id="without dots"),
    pytest.param("ahvn13", "756 9217 0769 85", "756.9217.0769.85", id="with blanks"),
    pytest.param("zemis", "012345678.9", "012345678.9", id="ZEMIS with a digit behind the dot"),
    pytest.param("zemis", "123456", "123456", id="short ZEMIS"),
    pytest.param("iban", "ch9300762011623852957", "CH93 0076 2011 6238 5295 7", id="IBAN in small letters"),
    pytest.param("iban", "DE89 3704 0044 0532 0130 00", "DE89 3704 0044 0532 0130 00", id="German IBAN"),
    pytest.param("gemeinde", "2546", "2546", id="commune as text"),
    pytest.param("gemeinde", 2601, 2601, id="commune as number"),
    pytest.param("datum_vergangen", "2026-03-02", "2026-03-02", id="today is not in the future"),
    pytest.param("datum_kuenftig", "2026-03-02", "2026-03-02", id="today is not in the past"),
    pytest.param("geburtsdatum", "1915-03-03", "1915-03-03", id="110 years and 364 days"),
])
def test_a_valid_value_is_stored_in_its_normal_form(rule, value, stored):
    assert VALIDIERUNGEN[rule](value, DAY) == stored


@pytest.mark.parametrize(("rule", "value", "advice"), [
    pytest.param("ahvn13", "756.9217.0769.84", "Prüfziffer", id="wrong check digit"),
    pytest.param("ahvn13", "755.9217.0769.85", "beginnend mit 756", id="wrong country"),
    pytest.param("ahvn13", "756.9217.0769", "13 Ziffern", id="too short"),
    pytest.param("zemis", "12345", "6 bis 12", id="short ZEMIS"),
    pytest.param("iban", "CH93 0076 2011 6238 5295 8", "Tippfehler", id="remainder wrong"),
    pytest.param("iban", "CH93 0076", "21 Zeichen", id="short IBAN"),
    pytest.param("gemeinde", "351", "2401 bis 2622", id="Bern"),
    pytest.param("gemeinde", "Olten", "BFS-Nummer", id="a name"),
    pytest.param("gemeinde", "²546", "BFS-Nummer", id="a digit that is none"),
    pytest.param("datum_vergangen", "2026-03-03", "nicht in der Zukunft", id="tomorrow"),
    pytest.param("datum_kuenftig", "2026-03-01", "nicht in der Vergangenheit", id="yesterday"),
    pytest.param("geburtsdatum", "2026-03-03", "nicht in der Zukunft", id="born tomorrow"),
    pytest.param("geburtsdatum", "1915-03-02", "älter als 110", id="111 years old today"),
])
def test_an_invalid_value_is_answered_with_advice(rule, value, advice):
    with pytest.raises(Unreadable, match=advice):
        VALIDIERUNGEN[rule](value, DAY)


def test_only_the_communes_of_today_count_when_they_are_known():
    today = Day(date(2026, 3, 2), frozenset({2546}))
    assert VALIDIERUNGEN["gemeinde"]("2546", today) == "2546"
    with pytest.raises(Unreadable):
        VALIDIERUNGEN["gemeinde"]("2601", today)
