"""Transactions: all or nothing, one instant, and safe for threads, forks and races."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, StatementError

from engine.model.access import Access, system
from engine.model.clock import FixedClock
from engine.model.errors import Stale
from engine.store import session as store_session
from engine.store.errors import Conflict, DatabaseBusy, DatabaseUnreachable, DatabaseUrlInvalid
from engine.store.session import Database, normalized
from engine.store.tables import Einstellung, Instanz, Konto


def test_what_was_written_is_there_in_the_next_transaction(database: Database):
    with database.begin(system()) as session:
        row = Einstellung(name="a", value="1")
        session.add(row)
    assert row.value == "1"
    with database.read(system()) as session:
        assert session.get_one(Einstellung, "a").value == "1"


def test_an_error_undoes_the_whole_transaction(database: Database):
    with pytest.raises(ZeroDivisionError), database.begin(system()) as session:
        session.add(Einstellung(name="a", value="1"))
        session.flush()
        session.add(Einstellung(name="b", value=str(1 // 0)))
    with database.read(system()) as session:
        assert session.scalar(select(func.count()).select_from(Einstellung)) == 0


def test_a_savepoint_undoes_its_own_part_only(database: Database):
    with database.begin(system()) as session:
        session.add(Einstellung(name="a", value="1"))
        with pytest.raises(ZeroDivisionError), session.begin_nested():
            session.add(Einstellung(name="b", value=str(1)))
            session.flush()
            raise ZeroDivisionError
    with database.read(system()) as session:
        assert list(session.scalars(select(Einstellung.name))) == ["a"]


def test_a_table_made_in_a_transaction_goes_with_it(database: Database):
    with pytest.raises(ZeroDivisionError), database.begin(system()) as session:
        session.execute(text("CREATE TABLE x (y integer)"))
        raise ZeroDivisionError
    with pytest.raises(DBAPIError), database.read(system()) as session:
        session.execute(text("SELECT * FROM x"))


def test_the_instant_of_a_transaction_stands_still(database: Database, clock: FixedClock):
    with database.begin(system("meier")) as session:
        clock.at += timedelta(hours=1)
        assert session.now == datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
        assert (session.access.konto, session.database) == ("meier", database)


@pytest.mark.parametrize("write", ["row", "statement"])
def test_a_reading_transaction_writes_nothing(database: Database, write: str):
    with pytest.raises(DBAPIError), database.read(system()) as session:
        if write == "row":
            session.add(Einstellung(name="a", value="1"))
            session.flush()
        else:
            session.execute(text("INSERT INTO einstellung VALUES ('a', '1')"))
    with database.begin(system()) as session:
        session.add(Einstellung(name="a", value="1"))


def test_a_reading_transaction_sees_one_moment(database: Database):
    with database.read(system()) as reading:
        assert reading.get(Einstellung, "a") is None
        with database.begin(system()) as writing:
            writing.add(Einstellung(name="a", value="1"))
        assert reading.get(Einstellung, "a") is None
    with database.read(system()) as reading:
        assert reading.get(Einstellung, "a") is not None


def test_instants_keep_their_moment_and_come_back_in_utc(database: Database):
    with database.begin(system()) as session:
        at = datetime(2026, 7, 1, 12, tzinfo=timezone(timedelta(hours=2)))
        session.add(Konto(login="a", name="", password_hash="", created_at=at))
    with database.read(system()) as session:
        found = session.get_one(Konto, "a").created_at
        assert (found, found.tzinfo) == (at, UTC)


def test_an_instant_without_a_zone_is_refused(database: Database):
    with pytest.raises(StatementError), database.begin(system()) as session:
        session.add(Konto(login="a", name="", password_hash="", created_at=datetime(2026, 7, 1)))  # noqa: DTZ001


def test_two_steps_of_one_case_end_with_one_winner(database: Database, rows: dict[tuple[type, str], Any]):
    with database.begin(system()) as session:
        if not database.is_sqlite:
            late = session.get_one(Instanz, rows[Instanz, "SDOL"])
            with database.begin(system()) as other:
                other.get_one(Instanz, rows[Instanz, "SDOL"]).state = "first"
            late.state = "second"
            with pytest.raises(Stale):
                session.flush()
            session.rollback()
    # SQLite lets only one writing transaction in, so a stale row can only come from an earlier transaction.
    with database.read(system()) as session:
        late = session.get_one(Instanz, rows[Instanz, "SDOL"])
    with database.begin(system()) as session:
        session.get_one(Instanz, rows[Instanz, "SDOL"]).state = "third"
    with pytest.raises(Stale), database.begin(system()) as session:
        session.add(late)
        late.state = "fourth"
    with database.read(system()) as session:
        assert session.get_one(Instanz, rows[Instanz, "SDOL"]).state == "third"


def test_ten_threads_counting_lose_nothing(database: Database):
    with database.begin(system()) as session:
        session.add(Einstellung(name="count", value="0"))

    def count(_: int) -> None:
        with database.begin(system()) as session:
            row = session.get_one(Einstellung, "count", with_for_update=True)
            row.value = str(int(row.value) + 1)

    with ThreadPoolExecutor(10) as threads:
        list(threads.map(count, range(50)))
    with database.read(system()) as session:
        assert session.get_one(Einstellung, "count").value == "50"


def test_reading_goes_on_while_somebody_writes(database: Database):
    with database.begin(system()) as writing:
        writing.add(Einstellung(name="a", value="1"))
        writing.flush()
        with database.read(system()) as reading:
            assert reading.get(Einstellung, "a") is None


def test_who_waits_too_long_for_a_lock_is_told_to_try_again(database: Database, monkeypatch: pytest.MonkeyPatch):
    with database.begin(system()) as session:
        session.add(Einstellung(name="a", value="1"))
    monkeypatch.setattr(store_session, "_LOCK_SECONDS", 1)
    impatient = Database(database.url.render_as_string(hide_password=False), clock=database.clock)
    with database.begin(system()) as holding:
        holding.get_one(Einstellung, "a", with_for_update=True).value = "2"
        holding.flush()
        with pytest.raises(DatabaseBusy, match="nichts gespeichert"), impatient.begin(system()) as session:
            session.get_one(Einstellung, "a", with_for_update=True).value = "3"
    impatient.close()
    with database.read(system()) as session:
        assert session.get_one(Einstellung, "a").value == "2"


def test_a_deadlock_is_told_to_try_again(postgresql_database: Database):
    with postgresql_database.begin(system()) as session:
        session.add_all([Einstellung(name="a", value="1"), Einstellung(name="b", value="1")])
    both_hold_one = threading.Barrier(2)

    def take(first: str, second: str) -> str:
        try:
            with postgresql_database.begin(system()) as session:
                session.get_one(Einstellung, first, with_for_update=True)
                both_hold_one.wait(5)
                session.get_one(Einstellung, second, with_for_update=True)
                return "done"
        except DatabaseBusy:
            return "busy"

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(take, "ab", "ba")) == ["busy", "done"]


def test_a_row_that_breaks_a_rule_is_a_conflict(database: Database):
    with database.begin(system()) as session:
        session.add(Einstellung(name="a", value="1"))
    with pytest.raises(Conflict), database.begin(Access("meier")) as session:
        session.add(Einstellung(name="a", value="2"))
        session.flush()
    with pytest.raises(Conflict), database.begin(system()) as session:
        session.execute(text("INSERT INTO einstellung (name) VALUES ('b')"))


@pytest.mark.parametrize(
    "url",
    ["sqlite:////nowhere/at/all.db", "postgresql://127.0.0.1:9/x", "postgresql:///x?host=/nowhere"],
)
def test_a_database_that_does_not_answer_is_named_so(url: str, clock: FixedClock):
    with pytest.raises(DatabaseUnreachable, match="nichts gespeichert"), Database(url, clock=clock).read(system()) as session:
        session.execute(text("SELECT 1"))


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("postgres://u@h/d", "postgresql+psycopg"),
        ("postgresql://u@h/d", "postgresql+psycopg"),
        ("postgresql+psycopg://u@h/d", "postgresql+psycopg"),
        ("sqlite:///x.db", "sqlite"),
    ],
)
def test_usual_addresses_are_understood(url: str, driver: str):
    assert normalized(url).drivername == driver


@pytest.mark.parametrize("url", ["", "x", "mysql://h/d", "sqlite://", "sqlite:///:memory:", "postgresql+asyncpg://h/d"])
def test_other_addresses_are_refused(url: str):
    with pytest.raises(DatabaseUrlInvalid, match="Möglich sind"):
        normalized(url)


def test_a_forked_child_has_connections_of_its_own(database: Database):
    with database.begin(system()) as session:
        session.add(Einstellung(name="a", value="1"))
    child = os.fork()
    if not child:
        with database.begin(system()) as session:
            session.get_one(Einstellung, "a").value = "2"
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    with database.read(system()) as session:
        assert session.get_one(Einstellung, "a").value == "2"


@pytest.mark.parametrize(("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 10000)])
def test_sqlite_is_durable_and_keeps_its_references(sqlite_database: Database, pragma: str, value: Any):
    # The tests' own databases end with the test; this one is opened as an installation opens it.
    database = Database(sqlite_database.url.render_as_string(), clock=sqlite_database.clock)
    with database.begin(system()) as session:
        assert session.scalar(text(f"PRAGMA {pragma}")) == value
    database.close()


def test_an_acknowledged_transaction_survives_the_death_of_its_process(database: Database):
    child = os.fork()
    if not child:
        with database.begin(system()) as session:
            session.add(Einstellung(name="a", value="1"))
        with database.begin(system()) as session:
            session.add(Einstellung(name="b", value="1"))
            session.flush()
            os.kill(os.getpid(), 9)
    assert os.waitpid(child, 0)[1] == 9
    with database.read(system()) as session:
        assert list(session.scalars(select(Einstellung.name))) == ["a"]
