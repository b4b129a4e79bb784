"""The monthly delivery lists each open Dossier of a month, and no names."""

from __future__ import annotations

from datetime import date

from engine.queries.bfs import delivery
from tests.scenarios.akte import ANNA, CARLA, Akte


def lines(akte: Akte, month: date) -> list[str]:
    with akte.database.begin(akte.access) as session:
        return delivery(session, "SDOL", month).splitlines()[1:]


def test_a_month_lists_the_dossiers_that_were_open(akte: Akte) -> None:
    akte.open(ANNA, CARLA)
    assert lines(akte, date(2026, 2, 1)) == []
    assert lines(akte, date(2026, 3, 1)) == [f"{akte.fall_nr};2546;2026-03-02;;2;1;"]


def test_the_closing_follows_the_last_payment(akte: Akte) -> None:
    akte.supported().travel("2026-05-25").review("abloesung").detach("31.5.2026", "31.5.2026", nachbegleitung="nein")
    assert lines(akte, date(2026, 6, 1)) == [f"{akte.fall_nr};2546;2026-03-02;;1;0;2026-11-30"]
