from __future__ import annotations

import pytest
from sqlalchemy import func, select

from engine import commands
from engine.store.tables import Aufgabe, Instanz, Timer, Verlauf
from tests.commands.conftest import Desk


def rounds(desk: Desk, count: int) -> list[int]:
    """Work ``count`` reviews and say how large the state was after each."""
    sizes, ref = [], desk.open("schlaufe")
    key = desk.tasks("pruefung")[0].key
    for number in range(count):
        with desk.begin() as session:
            commands.complete_task(session, key, {"fertig": False, "notiz": f"Runde {number % 10}"})
            key = session.scalar(select(Aufgabe.key).where(Aufgabe.zustand == "CREATED"))
            sizes.append(session.scalar(select(func.length(Instanz.state)).where(Instanz.nummer == ref.instanz_key // 10**9)))
    return sizes


@pytest.mark.parametrize("count", [200, pytest.param(1000, marks=pytest.mark.soak)])
def test_a_review_loop_stays_as_small_in_its_last_round_as_in_its_tenth(desk: Desk, count):
    sizes = rounds(desk, count)
    assert sizes[-1] - sizes[9] < 40
    assert len(desk.all(Timer)) == 1 and len(desk.tasks()) == 1
    desk.complete("pruefung", fertig=True)
    assert desk.all(Instanz)[0].zustand == "completed" and desk.all(Timer) == []
    assert len(desk.all(Verlauf)) == count + 2


