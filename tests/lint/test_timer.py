"""A timer needs a time of its kind."""

from __future__ import annotations

import pytest

from tests.lint.build import around, boundary, catch, flows, on, places, timer, user

RULE = "timer"


@pytest.mark.parametrize(("content", "places_named"), [
    pytest.param(around(catch("a", timer("", "Duration")), flows("start -> a -> end")), ["a"], id="empty"),
    pytest.param(around(catch("a", on("timer")), flows("start -> a -> end")), ["a"], id="no kind at all"),
    pytest.param(around(catch("a", timer("30 Tage", "Duration")), flows("start -> a -> end")), ["a"], id="words"),
    pytest.param(around(catch("a", timer("'P1D'", "Duration")), flows("start -> a -> end")), ['a'], id="a Python text"),
    pytest.param(around(catch("a", timer("P", "Duration")), flows("start -> a -> end")), ["a"], id="P alone"),
    pytest.param(around(catch("a", timer("P1DT", "Duration")), flows("start -> a -> end")), ["a"], id="T without time"),
    pytest.param(around(catch("a", timer("2026-08-31", "Duration")), flows("start -> a -> end")), ["a"], id="a date as duration"),
    pytest.param(around(catch("a", timer("2026-02-30", "Date")), flows("start -> a -> end")), ["a"], id="30 February"),
    pytest.param(around(catch("a", timer("31.8.2026", "Date")), flows("start -> a -> end")), ["a"], id="a Swiss date"),
    pytest.param(around(user("a"), boundary("b", "a", timer("R/P1M", "Cycle"), cancel="true"), flows("start -> a -> end")), ["b"], id="an endless interrupting cycle"),
    pytest.param(around(catch("a", timer("R3/P1M", "Cycle")), flows("start -> a -> end")), ["a"], id="an intermediate cycle"),
    pytest.param(around(user("a"), boundary("b", "a", timer("R3/1M", "Cycle"), cancel="false"), flows("start -> a -> end")), ["b"], id="a wrong cycle"),
])  # fmt: skip
def test_a_timer_needs_a_time_of_its_kind(content, places_named):
    assert places(content, RULE) == places_named


@pytest.mark.parametrize("content", [
    pytest.param(around(catch("a", timer("P30D", "Duration")), flows("start -> a -> end")), id="days"),
    pytest.param(around(catch("a", timer("P1MT2H", "Duration")), flows("start -> a -> end")), id="months and hours"),
    pytest.param(around(catch("a", timer("P2W", "Duration")), flows("start -> a -> end")), id="weeks"),
    pytest.param(around(catch("a", timer("=frist", "Duration")), flows("start -> a -> end")), id="FEEL"),
    pytest.param(around(catch("a", timer("2026-08-31", "Date")), flows("start -> a -> end")), id="date"),
    pytest.param(around(catch("a", timer("2026-08-31T12:00:00+02:00", "Date")), flows("start -> a -> end")), id="instant with offset"),
    pytest.param(around(user("a"), boundary("b", "a", timer("R3/P1M", "Cycle"), cancel="false"), flows("start -> a -> end")), id="cycle"),
    pytest.param(around(user("a"), boundary("b", "a", timer("R/P1W", "Cycle"), cancel="false"), flows("start -> a -> end")), id="endless cycle"),
    pytest.param(around(user("a"), boundary("b", "a", timer("0 0 9-17 * * MON-FRI", "Cycle"), cancel="false"), flows("start -> a -> end")), id="cron"),
])  # fmt: skip
def test_everything_else_passes(content):
    assert places(content, RULE) == []
