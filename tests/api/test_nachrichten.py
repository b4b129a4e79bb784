"""Messages that come before anybody waits for them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine import commands
from engine.model.access import Access, system
from engine.model.clock import FixedClock
from engine.scheduling.due import run_due
from engine.store.session import Database
from engine.store.tables import Aufgabe, Nachricht, Verlauf
from tests.api.conftest import Program

Make = Callable[..., Program]


@pytest.fixture
def fall_nr(case: int, database: Database) -> str:
    """The case to whose number the message will correlate; it does not wait for it yet."""
    with database.read(system()) as session:
        return session.scalars(select(Aufgabe.fall_nr)).one()


def begin_waiting(database: Database) -> None:
    """Its first task done with ``ok: false``, the case waits for «antwort»."""
    with database.begin(Access("fritz", {"SDOL": frozenset({"fallfuehrung"})})) as session:
        commands.complete_task(session, session.scalars(select(Aufgabe.key).where(Aufgabe.zustand == "CREATED")).one(), {"ok": False})
    run_due(database)


def answered(database: Database) -> list[Any]:
    with database.read(system()) as session:
        return list(session.scalars(select(Verlauf).where(Verlauf.command == "correlate")))


def kept(database: Database) -> int:
    with database.read(system()) as session:
        return len(session.scalars(select(Nachricht)).all())


def publish(program: Program, fall_nr: str, **more: Any) -> Any:
    body = {"name": "antwort", "correlationKey": fall_nr, "variables": {"gut": True}, "timeToLive": 3_600_000, **more}
    return program.ask("POST", "/messages/publication", body)


def test_a_message_that_comes_too_early_is_kept_and_delivered_once(dienst: Make, fall_nr: str, database: Database) -> None:
    sender = dienst({"SDOL": ["fallfuehrung"], "SRO": ["fallfuehrung"]})
    publish(sender, fall_nr, messageId="m1")
    publish(sender, fall_nr, messageId="m1")
    assert kept(database) == 2, "one for each region of the sender, and nothing for the repetition"
    run_due(database)
    assert answered(database) == []
    begin_waiting(database)
    assert [row.values for row in answered(database)] == [{"gut": True}]
    assert kept(database) == 0
    publish(sender, fall_nr, messageId="m1")
    assert kept(database) == 0


def test_a_message_reaches_no_case_of_a_region_that_is_not_its_senders(dienst: Make, fall_nr: str, database: Database) -> None:
    publish(dienst({"SRO": ["fallfuehrung"]}), fall_nr)
    begin_waiting(database)
    assert answered(database) == []
    assert kept(database) == 1


@pytest.mark.parametrize(("ttl", "days"), [pytest.param(3_600_000, 1, id="after its time"), pytest.param(10**15, 31, id="after thirty days, however long was asked for")])
def test_what_nobody_wanted_in_time_is_forgotten(dienst: Make, fall_nr: str, database: Database, clock: FixedClock, ttl: int, days: int) -> None:
    publish(dienst({"SDOL": ["fallfuehrung"]}), fall_nr, timeToLive=ttl)
    clock.at += timedelta(days=days)
    run_due(database)
    assert kept(database) == 0


def test_without_a_time_to_live_nothing_is_kept(dienst: Make, fall_nr: str, database: Database) -> None:
    publish(dienst({"SDOL": ["fallfuehrung"]}), fall_nr, timeToLive=0)
    assert kept(database) == 0
