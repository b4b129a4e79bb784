"""PostgreSQL's pipeline, with everything sent by one write.

The driver's own sends each statement as soon as it is known and tells only at the end that no more will come. A process that stands still in
between (a machine that is suspended, say) would hold its locks for ever: to the server its transaction is at work, not idle, and only an
idle one is ended after a while.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.generators import send


class AtOnce(psycopg.Pipeline):
    """Overrides private hooks of psycopg, whose version is therefore held; tests/commands/test_prepared.py guards what they do."""

    def _communicate_gen(self) -> Any:
        """Nothing goes before the end."""
        return
        yield

    def _enqueue_sync(self) -> None:
        super()._enqueue_sync()
        while self.command_queue:  # into the buffer; the last one, the sync itself, sends it
            self.command_queue.popleft()()

    def _exit_gen(self) -> Any:
        self._enqueue_sync()
        yield from send(self.pgconn)  # what did not fit into the socket at once
        yield from self._fetch_gen(flush=False)


@contextmanager
def at_once(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """What is executed in the block is sent at its end; only then are there rows."""
    pipeline = connection._pipeline = AtOnce(connection)
    try:
        with pipeline:
            yield
    finally:
        connection._pipeline = None
