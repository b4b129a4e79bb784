"""What is kept of traces between pages."""

from __future__ import annotations

import pytest
from sqlalchemy import event, select

from engine import commands
from engine.commands.auswertung.spuren import refresh
from engine.model.access import Access, system
from engine.queries.auswertung import gelesen as module
from engine.queries.auswertung.gelesen import gelesen
from engine.store.session import Database
from engine.store.tables import Spur

PEOPLE = {"personen": [{"name": "Muster", "vorname": "Anna", "rolle_ue": "antragstellend"}]}


@pytest.fixture
def traces(released: None, database: Database) -> int:
    """How many there are."""
    for _ in range(4):
        with database.begin(Access("irma", {"SDOL": frozenset({"intake"})})) as session:
            commands.open_case(session, "SDOL", PEOPLE)
    refresh(database)
    with database.read(system()) as session:
        return len(session.scalars(select(Spur.instanz_nummer)).all())


def read_again(database: Database) -> list[Spur]:
    """The traces that are made out of rows when all are asked for."""
    made: list[Spur] = []
    event.listen(Spur, "load", listener := lambda spur, context: made.append(spur))
    try:
        with database.read(system()) as session:
            gelesen(session, select(Spur).order_by(Spur.instanz_nummer))
    finally:
        event.remove(Spur, "load", listener)
    return made


def test_who_asks_for_more_than_is_kept_finds_most_of_it_the_next_time(database: Database, traces: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", traces - 1)
    assert len(read_again(database)) == traces
    assert len(read_again(database)) == 1


def test_a_kept_trace_says_what_was_folded(database: Database, traces: int) -> None:
    with database.read(system()) as session:
        kept = {spur.instanz_nummer: [list(step) for step in spur.schritte] for spur in gelesen(session, select(Spur))}
        assert kept == {spur.instanz_nummer: spur.schritte for spur in session.scalars(select(Spur))} != {}
        assert not session.dirty
