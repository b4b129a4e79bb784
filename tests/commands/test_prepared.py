"""Prepared statements obey what every other statement obeys: regions, savepoints, named errors, and locks that a process standing still gives back."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import event, select, text

from engine.model.access import Access, system
from engine.store import steps
from engine.store.audit import log
from engine.store.errors import Conflict
from engine.store.prepared import Call, insertion
from engine.store.session import Database
from engine.store.tables import Aufgabe, Fall, Instanz, Timer, Zugriff
from tests.commands.conftest import Desk

FOREIGN = Access("fremd", {"THAL": frozenset({"leitung"})})


def written(database: Database) -> list[str]:
    with database.read(system()) as session:
        return list(session.scalars(select(Zugriff.was).where(Zugriff.art == "probe").order_by(Zugriff.id)))


def test_a_row_of_another_region_is_not_known_and_stays_out_of_the_session(desk: Desk):
    ref = desk.open()
    with desk.database.begin(FOREIGN) as session:
        assert steps.locked(session, ref.instanz_key // 10**9) is None
        assert not list(session.identity_map.values())
        assert session.get(Fall, ref.fall_id) is None


def test_a_locked_case_is_the_one_the_library_would_read(desk: Desk):
    nummer, task = desk.open().instanz_key // 10**9, desk.tasks()[0]
    with desk.begin() as session:
        instanz, aufgabe = steps.locked_with(session, nummer, Aufgabe, task.key)
        assert instanz is not None and aufgabe is not None and instanz.fall.id == instanz.fall_id
        prepared = [{column.name: getattr(row, column.name) for column in row.__table__.columns} for row in (instanz, instanz.fall, aufgabe)]
        assert not session.dirty and not session.new
    with desk.begin() as session:
        instanz = session.get_one(Instanz, nummer)
        rows = (instanz, instanz.fall, session.get_one(type(task), task.key))
        assert prepared == [{column.name: getattr(row, column.name) for column in row.__table__.columns} for row in rows]


def test_a_known_row_becomes_what_is_in_the_database(desk: Desk):
    nummer = desk.open().instanz_key // 10**9
    with desk.database.begin(system()) as session:
        held = session.get_one(Instanz, nummer)
        session.connection().execute(text("UPDATE instanz SET process = 'anders'"))
        assert held.process != "anders"
        instanz = steps.locked(session, nummer)
        assert instanz is held and held.process == "anders"


def test_what_is_noted_for_later_follows_its_savepoint(database: Database):
    with database.begin(system()) as session:
        log(session, "probe", "before")
        with pytest.raises(RuntimeError), session.begin_nested():
            log(session, "probe", "taken back")
            raise RuntimeError
        with session.begin_nested():
            log(session, "probe", "within")
        log(session, "probe", "after")
    assert written(database) == ["before", "within", "after"]
    with pytest.raises(RuntimeError), database.begin(system()) as session:
        log(session, "probe", "never")
        raise RuntimeError
    assert written(database) == ["before", "within", "after"]


def test_a_broken_constraint_among_several_statements_is_named_and_stores_nothing(desk: Desk):
    nummer = desk.open().instanz_key // 10**9
    with pytest.raises(Conflict), desk.begin() as session:
        instanz = steps.locked(session, nummer)
        timer = session.scalars(select(Timer)).first()
        values = {column.name: getattr(timer, column.name) for column in Timer.__table__.columns}
        assert instanz is not None
        log(session, "probe", "never")
        session.write_rows(instanz, [Call(insertion(Timer), [values | {"key": 1}]), Call(insertion(Timer), [values])])
    assert written(desk.database) == [] and 1 not in {timer.key for timer in desk.all(Timer)}


def test_until_everything_is_sent_nothing_is_locked(desk: Desk):
    """A process that stands still half-way holds nothing: to the server it would be at work, which no time limit ends."""
    if desk.database.is_sqlite:
        pytest.skip("SQLite locks at BEGIN")
    nummer = desk.open().instanz_key // 10**9
    url = desk.database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    seen = []

    def look(*_: object) -> None:
        with psycopg.connect(url) as other:
            seen.append(other.execute("SELECT nummer FROM instanz FOR UPDATE SKIP LOCKED").fetchall())

    event.listen(desk.database.engine, "before_cursor_execute", look)
    with desk.begin() as session:
        steps.locked(session, nummer)
        event.remove(desk.database.engine, "before_cursor_execute", look)
        look()
    assert seen == [[(nummer,)], [(nummer,)], []]


def test_a_connection_that_the_server_ended_is_replaced_at_once(migrated_postgresql: str, clock):
    database = Database(migrated_postgresql, clock=clock)
    with database.begin(system()) as session:
        pid = session.scalar(text("SELECT pg_backend_pid()"))
    with psycopg.connect(database.url.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    with database.begin(system()) as session:
        assert session.scalar(text("SELECT pg_backend_pid()")) != pid
    database.close()


def test_postgresql_plans_a_repeated_query_once_whatever_is_read_in_between(postgresql_database: Database):
    """Its driver forgets what it has prepared with every ROLLBACK; reading therefore does not end with one."""
    for _ in range(8):
        with postgresql_database.read(system()) as session:
            session.scalars(select(Zugriff.was)).all()
    with postgresql_database.read(system()) as session:
        assert session.scalar(text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%zugriff%'")) == 1


def test_what_is_tried_out_while_reading_is_not_written(desk: Desk):
    ref = desk.open()
    with desk.database.read(system()) as session:
        session.get_one(Fall, ref.fall_id).bezeichnung = "ausprobiert"
        log(session, "probe", "never")
    with desk.database.read(system()) as session:
        assert session.get_one(Fall, ref.fall_id).bezeichnung != "ausprobiert"
    assert written(desk.database) == []
