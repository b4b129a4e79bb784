"""The chain over history and access log finds whatever somebody does to them behind the application's back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import text

from engine.model.access import system
from engine.model.clock import FixedClock
from engine.store import audit, siegel
from engine.store.seed import load_regions
from engine.store.session import Database
from engine.store.siegel import Kopf
from engine.store.tables import Fall, Verlauf

SYSTEM = system("probe")


@pytest.fixture
def sealed(database: Database, clock: FixedClock) -> Database:
    """Two cases with history, and accesses, sealed in two batches."""
    with database.begin(SYSTEM) as session:
        load_regions(session)
        for number in (1, 2):
            session.add(Fall(fall_nr=f"2026-{number}", region="SDOL", eroeffnet_am=session.now.date()))
        session.flush()
    for _ in range(2):
        with database.begin(SYSTEM) as session:
            for fall in (1, 2):
                session.add(_row(fall, session.now))
            audit.log(session, "gelesen", "fall", fall_id=1, region="SDOL")
        siegel.seal(database, SYSTEM)
        clock.at += timedelta(hours=3)
    return database


def _row(fall: int, at: object, **values: object) -> Verlauf:
    return Verlauf(fall_id=fall, region="SDOL", at=at, by="meier", command="claim", events=[], changes=[["x", "ü", 1.5, None, True]], values={"a": [1, {"b": "ö"}]}, **values)


def _befunde(database: Database, anchor: Kopf | None = None) -> str:
    with database.read(SYSTEM) as session:
        return "\n".join(siegel.verify(session, anchor=anchor).befunde)


def _tamper(database: Database, *statements: str) -> None:
    """As somebody who may do everything to the database."""
    with database.engine.begin() as connection:
        if database.is_sqlite:
            for (name,) in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").all():
                connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
        else:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for statement in statements:
            connection.execute(text(statement))


def test_an_untouched_chain_has_nothing_to_complain_about(sealed: Database) -> None:
    assert _befunde(sealed) == ""
    with sealed.read(SYSTEM) as session:
        found = siegel.verify(session)
    assert (found.siegel, found.zeilen, found.offen) == (4, 6, 0)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        pytest.param("UPDATE verlauf SET by = 'huber' WHERE id = 2", "verlauf 2 wurde verändert", id="history changed"),
        pytest.param("UPDATE verlauf SET at = '2020-01-01 00:00:00' WHERE id = 2", "verlauf 2 wurde verändert", id="time changed"),
        pytest.param("UPDATE zugriff SET konto = 'niemand' WHERE id = 1", "zugriff 1 wurde verändert", id="log changed"),
        pytest.param("DELETE FROM zugriff WHERE id = 1", "zugriff 1 wurde gelöscht", id="log deleted"),
        pytest.param("DELETE FROM verlauf WHERE id = 3", "verlauf 3 wurde gelöscht", id="history deleted"),
        pytest.param("UPDATE fallsalz SET salz = 'x' WHERE fall_id = 1", "verlauf 1 wurde verändert", id="salt changed"),
        pytest.param("DELETE FROM fallsalz WHERE fall_id = 1", "verlauf 1 wurde verändert", id="salt gone without a destruction"),
        pytest.param("UPDATE siegelzeile SET digest = 'x' WHERE zeile = 1", "Siegel 1 stimmt nicht", id="digest changed"),
        pytest.param("DELETE FROM siegelzeile WHERE zeile = 1", "Siegel 1 stimmt nicht", id="line deleted"),
        pytest.param("UPDATE siegel SET hash = vorher WHERE nummer = 2", "Siegel 3 schliesst nicht", id="link changed"),
    ],
)
def test_a_change_is_found(sealed: Database, statement: str, said: str) -> None:
    _tamper(sealed, statement)
    assert said in _befunde(sealed)


def test_a_link_taken_out_is_found(sealed: Database) -> None:
    _tamper(sealed, "DELETE FROM siegelzeile WHERE siegel_nummer = 2", "DELETE FROM siegel WHERE nummer = 2")
    assert "Dazwischen wurde etwas gelöscht" in _befunde(sealed)


def test_a_row_put_in_later_is_found_even_when_it_gets_sealed(sealed: Database, clock: FixedClock) -> None:
    with sealed.begin(SYSTEM) as session:
        session.add(_row(1, clock.now() - timedelta(hours=5)))
    assert "eingefügt" in _befunde(sealed)
    siegel.seal(sealed, SYSTEM)
    assert "nachträglich eingefügt" in _befunde(sealed)


def test_a_row_that_was_only_just_written_waits_for_its_seal(sealed: Database) -> None:
    with sealed.begin(SYSTEM) as session:
        session.add(_row(1, session.now))
    assert _befunde(sealed) == ""
    assert siegel.seal(sealed, SYSTEM) == 1
    assert siegel.seal(sealed, SYSTEM) == 0


def test_what_is_cut_off_at_the_end_is_found_by_the_head_noted_before(sealed: Database) -> None:
    with sealed.read(SYSTEM) as session:
        noted = siegel.head(session)
    assert _befunde(sealed, noted) == ""
    _tamper(
        sealed,
        "DELETE FROM zugriff WHERE id = 2",
        "DELETE FROM siegelzeile WHERE siegel_nummer = 4",
        "DELETE FROM siegel WHERE nummer = 4",
    )
    assert _befunde(sealed) == ""
    assert "abgeschnitten" in _befunde(sealed, noted)


def test_an_older_head_still_holds_when_the_chain_has_grown(sealed: Database) -> None:
    with sealed.read(SYSTEM) as session:
        noted = siegel.head(session)
    with sealed.begin(SYSTEM) as session:
        session.add(_row(2, session.now))
    siegel.seal(sealed, SYSTEM)
    assert _befunde(sealed, Kopf.read(str(noted))) == ""


def test_a_row_committed_after_a_later_one_is_sealed_all_the_same(postgresql_database: Database, clock: FixedClock) -> None:
    database = postgresql_database
    with database.begin(SYSTEM) as slow:
        audit.log(slow, "gelesen", "langsam")
        slow.flush()
        with database.begin(SYSTEM) as fast:
            audit.log(fast, "gelesen", "schnell")
        assert siegel.seal(database, SYSTEM) == 1
    assert siegel.seal(database, SYSTEM) == 1
    assert _befunde(database) == ""


def test_two_schedulers_sealing_at_once_make_one_chain(database: Database) -> None:
    with database.begin(SYSTEM) as session:
        for number in range(50):
            audit.log(session, "gelesen", str(number))
    threads = [Thread(target=siegel.seal, args=(database, SYSTEM)) for _ in range(4)]
    _run(threads)
    siegel.seal(database, SYSTEM)
    with database.read(SYSTEM) as session:
        found = siegel.verify(session)
    assert (found.befunde, found.zeilen) == ((), 50)


def _run(threads: list[Thread], each: Callable[[Thread], None] = Thread.start) -> None:
    for thread in threads:
        each(thread)
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("statement", ["DELETE FROM siegel", "UPDATE siegelzeile SET digest = 'x'", "DELETE FROM vernichtung WHERE 1 = 0"])
def test_the_database_itself_refuses_to_change_the_chain(sealed: Database, statement: str) -> None:
    if sealed.is_sqlite and "1 = 0" in statement:
        pytest.skip("SQLite asks for each row")
    with pytest.raises(Exception, match="append-only"), sealed.engine.begin() as connection:
        connection.execute(text(statement))
