from __future__ import annotations

from datetime import timedelta

import pytest

from engine import commands
from engine.model.errors import NobodyWaits
from engine.store.tables import Subscription, Verlauf
from tests.commands.conftest import Desk


@pytest.fixture
def waiting(desk: Desk):
    ref = desk.open()
    desk.complete("pruefen", ok=False)
    return ref


def test_a_message_reaches_the_case_it_names(desk: Desk, waiting):
    other = desk.open()
    desk.complete("pruefen", ok=False)
    desk.do(commands.correlate, "antwort", waiting.fall_nr, {"inhalt": "ja"})
    assert [task.fall_nr for task in desk.tasks("abschliessen")] == [waiting.fall_nr]
    assert [s.correlation for s in desk.all(Subscription)] == [other.fall_nr]


def test_the_same_message_twice_changes_nothing_the_second_time(desk: Desk, waiting):
    for _ in range(2):
        assert desk.do(commands.correlate, "antwort", waiting.fall_nr, message_id="brief-7") == waiting
    assert [row.command for row in desk.all(Verlauf)].count("correlate") == 1


def test_a_message_nobody_waits_for_is_refused_by_name(desk: Desk, waiting):
    desk.do(commands.correlate, "antwort", waiting.fall_nr)
    with pytest.raises(NobodyWaits, match="antwort"):
        desk.do(commands.correlate, "antwort", waiting.fall_nr)


def test_a_message_for_a_case_of_another_region_finds_nobody(desk: Desk, waiting, access):
    with pytest.raises(NobodyWaits):
        desk.as_(access("olten", region="SRO")).do(commands.correlate, "antwort", waiting.fall_nr)


def test_the_timer_of_the_gate_ends_the_wait_for_the_message(desk: Desk, waiting):
    desk.clock.at += timedelta(days=10)
    desk.wake()
    assert desk.elements() == ["abschliessen"] and desk.all(Subscription) == []
