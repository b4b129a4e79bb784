"""Transactions: all or nothing, one instant, durable, and safe for threads and forks."""

from __future__ import annotations

from engine.model.access import system
from engine.store.session import Database
from engine.store.tables import Einstellung


def test_what_was_written_is_there_in_the_next_transaction(database: Database):
    with database.begin(system()) as session:
        session.add(Einstellung(name="a", value="1"))
    with database.read(system()) as session:
        assert session.get_one(Einstellung, "a").value == "1"

