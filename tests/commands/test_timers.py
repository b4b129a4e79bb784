from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from engine import commands
from engine.model.access import system
from engine.model.errors import NotWaiting
from engine.scheduling import due
from engine.scheduling.due import next_due, run_due
from engine.store.tables import Hinweis, Instanz, Timer, Verlauf
from tests.commands.conftest import Desk


def test_nothing_fires_before_it_is_due(desk: Desk):
    desk.open()
    desk.clock.at += timedelta(days=6, hours=23)
    assert desk.wake().count == 0


def test_the_reminder_leaves_a_notice_and_comes_again_a_week_later(desk: Desk):
    desk.open()
    first = desk.timers()["erinnern"].due_at
    desk.clock.at = first
    desk.wake()
    assert [(h.an_rolle, h.text) for h in desk.all(Hinweis)] == [("teamleitung", "Antrag liegt")]
    assert desk.timers()["erinnern"].due_at == first + timedelta(days=7) and desk.elements() == ["pruefen"]


def test_a_cycle_does_not_drift_when_it_is_fired_late(desk: Desk):
    desk.open()
    first = desk.timers()["erinnern"].due_at
    desk.clock.at = first + timedelta(days=2, hours=5)
    desk.wake()
    assert desk.timers()["erinnern"].due_at == first + timedelta(days=7)


def test_after_downtime_everything_missed_is_caught_up_in_order(desk: Desk):
    desk.open()
    desk.clock.at += timedelta(days=60)
    desk.wake()
    fired = [row.element for row in desk.all(Verlauf) if row.command == "fire_timer"]
    assert fired == ["erinnern"] * 4 + ["frist"]
    assert desk.elements() == ["mahnen"] and len(desk.all(Hinweis)) == 4


def test_the_deadline_takes_the_task_away(desk: Desk):
    desk.open()
    key = desk.tasks()[0].key
    desk.clock.at = desk.timers()["frist"].due_at
    desk.wake()
    assert desk.elements() == ["mahnen"]
    with pytest.raises(Exception, match="nicht mehr offen"):
        desk.do(commands.complete_task, key, {"ok": True})


def test_a_timer_fires_only_once(desk: Desk):
    desk.open()
    timer = desk.timers()["frist"]
    desk.clock.at = timer.due_at
    with desk.database.begin(system()) as session:
        commands.fire_timer(session, timer.key)
    with pytest.raises(NotWaiting), desk.database.begin(system()) as session:
        commands.fire_timer(session, timer.key)


def test_two_schedulers_fire_each_timer_once(desk: Desk):
    for _ in range(6):
        desk.open()
    desk.clock.at += timedelta(days=31)
    threads = [threading.Thread(target=run_due, args=(desk.database,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    fired = [(row.instanz_nummer, row.element_key) for row in desk.all(Verlauf) if row.command == "fire_timer"]
    assert len(fired) == len(set(fired)) == 6 * 5
    assert desk.elements() == ["mahnen"] * 6


def test_the_next_due_time_is_known_without_loading_a_case(desk: Desk):
    assert next_due(desk.database) is None
    desk.open()
    assert next_due(desk.database) == desk.timers()["erinnern"].due_at


def test_one_case_that_cannot_go_on_stops_no_other(desk: Desk):
    broken, _ = desk.open(), desk.open()
    with desk.database.begin(system()) as session:
        session.get(Instanz, broken.instanz_key // 10**9).state = "{}"
    desk.clock.at += timedelta(days=7)
    worked = desk.wake()
    assert (worked.timers, worked.failures) == (1, 1)
    late, = [timer for timer in desk.all(Timer) if timer.attempts]
    assert late.next_attempt_at == desk.clock.at + timedelta(seconds=10)
    assert late.due_at < late.next_attempt_at


@pytest.mark.parametrize(("failures", "seconds"), [(1, 10), (2, 20), (5, 160), (30, 3600)])
def test_pauses_double_up_to_an_hour(failures, seconds):
    assert due.pause(failures) == timedelta(seconds=seconds)
