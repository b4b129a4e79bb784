"""Two transactions in an order that is decided statement by statement.

Each actor runs in a thread of its own and stops before every statement and before its commit, until it is let go on. An actor that waits for
a lock of the other one is recognised (PostgreSQL says so; SQLite only waits at BEGIN) and the other one goes on meanwhile.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import event

from engine.model.errors import FallflussError
from engine.store.session import Database

# Nothing may take longer; PostgreSQL dissolves a deadlock after one second, SQLite gives up waiting after ten.
LONGEST = 120.0
SQLITE_WAITS = 0.15

Segment = tuple[int, int]


class Actor:
    """One transaction: ``state`` is running, paused or done; ``result`` what it gave, or the name of its error."""

    def __init__(self, work: Callable[[], Any], stage: Stage):
        self.work = work
        self.stage = stage
        self.changed = stage.changed
        self.state = "running"
        self.granted = False
        self.statement = ""
        self.since = time.monotonic()
        self.pid: int | None = None
        self.steps = 0
        self.result: Any = None
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        self.stage.actors[threading.get_ident()] = self
        try:
            self.result = self.work()
        except FallflussError as error:
            self.result = type(error).__name__
        except BaseException as error:
            self.result = repr(error)
        self._become("done")

    def pause(self, statement: str, pid: int | None) -> None:
        """Called in the actor's own thread, before ``statement``."""
        with self.changed:
            self.pid, self.state = pid, "paused"
            self.changed.notify_all()
            self.changed.wait_for(lambda: self.granted, LONGEST)
            self.granted, self.state, self.statement, self.since = False, "running", statement, time.monotonic()
            self.steps += 1

    def _become(self, state: str) -> None:
        with self.changed:
            self.state = state
            self.changed.notify_all()


class Stage:
    """Where two actors are let run against each other."""

    def __init__(self, database: Database):
        self.database = database
        self.changed = threading.Condition()
        self.actors: dict[int, Actor] = {}
        url = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
        self.watcher = None if database.is_sqlite else psycopg.connect(url, autocommit=True)

    @contextmanager
    def open(self) -> Iterator[Stage]:
        engine = self.database.engine
        event.listen(engine, "before_cursor_execute", self._before_statement)
        event.listen(engine, "commit", self._before_commit)
        try:
            yield self
        finally:
            event.remove(engine, "before_cursor_execute", self._before_statement)
            event.remove(engine, "commit", self._before_commit)
            if self.watcher:
                self.watcher.close()

    def play(self, works: Sequence[Callable[[], Any]], segments: Sequence[Segment]) -> list[Actor]:
        """Let the actors run: each segment lets one of them take that many steps (or as far as it gets), at the end both finish."""
        actors = [Actor(work, self) for work in works]
        for actor in actors:
            actor.thread.start()
            self._arrives(actor)
        for who, steps in segments:
            self._advance(actors[who], steps)
        self._finish([actors[who] for who, _ in segments[-1:]] + actors)
        self.actors.clear()
        return actors

    def _finish(self, order: Sequence[Actor]) -> None:
        deadline = time.monotonic() + LONGEST
        while any(actor.state != "done" for actor in order):
            for actor in order:
                self._advance(actor, 1000)
            assert time.monotonic() < deadline, f"deadlock at {[actor.statement for actor in order]}"
        for actor in order:
            actor.thread.join(LONGEST)

    def _advance(self, actor: Actor, steps: int) -> None:
        for _ in range(steps):
            if actor.state == "done" or not self._arrives(actor):
                return
            with self.changed:
                if actor.state == "paused":
                    actor.granted, actor.state = True, "running"
                    actor.since = time.monotonic()
                    self.changed.notify_all()
            if not self._arrives(actor):
                return

    def _arrives(self, actor: Actor) -> bool:
        """Wait until the actor stops before its next statement or is done; False when it waits for a lock."""
        deadline = time.monotonic() + LONGEST
        while time.monotonic() < deadline:
            with self.changed:
                if self.changed.wait_for(lambda: actor.state != "running", 0.01):
                    return True
            if self._waits_for_lock(actor):
                return False
        raise AssertionError(f"stuck at {actor.statement}")

    def _waits_for_lock(self, actor: Actor) -> bool:
        if self.watcher is None:
            return actor.statement.startswith("BEGIN IMMEDIATE") and time.monotonic() - actor.since > SQLITE_WAITS
        found = self.watcher.execute("SELECT wait_event_type FROM pg_stat_activity WHERE pid = %s", [actor.pid]).fetchone()
        return found == ("Lock",)

    def _before_statement(self, connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        self._pause(connection, statement)

    def _before_commit(self, connection: Any) -> None:
        self._pause(connection, "COMMIT")

    def _pause(self, connection: Any, statement: str) -> None:
        actor = self.actors.get(threading.get_ident())
        if actor is None:
            return
        driver = connection.connection.dbapi_connection
        if self.watcher is not None and driver.info.pipeline_status:
            driver._pipeline.sync()  # what goes in one round trip is played statement by statement, too
        actor.pause(statement, None if self.watcher is None else driver.info.backend_pid)
